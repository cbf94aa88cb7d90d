// Several videos on one clock. The clock is the machine's own, and each video is led to it: a small drift by its rate, which no
// one sees, and a large one by a seek. All begin a loop together, so that no drift outlives one. Videos that are shorter than
// the longest show their last picture until the loop ends. A video that does not load holds no other one up: it says so, and joins
// in when it has loaded.

import { h } from "../core/dom.js";

/** Up to this many seconds of drift, the rate corrects it. */
const smallDrift = 0.2;

/** Drift below this is left alone: it is less than a third of a frame. */
const leftAlone = 0.01;

/** How much of a drift the rate takes back in a second. */
const pull = 4;

/** The rate differs from the wanted one by this share at most. */
const mostPull = 0.5;

/** How long all videos wait for one that does not load, in milliseconds. Then it is left out. */
const patience = 4000;

/** A video that is behind waits until so much of it is there. */
const enough = HTMLMediaElement.HAVE_FUTURE_DATA;

/** The length of a frame until it has been measured, in seconds. */
const usualFrame = 1 / 30;

/**
 * A video with what was measured of it.
 * @typedef {object} Part
 * @property {HTMLVideoElement} video
 * @property {number} length in seconds
 * @property {{media: number, at: number} | null} shown the frame on the screen, and when it came there
 * @property {number} frame the length of a frame, in seconds
 * @property {number} seekEnds until when a seek is not repeated
 * @property {HTMLElement | null} stalled says that the video does not load, while the others do not wait for it
 */

export class SyncedVideos {
  /**
   * @param {HTMLVideoElement[]} videos
   * @param {() => void} changed
   */
  constructor(videos, changed) {
    this.changed = changed;
    /** @type {Part[]} */
    this.parts = videos.map((video) => ({ video, length: Number(video.dataset.seconds) || 0, shown: null, frame: usualFrame, seekEnds: 0, stalled: null }));
    this.isPlaying = false;
    this.isWaiting = false;
    this.loops = true;
    this.speed = 1;
    /** The position when the clock was last set, and when that was. */
    this.base = 0;
    this.since = 0;
    /** Rises with each start, so that an older one ends. */
    this.turn = 0;
    for (const part of this.parts) {
      part.video.addEventListener("loadedmetadata", () => {
        if (Number.isFinite(part.video.duration)) part.length = part.video.duration;
        this.changed();
      });
      for (const name of ["canplay", "canplaythrough"]) part.video.addEventListener(name, () => this.join(part));
      watchFrames(part);
    }
  }

  /** The length of the longest video, in seconds. */
  get length() {
    return Math.max(0.1, ...this.parts.map((part) => part.length));
  }

  /** Where all videos are, in seconds. */
  get position() {
    const moved = this.isPlaying && !this.isWaiting ? ((performance.now() - this.since) / 1000) * this.speed : 0;
    return Math.min(this.length, this.base + moved);
  }

  /** The length of the shortest frame of all, in seconds. */
  get frame() {
    return Math.min(...this.parts.map((part) => part.frame));
  }

  /**
   * How far a video is from the clock, in seconds; null while that is not known, or it has ended.
   * @param {Part} part
   */
  drift(part) {
    const target = this.position;
    const { video, shown } = part;
    if (video.seeking || target > part.length - 0.1) return null;
    const media = shown && !video.paused ? shown.media + ((performance.now() - shown.at) / 1000) * video.playbackRate : video.currentTime;
    return media - target;
  }

  /** Plays from where all are; from the start when they have ended. */
  async play() {
    if (this.isPlaying) return;
    this.isPlaying = true;
    // Another request may be answered.
    for (const { video, stalled } of this.parts) {
      if (stalled && video.readyState < HTMLMediaElement.HAVE_METADATA) video.load();
    }
    this.changed();
    await this.start(this.base >= this.length - 0.05 ? 0 : this.base);
  }

  pause() {
    if (!this.isPlaying) return;
    const position = this.position;
    this.isPlaying = false;
    this.isWaiting = false;
    this.turn += 1;
    this.base = position;
    for (const { video } of this.parts) video.pause();
    void this.show(position);
    this.changed();
  }

  /** @param {number} position */
  async seek(position) {
    const place = Math.max(0, Math.min(this.length, position));
    if (this.isPlaying) await this.start(place);
    else {
      this.base = place;
      await this.show(place);
    }
    this.changed();
  }

  /** @param {1 | -1} by */
  step(by) {
    this.pause();
    // Half a frame further than its beginning, so that rounding does not show the one before.
    const number = Math.round(this.base / this.frame - 0.5) + by;
    void this.seek(Math.max(0, (number + 0.5) * this.frame));
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.base = this.position;
    this.since = performance.now();
    this.speed = speed;
    for (const { video } of this.parts) video.playbackRate = speed;
    this.changed();
  }

  /**
   * Puts all videos at a position, waits until they are there, and lets them run together.
   * @param {number} position
   */
  async start(position) {
    const mine = (this.turn += 1);
    this.base = position;
    this.isWaiting = true;
    this.changed();
    for (const { video } of this.parts) {
      video.preload = "auto";
      video.playbackRate = this.speed;
    }
    await this.show(position);
    const wanted = this.parts.filter(({ length }) => position < length);
    await Promise.all(wanted.map((part) => part.stalled ? null : this.wait(part, () => part.video.readyState >= enough || part.video.error !== null)));
    // With nothing to show the clock does not start. One that has loaded ends this, though it joins in only with its next event:
    // that would not come while this loop goes round.
    while (mine === this.turn && wanted.length > 0 && wanted.every(({ video, stalled }) => stalled && !video.error && video.readyState < enough)) {
      await Promise.race(wanted.map(({ video }) => until(video, () => video.readyState >= enough || video.error !== null)));
    }
    if (mine !== this.turn) return;
    // play() of a video without data settles when data comes, which may be never.
    await Promise.all(this.parts.map((part) => {
      if (position >= part.length - 0.01) return null;
      const playing = part.video.play().catch(() => undefined);
      return part.stalled ? null : playing;
    }));
    if (mine !== this.turn) return;
    this.isWaiting = false;
    this.since = performance.now();
    this.changed();
    this.lead(mine);
  }

  /**
   * Waits until something is so of a video. One that makes the others wait too long is left out until it has loaded.
   * @param {Part} part
   * @param {() => boolean} isSo
   */
  async wait(part, isSo) {
    await until(part.video, isSo);
    if (isSo() || part.stalled) return;
    part.stalled = h("p", { class: "stalled", role: "status" }, "This video does not load.");
    part.video.after(part.stalled);
    this.changed();
  }

  /**
   * Takes a video in again that has loaded.
   * @param {Part} part
   */
  join(part) {
    if (!part.stalled || part.video.readyState < enough) return;
    part.stalled.remove();
    part.stalled = null;
    // From here on the clock leads it as the others.
    if (this.isPlaying && !this.isWaiting && this.position < part.length - 0.01) void part.video.play().catch(() => undefined);
    this.changed();
  }

  /**
   * Shows a position in each video.
   * @param {number} position
   */
  async show(position) {
    await Promise.all(this.parts.map(async (part) => {
      const { video, length } = part;
      const place = Math.min(position, Math.max(0, length - 0.001));
      if (video.readyState < HTMLMediaElement.HAVE_METADATA && !part.stalled) {
        video.preload = "auto";
        video.load();
        await this.wait(part, () => video.readyState >= HTMLMediaElement.HAVE_METADATA || video.error !== null);
      }
      part.shown = null;
      if (Math.abs(video.currentTime - place) > 0.001) video.currentTime = place;
      if (part.stalled) return;
      await until(video, () => !video.seeking || video.error !== null);
    }));
  }

  /**
   * Leads the videos to the clock, once for each picture on the screen.
   * @param {number} mine
   */
  lead(mine) {
    if (mine !== this.turn || !this.isPlaying) return;
    const position = this.position;
    if (position >= this.length) {
      if (this.loops) void this.start(0);
      else {
        this.base = this.length;
        this.pause();
      }
      return;
    }
    if (this.parts.some(({ video, length, stalled }) => !stalled && position < length - 0.25 && !video.ended && video.readyState < enough && !video.error)) {
      // One has run out of data: all wait for it, and begin again together.
      for (const { video } of this.parts) video.pause();
      void this.start(position);
      return;
    }
    for (const part of this.parts) if (!part.stalled) this.correct(part);
    this.changed();
    if (document.visibilityState === "hidden") setTimeout(() => this.lead(mine), 250);
    else requestAnimationFrame(() => this.lead(mine));
  }

  /** @param {Part} part */
  correct(part) {
    const { video } = part;
    const drift = this.drift(part);
    if (drift === null) return;
    const now = performance.now();
    if (Math.abs(drift) > smallDrift) {
      if (now < part.seekEnds) return;
      part.seekEnds = now + 500;
      part.shown = null;
      video.currentTime = this.position;
      return;
    }
    const rate = Math.abs(drift) < leftAlone ? this.speed : this.speed * (1 - Math.max(-mostPull, Math.min(mostPull, drift * pull)));
    if (Math.abs(video.playbackRate - rate) > 0.005) video.playbackRate = rate;
  }

  /**
   * Lets one video be heard, or none.
   * @param {HTMLVideoElement | null} heard
   */
  hear(heard) {
    for (const { video } of this.parts) video.muted = video !== heard;
    this.changed();
  }

  /** The video that is heard; null when none is. */
  get heard() {
    return this.parts.find(({ video }) => !video.muted)?.video ?? null;
  }
}

/**
 * Notes which frame is on the screen and since when, where the browser says so, and how long frames last.
 * @param {Part} part
 */
function watchFrames(part) {
  const { video } = part;
  if (!("requestVideoFrameCallback" in video)) return;
  let last = -1;
  /** @type {VideoFrameRequestCallback} */
  const note = (_, { mediaTime, expectedDisplayTime }) => {
    const length = mediaTime - last;
    // A frame that was left out looks like one that lasts longer.
    if (last >= 0 && length > 0.005 && length < part.frame + 0.02) part.frame = Math.min(Math.max(length, 1 / 120), 0.1);
    last = mediaTime;
    part.shown = video.seeking ? null : { media: mediaTime, at: expectedDisplayTime };
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
}

/**
 * Waits until something is so of a video, but not for ever.
 * @param {HTMLVideoElement} video
 * @param {() => boolean} isSo
 * @returns {Promise<void>}
 */
function until(video, isSo) {
  if (isSo()) return Promise.resolve();
  return new Promise((resolve) => {
    const names = ["loadedmetadata", "loadeddata", "canplay", "canplaythrough", "seeked", "error", "progress"];
    const end = () => {
      clearTimeout(timer);
      for (const name of names) video.removeEventListener(name, look);
      resolve();
    };
    const look = () => {
      if (isSo()) end();
    };
    const timer = setTimeout(end, patience);
    for (const name of names) video.addEventListener(name, look);
  });
}
