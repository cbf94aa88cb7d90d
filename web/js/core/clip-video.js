// What a video element loads of a clip: the whole of what is watched, and of the next one only its beginning, which is enough
// for its first picture. Browsers read far more of a video that is given to them by its address, so the beginning is fetched
// here and the rest is appended when it is watched. Where that does not work, the address does.

import { nextPiece, readIndex } from "./mp4.js";
import { savesData } from "./network.js";

/** With the head of the answer less than 256 kB. */
const startSize = 240 * 1024;

/** How much is appended at once. */
const pieceSize = 64 * 1024;

/** @type {WeakMap<HTMLVideoElement, Loading>} */
const loadings = new WeakMap();

/** @typedef {typeof MediaSource & {new (): MediaSource}} SourceType */

/** @returns {SourceType | null} */
function sourceType() {
  return /** @type {any} */ (window).ManagedMediaSource ?? window.MediaSource ?? null;
}

/**
 * The address of the clip's video that an element shows, or is about to.
 * @param {HTMLVideoElement} video
 */
export function addressOf(video) {
  return loadings.get(video)?.url ?? video.getAttribute("src");
}

/**
 * Whether an element has the beginning of a clip's video, and so can play before the rest comes.
 * @param {HTMLVideoElement} video
 * @param {string | null} url
 */
export function hasStart(video, url) {
  const loading = loadings.get(video);
  return loading?.url === url && loading.isReady;
}

/**
 * Whether the beginning of a clip's video is on its way to an element.
 * @param {HTMLVideoElement} video
 */
export function awaitsStart(video) {
  return loadings.get(video)?.isBeginning ?? false;
}

/**
 * Loads the video that is watched.
 * @param {HTMLVideoElement} video
 * @param {string | null} url
 */
export function loadWhole(video, url) {
  if (!url) return;
  if (hasStart(video, url)) {
    void loadings.get(video)?.finish();
    return;
  }
  if (loadings.has(video)) unload(video);
  video.preload = savesData() ? "none" : "auto";
  if (video.getAttribute("src") !== url) video.src = url;
}

/**
 * Loads the beginning of the video that comes next.
 * @param {HTMLVideoElement} video
 * @param {string | null} url
 */
export function loadStart(video, url) {
  if (!url || savesData() || addressOf(video) === url) return;
  unload(video);
  const Source = sourceType();
  if (!Source) {
    video.preload = "metadata";
    video.src = url;
    return;
  }
  const loading = new Loading(video, url, Source);
  loadings.set(video, loading);
  void loading.begin();
}

/**
 * Without this a browser keeps loading a video that is out of sight.
 * @param {HTMLVideoElement} video
 */
export function unload(video) {
  loadings.get(video)?.stop();
  loadings.delete(video);
  if (!video.hasAttribute("src")) return;
  video.removeAttribute("src");
  video.load();
}

/**
 * Calls back once when a video has what it needs to play to its end, or nothing more will come.
 * @param {HTMLVideoElement} video
 * @param {() => void} then
 * @param {AbortSignal} signal
 */
export function whenLoaded(video, then, signal) {
  if (video.readyState === HTMLMediaElement.HAVE_ENOUGH_DATA || video.error) {
    then();
    return;
  }
  const once = new AbortController();
  signal.addEventListener("abort", () => once.abort());
  const done = () => {
    once.abort();
    then();
  };
  for (const name of ["canplaythrough", "error"]) video.addEventListener(name, done, { signal: once.signal });
}

class Loading {
  isReady = false;
  isBeginning = true;
  #video;
  #Source;
  #abort = new AbortController();
  /** The file from its beginning, as far as it has come. */
  #bytes = new Uint8Array(0);
  #length = 0;
  /** @type {import("./mp4.js").Index | null} */
  #index = null;
  /** @type {SourceBuffer | null} */
  #buffer = null;
  /** @type {MediaSource | null} */
  #source = null;
  #isFinishing = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {string} url
   * @param {SourceType} Source
   */
  constructor(video, url, Source) {
    this.#video = video;
    this.url = url;
    this.#Source = Source;
  }

  stop() {
    this.#abort.abort();
  }

  /** Shows the first picture; where that fails, the element stays empty until it is watched. */
  async begin() {
    try {
      await this.#fetch(0, startSize - 1, () => {});
      this.#index = readIndex(this.#bytes.subarray(0, this.#length));
      if (!this.#index || !this.#Source.isTypeSupported(this.#index.type)) return;
      await this.#open(this.#index.type);
      await this.#append(this.#index.head);
      await this.#appendNew();
      this.isReady = true;
      if (this.#length === this.#bytes.length) this.#end();
    } catch {
      // Stopped, or without a connection. Of another server this page may be unable to read files, while the browser can.
      if (this.#abort.signal.aborted || this.isReady || new URL(this.url, location.href).origin === location.origin) return;
      loadings.delete(this.#video);
      this.#video.preload = "metadata";
      this.#video.src = this.url;
    } finally {
      this.isBeginning = false;
    }
  }

  /** Loads the rest. A fault leaves it to the browser, which then reports the fault in its own way. */
  async finish() {
    if (this.#isFinishing) return;
    this.#isFinishing = true;
    try {
      if (this.#length < this.#bytes.length) {
        let appended = this.#length;
        await this.#fetch(this.#length, this.#bytes.length - 1, async () => {
          if (this.#length - appended < pieceSize) return;
          appended = this.#length;
          await this.#appendNew();
        });
        await this.#appendNew();
      }
      this.#end();
    } catch {
      if (this.#abort.signal.aborted) return;
      const { currentTime, paused } = this.#video;
      loadings.delete(this.#video);
      this.#video.src = this.url;
      this.#video.currentTime = currentTime;
      if (!paused) this.#video.play().catch(() => {});
    }
  }

  /**
   * @param {number} first
   * @param {number} last
   * @param {() => void | Promise<void>} onData
   */
  async #fetch(first, last, onData) {
    const signal = this.#abort.signal;
    /** @type {RequestInit & {priority?: string}} */
    const options = { headers: { Range: `bytes=${first}-${last}` }, signal, ...(first === 0 ? { priority: "low" } : {}) };
    const response = await fetch(this.url, options);
    const size = Number(response.headers.get("Content-Range")?.split("/")[1]);
    if (response.status !== 206 || !size || !response.body) throw new Error("no range");
    if (first === 0) this.#bytes = new Uint8Array(size);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
      await onData();
    }
    if (this.#length !== Math.min(last + 1, size)) throw new Error("cut short");
  }

  /** @param {string} type */
  async #open(type) {
    const source = new this.#Source();
    this.#source = source;
    const address = URL.createObjectURL(source);
    const opened = this.#event(source, "sourceopen");
    // Safari's own kind of source plays on this device only.
    this.#video.disableRemotePlayback = true;
    this.#video.preload = "auto";
    this.#video.src = address;
    await opened;
    URL.revokeObjectURL(address);
    this.#buffer = source.addSourceBuffer(type);
  }

  async #appendNew() {
    const piece = this.#index && nextPiece(this.#index, this.#bytes, this.#length);
    if (piece) await this.#append(piece);
  }

  /** @param {Uint8Array} piece */
  async #append(piece) {
    const buffer = this.#buffer;
    if (!buffer) throw new Error("not open");
    const appended = this.#event(buffer, "updateend", "error");
    buffer.appendBuffer(piece);
    await appended;
  }

  /**
   * Waits for an event; another one, or that this is stopped, is a fault.
   * @param {EventTarget} target
   * @param {string} name
   * @param {string} [fault]
   * @returns {Promise<void>}
   */
  async #event(target, name, fault) {
    this.#abort.signal.throwIfAborted();
    const once = new AbortController();
    const options = { signal: once.signal };
    try {
      await new Promise((resolve, reject) => {
        target.addEventListener(name, resolve, options);
        if (fault) target.addEventListener(fault, reject, options);
        this.#abort.signal.addEventListener("abort", reject, options);
      });
    } finally {
      once.abort();
    }
  }

  #end() {
    if (this.#source?.readyState === "open") this.#source.endOfStream();
  }
}
