// The frames on the stage: the take that plays, the one before and the one after it.

import { hasStart, loadStart, loadWhole, unload, whenLoaded } from "../core/clip-video.js";
import { afterPaint, avatar, h, icon } from "../core/dom.js";
import { creatorLink, followButton } from "../core/follow.js";
import { isMuted, isStill, onStillChange } from "../core/preferences.js";
import { savesData } from "../core/network.js";

/** @typedef {import("./feed.js").Clip} Clip */

/** How long a picture may stand still before the page says that it waits. */
const stallTime = 2000;

export class Deck {
  /** @type {HTMLElement} */
  #place;
  /** @type {HTMLImageElement | null} */
  #blur;
  /** @type {Map<string, Frame>} */
  #frames = new Map();
  /** @type {Frame | null} */
  #current = null;
  /** Set by a person; a new take then waits for them too. */
  #isPaused = isStill() || savesData();
  /** Whether the browser plays without sound although sound is chosen; it wants a press first. */
  #isSilenced = false;
  /** Ends what the take on the stage has yet to do for its neighbours. */
  #turn = new AbortController();
  #onNext;
  #onSound;

  /**
   * @param {HTMLElement} place
   * @param {HTMLElement} stage
   * @param {{onNext: () => void, onSound: () => void}} listeners
   */
  constructor(place, stage, listeners) {
    this.#place = place;
    this.#onNext = listeners.onNext;
    this.#onSound = listeners.onSound;
    const blur = stage.querySelector(".stage__blur");
    this.#blur = blur instanceof HTMLImageElement ? blur : h("img", { class: "stage__blur", loading: "lazy", alt: "", width: 540, height: 960 });
    if (!blur) {
      this.#blur.hidden = true;
      stage.prepend(this.#blur);
    }
    // The page's first take loads while the feed is on its way, unless this tab is about to return to another one.
    const early = place.querySelector("[data-first] > video");
    if (early instanceof HTMLVideoElement && !isStill() && !document.documentElement.hasAttribute("data-resumes")) loadWhole(early, early.src);
    onStillChange(() => {
      if (isStill()) this.pause();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#current?.video.pause();
      else this.#play();
    });
  }

  get isPaused() {
    return this.#isPaused;
  }

  get isSilenced() {
    return this.#isSilenced;
  }

  /** The element of the take that plays. */
  get element() {
    return this.#current?.element ?? null;
  }

  /**
   * Shows a take, with its neighbours ready above and below. They follow once it shows.
   * @param {Clip[]} clips
   * @param {number} index
   * @param {HTMLElement | null} [end] what follows the last take
   */
  show(clips, index, end = null) {
    this.#turn.abort();
    this.#turn = new AbortController();
    const { signal } = this.#turn;
    const clip = clips[index];
    const frame = clip ? this.#put(clip, 0) : null;
    this.#change(frame);
    for (const offset of [1, -1]) {
      const near = clips[index + offset];
      if (near && this.#frames.has(near.id)) this.#put(near, offset);
    }
    const near = new Set([clips[index - 1], clip, clips[index + 1]].map((one) => one?.id));
    const leave = (/** @type {boolean} */ isOnStage) => {
      for (const [id, old] of this.#frames) {
        if (near.has(id) || (isOnStage && old.element.dataset.place !== "0")) continue;
        old.remove();
        this.#frames.delete(id);
      }
    };
    leave(true);
    this.#dropFirst();
    this.#showEnd(end, clips.length - index);
    const [next, previous] = [clips[index + 1], clips[index - 1]];
    // Each piece of this work waits for a frame of its own, so that none of them holds up the next finger.
    afterPaint([
      () => frame?.loadRest(),
      () => {
        if (!next) return;
        const { video } = this.#put(next, 1);
        // What is watched has the line to itself until it has all that it needs.
        const load = () => loadStart(video, next.videoUrl);
        if (frame) whenLoaded(frame.video, load, signal);
        else load();
      },
      () => previous && this.#put(previous, -1),
      () => leave(false),
      () => this.#showBlur(clip?.thumbnailUrl ?? null),
    ], signal);
  }

  /**
   * Puts a take's frame, made where it is new, before, on or after the stage.
   * @param {Clip} clip
   * @param {number} offset
   */
  #put(clip, offset) {
    let frame = this.#frames.get(clip.id);
    if (!frame) {
      frame = new Frame(clip, this.#onNext, () => this.toggle(), this.#first(clip.id));
      this.#frames.set(clip.id, frame);
    }
    frame.put(offset);
    if (!frame.element.isConnected) this.#place.append(frame.element);
    return frame;
  }

  /** @param {Frame | null} frame */
  #change(frame) {
    this.#current?.video.pause();
    this.#current = frame;
    this.#play();
  }

  /**
   * The picture and the video that the page brought for its first take: they stay while the frame is made around them.
   * @param {string} id
   * @returns {Brought}
   */
  #first(id) {
    const first = this.#place.querySelector(`[data-first="${CSS.escape(id)}"]`);
    const [still, video] = [first?.querySelector(".frame__poster"), first?.querySelector("video")];
    return { still: still instanceof HTMLImageElement ? still : null, video: video instanceof HTMLVideoElement ? video : null };
  }

  #dropFirst() {
    const first = this.#place.querySelector("[data-first]");
    const video = first?.querySelector("video");
    if (video instanceof HTMLVideoElement) unload(video);
    first?.remove();
  }

  /**
   * @param {HTMLElement | null} end
   * @param {number} offset how many takes are before it, counted from the one that plays
   */
  #showEnd(end, offset) {
    const isNear = offset <= 1;
    for (const old of this.#place.querySelectorAll(":scope > .vacant")) if (old !== end || !isNear) old.remove();
    if (!end || !isNear) return;
    end.dataset.place = String(offset);
    end.inert = offset !== 0;
    if (!end.isConnected) this.#place.append(end);
  }

  /** @param {string | null} picture a small one is enough, since nothing of it is sharp */
  #showBlur(picture) {
    if (!this.#blur) return;
    this.#blur.hidden = !picture;
    if (picture && this.#blur.getAttribute("src") !== picture) this.#blur.src = picture;
  }

  /**
   * Moves the frames with a finger.
   * @param {number} distance
   */
  drag(distance) {
    this.#place.toggleAttribute("data-dragging", distance !== 0);
    // Of the place, not of each frame: a change of what all frames inherit would cost the style of everything in them.
    this.#place.style.translate = distance === 0 ? "" : `0 ${distance}px`;
  }

  clear() {
    this.#turn.abort();
    for (const frame of this.#frames.values()) frame.remove();
    this.#frames.clear();
    this.#current = null;
    this.#dropFirst();
    this.#showEnd(null, 0);
    this.#showBlur(null);
  }

  toggle() {
    if (this.#isPaused) this.resume();
    else this.pause();
  }

  pause() {
    this.#isPaused = true;
    this.#current?.video.pause();
    this.#current?.showPaused(true);
  }

  resume() {
    this.#isPaused = false;
    this.#play();
  }

  /** Sound on or off, for the take that plays and all that follow. */
  hear() {
    for (const frame of this.#frames.values()) frame.video.muted = isMuted();
    this.#silence(false);
  }

  /** @param {boolean} isSilenced */
  #silence(isSilenced) {
    if (this.#isSilenced === isSilenced) return;
    this.#isSilenced = isSilenced;
    this.#onSound();
  }

  #play() {
    const frame = this.#current;
    if (!frame) return;
    frame.showPaused(this.#isPaused);
    if (this.#isPaused) return;
    frame.video.muted = isMuted();
    frame.video.play().then(() => {
      if (frame === this.#current && !frame.video.muted) this.#silence(false);
    }, (error) => {
      // The browser allows sound only after a press: then it starts silent, and the page says so.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (!frame.video.muted) this.#silence(true);
      frame.video.muted = true;
      frame.video.play().catch(() => this.pause());
    });
  }
}

/**
 * What the page has already of a take.
 * @typedef {{still: HTMLImageElement | null, video: HTMLVideoElement | null}} Brought
 */

/** One take on the stage. */
class Frame {
  /**
   * @param {Clip} clip
   * @param {() => void} onNext
   * @param {() => void} onToggle
   * @param {Brought} brought
   */
  constructor(clip, onNext, onToggle, brought) {
    this.clip = clip;
    this.video = brought.video ?? h("video", { width: 540, height: 960, playsinline: true, preload: "none", "aria-label": clip.title });
    this.video.classList.remove("without-js");
    this.video.removeAttribute("poster");
    this.video.controls = false;
    this.video.loop = true;
    this.video.tabIndex = -1;
    this.video.muted = isMuted();
    // Under the video, which shows nothing before its first frame: no take begins black.
    this.still = brought.still ?? h("img", { class: "frame__poster", src: clip.thumbnailUrl, alt: "", width: 540, height: 960, decoding: "sync" });
    this.disc = h("span", { class: "frame__disc", "aria-hidden": "true" }, icon("play", "lg"));
    this.tap = h("button", { class: "frame__tap", type: "button", "aria-label": "Pause" }, this.disc);
    // Pressing by pointer is a gesture of the whole stage; this is for keys and assistive technology.
    this.tap.addEventListener("click", (event) => {
      if (event.detail === 0) onToggle();
    });
    this.seek = h("progress", { class: "seek", value: 0, max: 1, "aria-label": "Position in the take" });
    const facts = [clip.genre, clip.aiGenerated && "AI-generated", clip.durationSeconds && `${clip.durationSeconds.toFixed(1)} s`];
    this.element = h("article", { class: "frame" },
      this.still, this.video, this.tap,
      h("div", { class: "frame__foot" },
        h("p", { class: "who" }, avatar(clip.avatarUrl), creatorLink(clip.username), clip.username && !clip.isOwn && followButton(clip.username)),
        h("h1", {}, clip.title), h("p", { class: "label" }, facts.filter(Boolean).join(" · "))),
      this.seek);
    this.#watch(onNext);
  }

  /** @param {() => void} onNext */
  #watch(onNext) {
    /** @type {number | undefined} */
    let stall;
    const moving = () => {
      clearTimeout(stall);
      this.element.removeAttribute("data-stalled");
    };
    this.video.addEventListener("timeupdate", () => {
      this.seek.max = this.video.duration || this.clip.durationSeconds || 1;
      this.seek.value = this.video.currentTime;
    });
    this.video.addEventListener("waiting", () => {
      clearTimeout(stall);
      stall = setTimeout(() => this.element.setAttribute("data-stalled", ""), stallTime);
    });
    for (const name of ["playing", "pause", "emptied"]) this.video.addEventListener(name, moving);
    this.video.addEventListener("error", () => {
      moving();
      if (!this.video.getAttribute("src")) return;
      if (!navigator.onLine) this.#awaitConnection();
      else this.#say("This take cannot be played.", onNext);
    });
  }

  /**
   * @param {string} text
   * @param {(() => void) | null} onNext
   */
  #say(text, onNext) {
    this.element.querySelector(".frame__broken")?.remove();
    const next = onNext && h("button", { class: "btn", type: "button" }, "Next");
    if (next) next.addEventListener("click", onNext);
    this.element.append(h("div", { class: "frame__broken", role: "status" }, h("p", {}, text), next));
  }

  /** The take did not come because nothing comes: that says nothing about the take. */
  #awaitConnection() {
    this.#say("Waiting for the connection", null);
    addEventListener("online", () => {
      this.element.querySelector(".frame__broken")?.remove();
      if (!this.video.getAttribute("src")) return;
      this.video.load();
      if (this.element.dataset.place === "0" && !this.element.hasAttribute("data-paused")) void this.video.play().catch(() => {});
    }, { once: true });
  }

  /** @param {number} offset where it is: before, on or after the stage */
  put(offset) {
    this.element.dataset.place = String(offset);
    this.element.inert = offset !== 0;
    const isOnStage = offset === 0;
    // The poster is for a take whose video has no picture yet. One that has needs neither the bytes nor the time of decoding.
    const needsPoster = savesData() || (isOnStage && this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA);
    if (needsPoster && this.still.getAttribute("src") !== this.clip.posterUrl) this.still.src = this.clip.posterUrl ?? "";
    if (!isOnStage) this.video.pause();
    else if (!hasStart(this.video, this.clip.videoUrl)) this.loadRest();
  }

  /** Loads all of the video; where its beginning is there, once the take is on the screen. */
  loadRest() {
    loadWhole(this.video, this.clip.videoUrl);
  }

  /** @param {boolean} isPaused */
  showPaused(isPaused) {
    this.element.toggleAttribute("data-paused", isPaused);
    this.tap.setAttribute("aria-label", isPaused ? "Play" : "Pause");
  }

  remove() {
    unload(this.video);
    this.element.remove();
  }
}
