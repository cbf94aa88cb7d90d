// Reads from the blocks of a WebM file how long its pictures and sounds last. Its head need not say so, or tell the truth.

import { shortestOfEach } from "./tracks.js";

/** Elements whose parts are looked at. Recorders do not say how long they are. */
const masters = new Set([0x18538067, 0x1549a966, 0x1654ae6b, 0xae, 0x1f43b675, 0xa0]);

const [scaleOf, trackEntry, trackNumber, trackType, clusterTime, simpleBlock, block, blockDuration] = [
  0x2ad7b1, 0xae, 0xd7, 0x83, 0xe7, 0xa3, 0xa1, 0x9b,
];

/** So much of the file is read at a time. */
const windowBytes = 1024 * 1024;

/** A file with more elements is left to the server. */
const mostElements = 200_000;

class Reader {
  #view = new DataView(new ArrayBuffer(0));
  #from = 0;

  /** @param {File} file */
  constructor(file) {
    this.file = file;
  }

  /**
   * @param {number} at
   * @param {number} count
   */
  async bytes(at, count) {
    if (at < this.#from || at + count > this.#from + this.#view.byteLength) {
      this.#view = new DataView(await this.file.slice(at, at + Math.max(count, windowBytes)).arrayBuffer());
      this.#from = at;
    }
    const left = Math.max(0, Math.min(count, this.#from + this.#view.byteLength - at));
    return new DataView(this.#view.buffer, at - this.#from, left);
  }
}

/**
 * A number whose first byte tells how many bytes it has. The marker stays in ids and leaves sizes.
 * @param {DataView} view
 * @param {number} at
 * @param {boolean} isSize
 */
function variable(view, at, isSize) {
  const first = view.getUint8(at);
  const length = Math.clz32(first) - 23;
  let value = isSize ? first & (0xff >> length) : first;
  let isUnknown = isSize && value === (0xff >> length);
  for (let place = 1; place < length; place += 1) {
    const byte = view.getUint8(at + place);
    isUnknown &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { value, length, isUnknown };
}

/** @param {DataView} view */
function unsigned(view) {
  let value = 0;
  for (let place = 0; place < view.byteLength; place += 1) value = value * 256 + view.getUint8(place);
  return value;
}

/**
 * The length in seconds of what a player presents; null when the blocks do not say.
 * @param {File} file
 * @returns {Promise<number | null>}
 */
export async function secondsOfBlocks(file) {
  const reader = new Reader(file);
  /** @type {Map<number, {kind: number, from: number, to: number}>} */
  const tracks = new Map();
  let scale = 1e6;
  let cluster = 0;
  /** @type {{number: number, kind: number}} */
  let entry = { number: 0, kind: 0 };
  /** @type {{kind: number, from: number, to: number} | undefined} */
  let last;
  let time = 0;
  let at = 0;
  for (let count = 0; at + 2 <= file.size; count += 1) {
    if (count > mostElements) return null;
    const head = await reader.bytes(at, 12);
    const id = variable(head, 0, false);
    if (id.length > 4 || id.length >= head.byteLength) break;
    const size = variable(head, id.length, true);
    at += id.length + size.length;
    if (masters.has(id.value)) {
      if (id.value === trackEntry) entry = { number: 0, kind: 0 };
      continue;
    }
    if (size.isUnknown) return null;
    const content = await reader.bytes(at, Math.min(size.value, 12));
    if (id.value === scaleOf) scale = unsigned(content) || 1e6;
    if (id.value === clusterTime) cluster = unsigned(content);
    if (id.value === trackNumber) entry.number = unsigned(content);
    if (id.value === trackType) entry.kind = unsigned(content);
    if (entry.number && entry.kind && !tracks.has(entry.number)) tracks.set(entry.number, { kind: entry.kind, from: Infinity, to: 0 });
    if ((id.value === simpleBlock || id.value === block) && content.byteLength >= 4) {
      const track = variable(content, 0, true);
      last = tracks.get(track.value);
      time = cluster + content.getInt16(track.length);
      if (last) Object.assign(last, { from: Math.min(last.from, time), to: Math.max(last.to, time) });
    }
    if (id.value === blockDuration && last) last.to = Math.max(last.to, time + unsigned(content));
    at += size.value;
  }
  const seconds = [...tracks.values()].filter((track) => track.to >= track.from)
    .map((track) => ({ kind: track.kind, seconds: ((track.to - track.from) * scale) / 1e9 }));
  return shortestOfEach(seconds.filter((track) => track.kind <= 2));
}
