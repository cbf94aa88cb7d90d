// The picture of a film that is not one file: its clips one after another. Of the next two only the beginnings are loaded.

import { addressOf, awaitsStart, loadStart, loadWhole, unload, whenLoaded } from "../core/clip-video.js";
import { h } from "../core/dom.js";
import { setCaptions } from "./captions.js";
import { chapterAt } from "./film.js";

/** @typedef {import("./film.js").Chapter} Chapter */
/** @typedef {import("./film-screen.js").Screen} Screen */

/** So many seconds before its end a clip lets the next one load in full. */
const handover = 4;

/** How often the position in a title card is reported, in milliseconds. */
const tick = 100;

/** @implements {Screen} */
export class ClipScreen {
  isSilenced = false;
  /** Three videos take turns: the one that plays and the two after it. One that repeats needs no other. */
  #videos;
  /** @type {Map<HTMLVideoElement, Chapter>} which chapter a video holds */
  #holds = new Map();
  /** What shows while the video has no picture. */
  #still;
  #card = h("div", { class: "frame__card" });
  #chapters;
  #index = 0;
  #isPaused = true;
  #hasEnded = false;
  /** Whether nothing is loaded before it is asked to play. */
  #isLazy;
  #rate = 1;
  #volume = 1;
  #isMuted = false;
  #hasCaptions = false;
  #isWaiting = false;
  /** How far a title card has come, in seconds. */
  #cardTime = 0;
  /** @type {number | undefined} */
  #cardTimer;
  /** Ends what the clip has yet to do for those after it. */
  #turn = new AbortController();
  #listeners;

  /**
   * @param {HTMLVideoElement} first
   * @param {Chapter[]} chapters
   * @param {{start: number, isLazy: boolean, repeats: boolean}} options
   * @param {import("./film-screen.js").ScreenListeners} listeners
   */
  constructor(first, chapters, { start, isLazy, repeats }, listeners) {
    this.#chapters = chapters;
    this.#isLazy = isLazy;
    this.#listeners = listeners;
    const { width, height } = first;
    this.#still = h("img", { class: "frame__poster", alt: "", width, height, decoding: "sync" });
    const others = repeats ? [] : [1, 2].map(() => h("video", { width, height, playsinline: true, preload: "none", tabindex: "-1" }));
    this.#videos = [first, ...others];
    first.before(this.#still, ...others);
    first.after(this.#card);
    for (const video of this.#videos) {
      video.loop = repeats;
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
      if (this.#index + 1 < this.#chapters.length && video.duration - video.currentTime < handover) this.#handOver();
    });
    video.addEventListener("error", () => {
      if (!video.getAttribute("src")) return;
      if (!navigator.onLine) this.#awaitConnection();
      if (video !== this.#front) return;
      if (navigator.onLine) this.#listeners.onFault("This take cannot be played.", this.#chapters.length > 1);
      else this.#listeners.onFault("Waiting for the connection", false);
    });
  }

  /** Without a connection nothing comes, which says nothing about a clip: the videos are loaded again with it. */
  #awaitConnection() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    addEventListener("online", () => {
      this.#isWaiting = false;
      this.#listeners.onFault("", false);
      for (const video of this.#videos) if (video.error) video.load();
      if (!this.#isPaused) this.#start();
    }, { once: true });
  }

  get #current() {
    return this.#chapters[this.#index];
  }

  get #front() {
    return this.#videos.find((video) => this.#holds.get(video) === this.#current);
  }

  /** @param {number} steps */
  #after(steps) {
    return (this.#index + steps) % this.#chapters.length;
  }

  /**
   * The video that is to show a chapter: one that has it, else one that has none of the next.
   * @param {number} index
   */
  #hold(index) {
    const chapter = this.#chapters[index];
    if (!chapter?.videoUrl) return null;
    const wanted = [0, 1, 2].map((steps) => this.#chapters[this.#after(steps)]);
    const free = this.#videos.filter((one) => {
      const held = this.#holds.get(one);
      return !held || !wanted.includes(held);
    });
    const video = this.#videos.find((one) => this.#holds.get(one) === chapter)
      ?? free.find((one) => addressOf(one) === chapter.videoUrl) ?? free[0];
    if (!video) return null;
    if (this.#holds.get(video) !== chapter) {
      this.#holds.set(video, chapter);
      if (addressOf(video) !== chapter.videoUrl) unload(video);
      // The picture below it is enough, and is loaded for what is watched only.
      video.removeAttribute("poster");
      video.defaultPlaybackRate = this.#rate;
      setCaptions(video, chapter.captionsUrl, this.#hasCaptions);
    }
    return video;
  }

  /**
   * @param {number} index
   * @param {boolean} isWhole whether more than its beginning is loaded
   */
  #load(index, isWhole) {
    const video = this.#hold(index);
    const url = this.#chapters[index]?.videoUrl;
    if (!video || !url) return;
    if (isWhole) loadWhole(video, url);
    else loadStart(video, url);
  }

  /**
   * @param {number} index
   * @param {number} seconds from the chapter's start
   */
  #show(index, seconds) {
    const chapter = this.#chapters[index];
    if (!chapter) return;
    this.#index = index;
    this.#hasEnded = false;
    this.#turn.abort();
    this.#turn = new AbortController();
    clearInterval(this.#cardTimer);
    this.#listeners.onFault("", false);
    if (this.#isLazy) this.#hold(index);
    else this.#load(index, true);
    const front = this.#front;
    // A video that has its picture needs no poster; but what is below it is never another clip's.
    const still = (front && front.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && chapter.thumbnailUrl) || chapter.posterUrl;
    this.#still.hidden = !still;
    if (still && this.#still.getAttribute("src") !== still) this.#still.src = still;
    for (const video of this.#videos) {
      video.inert = video !== front;
      if (video !== front) video.pause();
    }
    this.#card.hidden = Boolean(front);
    if (front) {
      if (Math.abs(front.currentTime - seconds) > 0.01) front.currentTime = seconds;
      front.setAttribute("aria-label", chapter.title);
      // What is watched has the line to itself until it has all that it needs.
      if (!this.#isLazy) whenLoaded(front, () => this.#loadNext(), this.#turn.signal);
    } else {
      this.#cardTime = seconds;
      this.#card.replaceChildren(h("b", {}, `Slot ${chapter.slot}`), h("span", {}, "This take was removed."));
      if (!this.#isLazy) this.#loadNext();
    }
    if (!this.#isPaused) this.#start();
    this.#listeners.onTime(this.position);
  }

  /** A beginning that is on its way is not asked for twice: the rest follows it. */
  #handOver() {
    const next = this.#hold(this.#after(1));
    if (next && !awaitsStart(next)) this.#load(this.#after(1), true);
  }

  #loadNext() {
    for (const steps of [1, 2]) this.#load(this.#after(steps), false);
  }

  #start() {
    const front = this.#front;
    if (!front) {
      this.#runCard();
      return;
    }
    front.playbackRate = this.#rate;
    front.muted = this.#isMuted;
    front.volume = this.#volume;
    front.play().then(() => {
      if (front === this.#front && !front.muted) this.#silence(false);
    }, (error) => {
      // One that was replaced meanwhile is no fault.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // Sound waits for a press: it starts silent instead of not at all, and the page says so.
      if (!front.muted) this.#silence(true);
      front.muted = true;
      front.play().catch(() => this.pause());
    });
  }

  /** A title card plays by the clock, since it has no video. */
  #runCard() {
    const seconds = this.#current?.seconds ?? 0;
    let before = performance.now();
    clearInterval(this.#cardTimer);
    this.#cardTimer = setInterval(() => {
      const now = performance.now();
      this.#cardTime = Math.min(this.#cardTime + ((now - before) / 1000) * this.#rate, seconds);
      before = now;
      this.#listeners.onTime(this.position);
      if (this.#cardTime >= seconds) this.#next();
    }, tick);
  }

  /** @param {boolean} isSilenced */
  #silence(isSilenced) {
    if (this.isSilenced === isSilenced) return;
    this.isSilenced = isSilenced;
    this.#listeners.onSound();
  }

  #next() {
    if (this.#index + 1 < this.#chapters.length) {
      this.#show(this.#index + 1, 0);
      return;
    }
    this.#hasEnded = true;
    this.pause();
    this.#listeners.onEnd();
  }

  /** The number of the clip that plays, from 0. */
  get index() {
    return this.#index;
  }

  get position() {
    const { start = 0, seconds = 0 } = this.#current ?? {};
    const inside = this.#front ? this.#front.currentTime : this.#cardTime;
    // A file may be a little longer than is known of it.
    return start + (seconds > 0 ? Math.min(inside, seconds) : inside);
  }

  get isPaused() {
    return this.#isPaused;
  }

  play() {
    this.#isPaused = false;
    if (this.#hasEnded) {
      this.#show(0, 0);
    } else if (this.#isLazy) {
      this.#isLazy = false;
      this.#show(this.#index, this.position - (this.#current?.start ?? 0));
    } else {
      this.#start();
    }
    this.#listeners.onState();
  }

  pause() {
    this.#isPaused = true;
    clearInterval(this.#cardTimer);
    this.#front?.pause();
    this.#listeners.onState();
  }

  /** @param {number} seconds */
  seek(seconds) {
    const index = chapterAt(this.#chapters, seconds);
    this.#show(index, Math.max(0, seconds - (this.#chapters[index]?.start ?? 0)));
  }

  /**
   * Takes up another list of clips. What plays is left alone if it is in the list, else a chapter of it is shown.
   * @param {Chapter[]} chapters
   * @param {number} index
   */
  replace(chapters, index) {
    const playing = this.#current;
    const front = this.#front;
    const chapter = chapters[index];
    this.#chapters = chapters;
    this.#holds.clear();
    if (chapter && chapter.slot === playing?.slot && chapter.videoUrl === playing.videoUrl) {
      this.#index = index;
      if (front) this.#holds.set(front, chapter);
      if (!this.#isLazy) this.#loadNext();
      this.#listeners.onTime(this.position);
    } else {
      this.#show(index, 0);
    }
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
    this.#volume = volume;
    this.#isMuted = isMuted;
    for (const video of this.#videos) {
      video.volume = volume;
      video.muted = isMuted;
    }
    this.#silence(false);
  }

  /** @param {boolean} isOn */
  setCaptions(isOn) {
    this.#hasCaptions = isOn;
    for (const video of this.#videos) setCaptions(video, this.#holds.get(video)?.captionsUrl ?? "", isOn);
  }

  drop() {
    this.#turn.abort();
    clearInterval(this.#cardTimer);
    this.#holds.clear();
    for (const video of this.#videos) unload(video);
  }
}
