// Reads from the index of an MP4 or MOV file how long its pictures and sounds last.

/** An index larger than this is not read; the server then decides. */
const mostBytes = 4 * 1024 * 1024;

/**
 * The boxes in a piece of a file.
 * @param {DataView} view
 * @param {number} from
 * @param {number} to
 */
function* boxes(view, from, to) {
  let at = from;
  while (at + 8 <= to) {
    const length = view.getUint32(at);
    if (length < 8 || at + length > to) return;
    yield { name: nameAt(view, at + 4), from: at + 8, to: at + length };
    at += length;
  }
}

/**
 * @param {DataView} view
 * @param {number} at
 */
function nameAt(view, at) {
  return String.fromCharCode(...[0, 1, 2, 3].map((place) => view.getUint8(at + place)));
}

/**
 * @param {DataView} view
 * @param {{from: number, to: number}} within
 * @param {string[]} path
 */
function find(view, within, ...path) {
  /** @type {{from: number, to: number} | undefined} */
  let place = within;
  for (const name of path) {
    if (!place) return undefined;
    place = [...boxes(view, place.from, place.to)].find((box) => box.name === name);
  }
  return place;
}

/**
 * The index of a file, wherever it is.
 * @param {File} file
 */
async function index(file) {
  let at = 0;
  for (let count = 0; count < 1000 && at + 16 <= file.size; count += 1) {
    const head = new DataView(await file.slice(at, at + 16).arrayBuffer());
    let length = head.getUint32(0);
    if (length === 1) length = Number(head.getBigUint64(8));
    if (length < 8) return null;
    if (nameAt(head, 4) === "moov") {
      return length > mostBytes ? null : new DataView(await file.slice(at + 8, at + length).arrayBuffer());
    }
    at += length;
  }
  return null;
}

/**
 * The length in seconds of the longest picture or sound; null when the file does not say.
 * @param {File} file
 * @returns {Promise<number | null>}
 */
export async function usedSeconds(file) {
  const view = await index(file).catch(() => null);
  if (!view) return null;
  const whole = { from: 0, to: view.byteLength };
  const head = find(view, whole, "mvhd");
  if (!head) return null;
  const scale = view.getUint32(head.from + (view.getUint8(head.from) === 1 ? 20 : 12));
  let most = 0;
  for (const track of boxes(view, 0, view.byteLength)) {
    const handler = track.name === "trak" ? find(view, track, "mdia", "hdlr") : undefined;
    const times = track.name === "trak" ? find(view, track, "tkhd") : undefined;
    if (!handler || !times || !["vide", "soun"].includes(nameAt(view, handler.from + 8))) continue;
    const isLong = view.getUint8(times.from) === 1;
    const length = isLong ? Number(view.getBigUint64(times.from + 28)) : view.getUint32(times.from + 20);
    most = Math.max(most, length / scale);
  }
  return most > 0 ? most : null;
}
