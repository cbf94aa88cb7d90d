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
 * The least that a player presents, since only the server decides which picture and which sound are used; null without any.
 * @param {{kind: string | number, seconds: number}[]} tracks
 */
export function shortestOfEach(tracks) {
  /** @type {Map<string | number, number>} */
  const shortest = new Map();
  for (const { kind, seconds } of tracks) shortest.set(kind, Math.min(seconds, shortest.get(kind) ?? Infinity));
  return shortest.size > 0 ? Math.max(...shortest.values()) : null;
}

/**
 * Whether the file has a picture, also one that this browser cannot show; null when the file does not say.
 * @param {File} file
 * @returns {Promise<boolean | null>}
 */
export async function hasPicture(file) {
  const view = await index(file).catch(() => null);
  if (!view) return null;
  return [...boxes(view, 0, view.byteLength)].some((track) => {
    const handler = track.name === "trak" ? find(view, track, "mdia", "hdlr") : undefined;
    return handler !== undefined && nameAt(view, handler.from + 8) === "vide";
  });
}

/**
 * The length in seconds of what a player presents; null when the file does not say.
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
  /** @type {{kind: string, seconds: number}[]} */
  const tracks = [];
  for (const track of boxes(view, 0, view.byteLength)) {
    const handler = track.name === "trak" ? find(view, track, "mdia", "hdlr") : undefined;
    const times = track.name === "trak" ? find(view, track, "tkhd") : undefined;
    const kind = handler ? nameAt(view, handler.from + 8) : "";
    if (!times || !["vide", "soun"].includes(kind)) continue;
    const isLong = view.getUint8(times.from) === 1;
    const length = isLong ? Number(view.getBigUint64(times.from + 28)) : view.getUint32(times.from + 20);
    // Of a file in fragments the index does not know it.
    if (length > 0) tracks.push({ kind, seconds: length / scale });
  }
  return shortestOfEach(tracks);
}
