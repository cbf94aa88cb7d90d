// Turns the beginning of a rendition into pieces that a page can append, so that a browser gets no more of it than was
// fetched. Renditions have one form: the index first, one picture, one sound.

/** @typedef {{offset: number, size: number, time: number, length: number, shift: number, isKey: boolean}} Sample */
/** @typedef {{id: number, samples: Sample[], next: number}} Track */

/**
 * @typedef {object} Index
 * @property {string} type what the file holds, as `MediaSource` is asked for it
 * @property {Uint8Array} head what is appended first
 * @property {Track[]} tracks
 * @property {number} pieces how many there are of it
 */

/** @typedef {{type: string, start: number, body: number, end: number}} Box */

/**
 * @param {DataView} view
 * @param {number} start
 * @param {number} end
 * @returns {Box[]}
 */
function boxes(view, start, end) {
  /** @type {Box[]} */
  const found = [];
  for (let at = start; at + 8 <= end;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    if (size < 8) break;
    found.push({ type, start: at, body: at + 8, end: at + size });
    at += size;
  }
  return found;
}

/**
 * The box at a path below another one; it is there in every rendition.
 * @param {DataView} view
 * @param {Box} box
 * @param {...string} path
 * @returns {Box | null}
 */
function below(view, box, ...path) {
  /** @type {Box | null} */
  let found = box;
  for (const type of path) found = (found && boxes(view, found.body, found.end).find((one) => one.type === type)) ?? null;
  return found;
}

/**
 * @param {string} type
 * @param {...(Uint8Array | number[])} parts
 */
function box(type, ...parts) {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const made = new Uint8Array(size);
  new DataView(made.buffer).setUint32(0, size);
  for (let index = 0; index < 4; index += 1) made[4 + index] = type.charCodeAt(index);
  let at = 8;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/** @param {...number} values */
function words(...values) {
  const made = new Uint8Array(values.length * 4);
  const view = new DataView(made.buffer);
  values.forEach((value, index) => view.setInt32(index * 4, value));
  return made;
}

/**
 * The numbers of a table whose rows have so many of them.
 * @param {DataView} view
 * @param {Box | null} table
 * @param {number} columns
 * @param {number} skipped bytes between the flags and the number of rows
 */
function rows(view, table, columns, skipped = 0) {
  if (!table) return [];
  const first = table.body + 4 + skipped;
  return Array.from({ length: view.getUint32(first) * columns }, (_, index) => view.getInt32(first + 4 + index * 4));
}

/**
 * The samples of a track, in the order of their decoding, with the times at which they show.
 * @param {DataView} view
 * @param {Box} track
 * @param {boolean} isPicture
 * @returns {Sample[] | null}
 */
function samples(view, track, isPicture) {
  const table = below(view, track, "mdia", "minf", "stbl");
  const [sizeTable, chunkTable] = ["stsz", "stco"].map((type) => table && below(view, table, type));
  if (!table || !sizeTable || !chunkTable) return null;
  const edits = rows(view, below(view, track, "edts", "elst"), 3);
  if (edits.length > 3 || (edits[1] ?? 0) < 0) return null;
  // What comes before this time is not shown.
  const begin = edits[1] ?? 0;

  const one = view.getUint32(sizeTable.body + 4);
  const count = view.getUint32(sizeTable.body + 8);
  const sizes = one ? [] : rows(view, sizeTable, 1, 4);
  const chunks = rows(view, chunkTable, 1);
  const runs = rows(view, below(view, table, "stsc"), 3);
  const lengths = rows(view, below(view, table, "stts"), 2);
  const shifts = rows(view, below(view, table, "ctts"), 2);
  const keyTable = below(view, table, "stss");
  const keys = new Set(rows(view, keyTable, 1));

  /** @type {Sample[]} */
  const found = [];
  let [time, lengthRow, lengthsUsed, shiftRow, shiftsUsed] = [0, 0, 0, 0, 0];
  for (let chunk = 0, run = 0; chunk < chunks.length && found.length < count; chunk += 1) {
    while (run + 3 < runs.length && (runs[run + 3] ?? 0) <= chunk + 1) run += 3;
    let offset = chunks[chunk] ?? 0;
    for (let inChunk = runs[run + 1] ?? 0; inChunk > 0 && found.length < count; inChunk -= 1) {
      const size = one || (sizes[found.length] ?? 0);
      if (lengthsUsed === lengths[lengthRow]) [lengthRow, lengthsUsed] = [lengthRow + 2, 0];
      if (shiftsUsed === shifts[shiftRow]) [shiftRow, shiftsUsed] = [shiftRow + 2, 0];
      const length = lengths[lengthRow + 1] ?? 0;
      // The picture's times of decoding begin at 0 and those of showing are moved; a sound is moved as a whole.
      const shift = isPicture ? (shifts[shiftRow + 1] ?? 0) - begin : 0;
      found.push({ offset, size, time: isPicture ? time : time - begin, length, shift, isKey: !keyTable || keys.has(found.length + 1) });
      offset += size;
      time += length;
      lengthsUsed += 1;
      shiftsUsed += 1;
    }
  }
  return found;
}

/**
 * A track's description without its samples.
 * @param {DataView} view
 * @param {Box} track
 */
function described(view, track) {
  const copy = (/** @type {Box} */ one) => new Uint8Array(view.buffer.slice(view.byteOffset + one.start, view.byteOffset + one.end));
  /**
   * @param {Box} one
   * @returns {Uint8Array}
   */
  const emptied = (one) => {
    if (one.type === "stbl") {
      return box("stbl", ...boxes(view, one.body, one.end).filter(({ type }) => type === "stsd").map(copy),
        box("stts", words(0, 0)), box("stsc", words(0, 0)), box("stsz", words(0, 0, 0)), box("stco", words(0, 0)));
    }
    if (!["trak", "mdia", "minf"].includes(one.type)) return copy(one);
    return box(one.type, ...boxes(view, one.body, one.end).filter(({ type }) => type !== "edts").map(emptied));
  };
  return emptied(track);
}

/**
 * Reads the index; null when not all of it is there, or it has another form than ours.
 * @param {Uint8Array} bytes
 * @returns {Index | null}
 */
export function readIndex(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const top = boxes(view, 0, bytes.length);
  const [kind, movie] = ["ftyp", "moov"].map((type) => top.find((one) => one.type === type));
  if (!kind || !movie || movie.end > bytes.length) return null;
  const inside = boxes(view, movie.body, movie.end);
  const header = inside.find(({ type }) => type === "mvhd");
  /** @type {Track[]} */
  const tracks = [];
  /** @type {Uint8Array[]} */
  const descriptions = [];
  /** @type {string[]} */
  const codecs = [];
  for (const track of inside.filter(({ type }) => type === "trak")) {
    const list = below(view, track, "mdia", "minf", "stbl", "stsd");
    const entry = list && boxes(view, list.body + 8, list.end)[0];
    const id = below(view, track, "tkhd");
    const codec = entry && codecOf(view, entry);
    const found = codec && samples(view, track, entry.type === "avc1");
    if (!id || !codec || !found) return null;
    codecs.push(codec);
    // Sound from before the beginning only prepares the decoder.
    tracks.push({ id: view.getUint32(id.body + 12), samples: found.filter(({ time, length }) => time + length > 0), next: 0 });
    descriptions.push(described(view, track));
  }
  if (!header || tracks.length === 0) return null;
  const head = [
    bytes.slice(kind.start, kind.end),
    box("moov", bytes.slice(header.start, header.end), ...descriptions,
      box("mvex", ...tracks.map(({ id }) => box("trex", words(0, id, 1, 0, 0, 0))))),
  ];
  return { type: `video/mp4; codecs="${codecs.join(", ")}"`, head: joined(head), tracks, pieces: 0 };
}

/**
 * @param {DataView} view
 * @param {Box} entry
 */
function codecOf(view, entry) {
  if (entry.type === "mp4a") return "mp4a.40.2";
  if (entry.type !== "avc1") return null;
  const setup = boxes(view, entry.body + 78, entry.end).find(({ type }) => type === "avcC");
  return setup ? `avc1.${view.getUint32(setup.body).toString(16).padStart(8, "0").slice(2)}` : null;
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/**
 * What has come since the last piece, as the next piece; null when that is not a whole sample.
 * @param {Index} index
 * @param {Uint8Array} bytes the file from its beginning
 * @param {number} length how much of it is there
 */
export function nextPiece(index, bytes, length) {
  const parts = index.tracks.flatMap((track) => {
    const from = track.next;
    while ((track.samples[track.next]?.offset ?? Infinity) + (track.samples[track.next]?.size ?? 0) <= length) track.next += 1;
    return track.next > from ? [{ id: track.id, samples: track.samples.slice(from, track.next) }] : [];
  });
  if (parts.length === 0) return null;
  // Each track: its header, the time of its first sample, and 16 bytes for each of its samples.
  const size = parts.reduce((sum, { samples }) => sum + 64 + samples.length * 16, 24);
  let data = size + 8;
  const tables = parts.map(({ id, samples }) => {
    const rows = samples.flatMap((one) => [one.length, one.size, one.isKey ? 0x2000000 : 0x1010000, one.shift]);
    const run = box("trun", words(0x1000f01, samples.length, data, ...rows));
    data += samples.reduce((sum, one) => sum + one.size, 0);
    return box("traf", box("tfhd", words(0x20000, id)), box("tfdt", words(0x1000000, 0, Math.max(0, samples[0]?.time ?? 0))), run);
  });
  index.pieces += 1;
  const content = parts.flatMap(({ samples }) => samples.map((one) => bytes.subarray(one.offset, one.offset + one.size)));
  return joined([box("moof", box("mfhd", words(0, index.pieces)), ...tables), box("mdat", ...content)]);
}
