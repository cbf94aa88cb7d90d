// The picture of a film that is not one file yet: its clips one after another. Of the next two only the beginnings are loaded.

import { addressOf, loadStart, loadWhole, unload } from "../core/clip-video.js";
import { h } from "../core/dom.js";
import { chapterAt } from "./film.js";

/** @typedef {import("./film.js").Chapter} Chapter */
/** @typedef {import("./film-screen.js").Screen} Screen */

/** So many seconds before its end a clip lets the next one load in full. */
const handover = 4;

/** @implements {Screen} */
export class ClipScreen {
  /** Three videos take turns: the one that plays and the two after it. */
  #videos;
  /** @type {Map<HTMLVideoElement, number>} which chapter a video holds */
  #holds = new Map();
  #chapters;
  #index = 0;
  #isPaused = true;
  #rate = 1;
  #listeners;

  /**
   * @param {HTMLVideoElement} first
   * @param {Chapter[]} chapters
   * @param {number} start
   * @param {import("./film-screen.js").ScreenListeners} listeners
   */
  constructor(first, chapters, start, listeners) {
    this.#chapters = chapters;
    this.#listeners = listeners;
    const others = [1, 2].map(() => h("video", { width: first.width, height: first.height, playsinline: true, tabindex: "-1" }));
    this.#videos = [first, ...others];
    first.before(...others);
    for (const video of this.#videos) {
      video.classList.add("screen");
      this.#watch(video);
    }
    this.seek(start);
  }

  /** @param {HTMLVideoElement} video */
  #watch(video) {
    video.addEventListener("ended", () => {
      if (video === this.#front) this.#next();
    });
    video.addEventListener("timeupdate", () => {
      if (video !== this.#front) return;
      this.#listeners.onTime(this.position);
      if (video.duration - video.currentTime < handover) this.#load(this.#after(1), true);
    });
    video.addEventListener("error", () => {
      if (video === this.#front && video.getAttribute("src")) this.#listeners.onFault("This take cannot be played.");
    });
  }

  get #front() {
    return this.#videos.find((video) => this.#holds.get(video) === this.#index);
  }

  /** @param {number} steps */
  #after(steps) {
    return (this.#index + steps) % this.#chapters.length;
  }

  /**
   * The video of a chapter; one that holds none of the next takes it.
   * @param {number} index
   * @param {boolean} isWhole whether more than its beginning is loaded
   */
  #load(index, isWhole) {
    const wanted = [0, 1, 2].map((steps) => this.#after(steps));
    const video = this.#videos.find((one) => this.#holds.get(one) === index)
      ?? this.#videos.find((one) => !wanted.includes(this.#holds.get(one) ?? -1));
    const chapter = this.#chapters[index];
    if (!video || !chapter) return;
    if (this.#holds.get(video) !== index) {
      this.#holds.set(video, index);
      if (addressOf(video) !== chapter.videoUrl) unload(video);
      video.poster = chapter.posterUrl;
      video.defaultPlaybackRate = this.#rate;
    }
    if (isWhole) loadWhole(video, chapter.videoUrl);
    else loadStart(video, chapter.videoUrl);
  }

  /**
   * @param {number} index
   * @param {number} seconds from the chapter's start
   */
  #show(index, seconds) {
    this.#index = index;
    this.#load(index, true);
    const front = this.#front;
    for (const video of this.#videos) {
      video.inert = video !== front;
      if (video !== front) video.pause();
    }
    if (!front) return;
    if (Math.abs(front.currentTime - seconds) > 0.01) front.currentTime = seconds;
    front.setAttribute("aria-label", this.#chapters[index]?.title ?? "");
    if (!this.#isPaused) this.#start(front);
    for (const steps of [1, 2]) this.#load(this.#after(steps), false);
    this.#listeners.onTime(this.position);
  }

  /** @param {HTMLVideoElement} video */
  #start(video) {
    video.playbackRate = this.#rate;
    video.play().catch((error) => {
      // One that was replaced meanwhile is no fault.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.pause();
    });
  }

  #next() {
    if (this.#index + 1 < this.#chapters.length) {
      this.#show(this.#index + 1, 0);
      return;
    }
    this.pause();
    this.#listeners.onEnd();
  }

  get position() {
    return (this.#chapters[this.#index]?.start ?? 0) + (this.#front?.currentTime ?? 0);
  }

  get isPaused() {
    return this.#isPaused;
  }

  play() {
    this.#isPaused = false;
    if (this.#front?.ended) this.#show(this.#after(1), 0);
    else if (this.#front) this.#start(this.#front);
    this.#listeners.onState(false);
  }

  pause() {
    this.#isPaused = true;
    this.#front?.pause();
    this.#listeners.onState(true);
  }

  /** @param {number} seconds */
  seek(seconds) {
    const index = chapterAt(this.#chapters, seconds);
    this.#show(index, Math.max(0, seconds - (this.#chapters[index]?.start ?? 0)));
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#rate = rate;
    for (const video of this.#videos) {
      video.defaultPlaybackRate = rate;
      video.playbackRate = rate;
    }
  }

  /**
   * @param {number} volume
   * @param {boolean} isMuted
   */
  setVolume(volume, isMuted) {
    for (const video of this.#videos) {
      video.volume = volume;
      video.muted = isMuted;
    }
  }

  drop() {
    this.#holds.clear();
    for (const video of this.#videos) unload(video);
  }
}
