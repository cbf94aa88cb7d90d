// The picture: two videos that take turns, so that one take follows the other without a gap.

import { addressOf, loadStart, loadWhole, unload, whenLoaded } from "../core/clip-video.js";
import { h, icon } from "../core/dom.js";
import { savesData } from "../core/network.js";
import { isMuted, isStill, onStillChange } from "../core/preferences.js";

/** @typedef {import("./film.js").Segment} Segment */

/** So many seconds before its end a take lets the next one load in full. */
const handover = 4;

export class Screen {
  #front;
  #back;
  /** What shows while the front video has no picture. */
  #still = h("img", { class: "frame__poster", alt: "", width: 540, height: 960, decoding: "sync" });
  #tap;
  #broken;
  /** A person's wish; it outlasts the take. */
  #isPaused = isStill() || savesData();
  /** Whether the browser plays without sound although sound is chosen; it wants a press first. */
  #isSilenced = false;
  #isWaiting = false;
  /** Ends what the take has yet to do for the one after it. */
  #turn = new AbortController();
  /** The address of the take after this one. */
  #next = "";
  #listeners;

  /**
   * @param {HTMLElement} frame
   * @param {{onEnd: () => void, onTime: (seconds: number) => void, onState: (isPaused: boolean) => void, onSound: () => void}} listeners
   */
  constructor(frame, listeners) {
    this.#listeners = listeners;
    const first = frame.querySelector("video");
    this.#front = first instanceof HTMLVideoElement ? first : h("video", {});
    this.#back = h("video", { width: 540, height: 960, playsinline: true, preload: "none", tabindex: "-1" });
    for (const video of [this.#front, this.#back]) {
      video.controls = false;
      video.loop = false;
      video.classList.add("screen");
      this.#watch(video);
    }
    this.#back.inert = true;
    this.#tap = h("button", { class: "frame__tap", type: "button" }, h("span", { class: "frame__disc", "aria-hidden": "true" }, icon("play", "lg")));
    this.#tap.addEventListener("click", (event) => {
      if (event.detail === 0) this.toggle();
    });
    this.#broken = h("div", { class: "frame__broken", role: "status" });
    this.#broken.hidden = true;
    frame.prepend(this.#still, this.#back, this.#front, this.#tap, this.#broken);
    this.#showState();
    onStillChange(() => {
      if (isStill()) this.pause();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#front.pause();
      else if (!this.#isPaused) this.#play();
    });
  }

  get isPaused() {
    return this.#isPaused;
  }

  get isSilenced() {
    return this.#isSilenced;
  }

  /**
   * Plays a take from its start, with the one after it loading behind.
   * @param {Segment} segment
   * @param {Segment | null} next
   */
  show(segment, next) {
    this.#broken.hidden = true;
    if (this.#still.getAttribute("src") !== segment.posterUrl) this.#still.src = segment.posterUrl;
    this.#turn.abort();
    this.#turn = new AbortController();
    if (addressOf(this.#back) === segment.videoUrl) this.#swap();
    else if (addressOf(this.#front) === segment.videoUrl) this.#front.currentTime = 0;
    // The picture of the take before, which the still may show for a moment more, is the wrong one.
    if (this.#front.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) this.#front.poster = segment.posterUrl;
    this.#front.setAttribute("aria-label", segment.title);
    loadWhole(this.#front, segment.videoUrl);
    this.#next = next?.videoUrl ?? "";
    if (next && addressOf(this.#back) !== next.videoUrl) {
      const back = this.#back;
      unload(back);
      back.removeAttribute("poster");
      // What is watched has the line to itself until it has all that it needs.
      whenLoaded(this.#front, () => loadStart(back, next.videoUrl), this.#turn.signal);
    }
    for (const video of [this.#front, this.#back]) video.muted = isMuted();
    if (!this.#isPaused) this.#play();
    this.#showState();
  }

  #swap() {
    [this.#front, this.#back] = [this.#back, this.#front];
    this.#back.pause();
    this.#back.inert = true;
    this.#front.inert = false;
    this.#front.before(this.#back);
    this.#front.currentTime = 0;
  }

  /** @param {HTMLVideoElement} video */
  #watch(video) {
    video.addEventListener("ended", () => {
      if (video === this.#front) this.#listeners.onEnd();
    });
    video.addEventListener("timeupdate", () => {
      if (video !== this.#front) return;
      this.#listeners.onTime(video.currentTime);
      if (this.#next && video.duration - video.currentTime < handover) loadWhole(this.#back, this.#next);
    });
    video.addEventListener("error", () => {
      if (!video.getAttribute("src")) return;
      if (!navigator.onLine) this.#awaitConnection();
      if (video === this.#front) this.#showFault();
    });
  }

  #showFault() {
    this.#broken.hidden = false;
    if (!navigator.onLine) {
      this.#broken.replaceChildren(h("p", {}, "Waiting for the connection"));
      return;
    }
    const next = h("button", { class: "btn", type: "button" }, "Next");
    next.addEventListener("click", this.#listeners.onEnd);
    this.#broken.replaceChildren(h("p", {}, "This take cannot be played."), next);
  }

  /** Without a connection nothing comes, which says nothing about a take: both videos are loaded again with it. */
  #awaitConnection() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    addEventListener("online", () => {
      this.#isWaiting = false;
      this.#broken.hidden = true;
      for (const video of [this.#front, this.#back]) if (video.error) video.load();
      if (!this.#isPaused) this.#play();
    }, { once: true });
  }

  #play() {
    const video = this.#front;
    video.play().then(() => {
      if (video === this.#front && !video.muted) this.#silence(false);
    }, (error) => {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // Sound waits for a press: it starts silent instead of not at all, and the page says so.
      if (!video.muted) this.#silence(true);
      video.muted = true;
      video.play().catch(() => this.pause());
    });
  }

  /** @param {boolean} isSilenced */
  #silence(isSilenced) {
    if (this.#isSilenced === isSilenced) return;
    this.#isSilenced = isSilenced;
    this.#listeners.onSound();
  }

  toggle() {
    if (this.#isPaused) this.resume();
    else this.pause();
  }

  pause() {
    this.#isPaused = true;
    this.#front.pause();
    this.#showState();
  }

  resume() {
    this.#isPaused = false;
    this.#play();
    this.#showState();
  }

  /** Takes up the choice of sound. */
  hear() {
    for (const video of [this.#front, this.#back]) video.muted = isMuted();
    this.#silence(false);
  }

  #showState() {
    this.#tap.setAttribute("aria-label", this.#isPaused ? "Play" : "Pause");
    this.#tap.parentElement?.toggleAttribute("data-paused", this.#isPaused);
    this.#listeners.onState(this.#isPaused);
  }
}
