// The picture: two videos that take turns, so that one take follows the other without a gap.

import { h, icon } from "../core/dom.js";
import { isMuted, isStill, onStillChange } from "../core/preferences.js";

/** @typedef {import("./film.js").Segment} Segment */

export class Screen {
  #front;
  #back;
  #tap;
  #broken;
  /** A person's wish; it outlasts the take. */
  #isPaused = isStill();
  #listeners;

  /**
   * @param {HTMLElement} frame
   * @param {{onEnd: () => void, onTime: (seconds: number) => void, onState: (isPaused: boolean) => void}} listeners
   */
  constructor(frame, listeners) {
    this.#listeners = listeners;
    const first = frame.querySelector("video");
    this.#front = first instanceof HTMLVideoElement ? first : h("video", {});
    this.#back = h("video", { width: 540, height: 960, playsinline: true, preload: "auto", tabindex: "-1" });
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
    const next = h("button", { class: "btn", type: "button" }, "Next");
    next.addEventListener("click", listeners.onEnd);
    this.#broken = h("div", { class: "frame__broken", role: "status" }, h("p", {}, "This take cannot be played in this browser."), next);
    this.#broken.hidden = true;
    frame.prepend(this.#back, this.#front, this.#tap, this.#broken);
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

  /**
   * Plays a take from its start, with the one after it loading behind.
   * @param {Segment} segment
   * @param {Segment | null} next
   */
  show(segment, next) {
    this.#broken.hidden = true;
    if (this.#back.getAttribute("src") === segment.videoUrl) this.#swap();
    else if (this.#front.getAttribute("src") !== segment.videoUrl) {
      this.#front.poster = segment.posterUrl;
      this.#front.src = segment.videoUrl;
    } else this.#front.currentTime = 0;
    this.#front.setAttribute("aria-label", segment.title);
    if (next && this.#back.getAttribute("src") !== next.videoUrl) {
      this.#back.poster = next.posterUrl;
      this.#back.src = next.videoUrl;
    }
    this.hear();
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
      if (video === this.#front) this.#listeners.onTime(video.currentTime);
    });
    video.addEventListener("error", () => {
      if (video === this.#front && video.getAttribute("src")) this.#broken.hidden = false;
    });
  }

  #play() {
    this.#front.play().catch((error) => {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // Sound waits for a press: it starts silent instead of not at all.
      this.#front.muted = true;
      this.#front.play().catch(() => this.pause());
    });
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
  }

  #showState() {
    this.#tap.setAttribute("aria-label", this.#isPaused ? "Play" : "Pause");
    this.#tap.parentElement?.toggleAttribute("data-paused", this.#isPaused);
    this.#listeners.onState(this.#isPaused);
  }
}
