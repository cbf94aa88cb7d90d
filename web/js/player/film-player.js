// <film-player>: plays a film, as one file or clip by clip, with the keys that it finds in its markup. Pages open it and follow
// its events. Until then, and without scripts, the browser's own controls play the first video.

import { announce, h, icon, maybe, one, setIcon, setText } from "../core/dom.js";
import { clock } from "../core/format.js";
import { ClipScreen } from "./clip-screen.js";
import { chapterAt } from "./film.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {import("./film.js").Chapter} Chapter */
/** @typedef {import("./film-screen.js").Screen} Screen */

/**
 * @typedef {object} Choices where the choices of a person are kept
 * @property {(name: "muted" | "captions") => boolean} read
 * @property {(name: "muted" | "captions", isOn: boolean) => void} keep
 */

/**
 * @typedef {object} Opening
 * @property {number} [start] in seconds from the film's start
 * @property {boolean} [plays] whether it begins to play by itself
 * @property {boolean} [isLazy] whether nothing is loaded before it is asked to play
 * @property {boolean} [repeats]
 * @property {Choices} [choices]
 * @property {typeof import("./seek-bar.js").SeekBar} [bar] the slider, on pages that have one
 * @property {(video: HTMLVideoElement, start: number, listeners: import("./film-screen.js").ScreenListeners) => Screen} [screen] shows a
 *   film in another way than clip by clip
 */

const speeds = [1, 1.25, 1.5, 2, 0.5, 0.75];
/** Later than this in a chapter, "previous" leads to its own start. */
const restart = 3;

/** Choices that last as long as the page. */
function choicesOfPage() {
  const made = new Map();
  return { read: (/** @type {string} */ name) => made.get(name) ?? false, keep: (/** @type {string} */ name, /** @type {boolean} */ isOn) => void made.set(name, isOn) };
}

/**
 * Its events: `film-time`, `film-state` (it plays or pauses), `film-chapter` (another one plays), `film-sound`, `film-end`, and
 * `film-refused` when the browser allows no full screen.
 */
export class FilmPlayer extends HTMLElement {
  /** @type {Film | null} */
  #film = null;
  /** @type {Screen | null} */
  #screen = null;
  /** @type {import("./seek-bar.js").SeekBar | null} */
  #bar = null;
  /** @type {Choices} */
  #choices = choicesOfPage();
  #chapter = -1;
  #speed = 0;
  #fault = h("div", { class: "frame__broken", role: "status", hidden: true });
  #tap = h("button", { class: "frame__tap", type: "button" }, h("span", { class: "frame__disc", "aria-hidden": "true" }, icon("play", "lg")));

  disconnectedCallback() {
    this.#screen?.drop();
  }

  /**
   * @param {Film} film
   * @param {Opening} opening
   */
  open(film, opening) {
    const { start = 0, plays = false, isLazy = false, repeats = false, choices, bar: Bar, screen } = opening;
    const video = this.querySelector("video");
    if (!video || film.chapters.length === 0) return;
    this.#film = film;
    if (choices) this.#choices = choices;
    video.controls = false;
    video.after(this.#tap, this.#fault);
    this.#listen();
    const listeners = {
      /** @param {number} seconds */
      onTime: (seconds) => this.#showTime(seconds),
      onState: () => this.#showState(),
      onSound: () => this.#showSound(),
      onEnd: () => {
        announce(this.dataset.end ?? "This is the end of the film");
        this.#tell("film-end");
      },
      /**
       * @param {string} words
       * @param {boolean} canSkip
       */
      onFault: (words, canSkip) => this.#showFault(words, canSkip),
    };
    if (Bar) this.#bar = new Bar(one("[data-seek]", HTMLElement, this), film, (seconds) => this.seek(seconds));
    this.#screen = screen?.(video, start, listeners) ?? new ClipScreen(video, film.chapters, { start, isLazy, repeats }, listeners);
    this.#showTime(this.position);
    this.#setVolume();
    this.#showCaptions();
    if (plays) this.#screen.play();
    this.#showState();
    this.setAttribute("data-ready", "");
  }

  /**
   * Takes up another list of clips, as after a change of the film or for another season. What plays is left alone if it is
   * in the list.
   * @param {Film} film
   * @param {number} index
   */
  replace(film, index) {
    if (!(this.#screen instanceof ClipScreen)) return;
    this.#film = film;
    this.#chapter = -1;
    this.#screen.replace(film.chapters, index);
    this.#showCaptions();
  }

  /**
   * What the slider shows of the film.
   * @param {import("./storyboard.js").Picture[]} pictures
   */
  set pictures(pictures) {
    if (this.#bar) this.#bar.pictures = pictures;
  }

  #listen() {
    // Where fingers do more than press, the page follows them; a keyboard presses the button itself.
    const isNamed = this.hasAttribute("data-gestures");
    if (!isNamed) {
      this.#tap.tabIndex = -1;
      this.#tap.ariaHidden = "true";
    }
    this.#tap.addEventListener("click", (event) => {
      if (!isNamed || event.detail === 0) this.toggle();
    });
    /** @type {[string, () => void][]} */
    const keys = [
      ["[data-toggle]", () => this.toggle()], ["[data-prev]", () => this.step(-1)], ["[data-next]", () => this.step(1)],
      ["[data-sound]", () => this.mute()], ["[data-full]", () => this.fill()], ["[data-speed]", () => this.speedUp(1)],
      ["[data-captions]", () => this.caption()],
    ];
    for (const [selector, run] of keys) maybe(selector, this)?.addEventListener("click", run);
    maybe("[data-volume]", this)?.addEventListener("input", () => {
      this.#choices.keep("muted", false);
      this.#setVolume();
    });
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new CustomEvent(name));
  }

  get film() {
    return this.#film;
  }

  get position() {
    return this.#screen?.position ?? 0;
  }

  get isPaused() {
    return this.#screen?.isPaused ?? true;
  }

  /** The number of the chapter that plays, from 0. */
  get index() {
    return Math.max(0, this.#chapter);
  }

  get chapter() {
    return this.#film?.chapters[this.index] ?? null;
  }

  toggle() {
    if (this.isPaused) this.play();
    else this.pause();
  }

  play() {
    this.#screen?.play();
  }

  pause() {
    this.#screen?.pause();
  }

  /** @param {number} seconds */
  seek(seconds) {
    if (!this.#film || !this.#screen) return;
    const target = Math.min(Math.max(seconds, 0), this.#film.seconds);
    this.#screen.seek(target);
    this.#showTime(target);
  }

  /** @param {1 | -1} step */
  step(step) {
    const film = this.#film;
    if (!film) return;
    const now = this.#indexAt(this.position);
    const isLate = step < 0 && !this.hasAttribute("data-gestures") && this.position - (film.chapters[now]?.start ?? 0) > restart;
    const chapter = film.chapters[isLate ? now : now + step];
    if (chapter) this.show(chapter);
  }

  /** @param {Chapter} chapter */
  show(chapter) {
    this.seek(chapter.start);
    announce([`Slot ${chapter.slot}: ${chapter.title}`, chapter.creator].filter(Boolean).join(" by "));
  }

  mute() {
    // Sound is chosen already where the browser has refused it; this press is what it waited for.
    if (!this.#screen?.isSilenced) this.#choices.keep("muted", !this.#choices.read("muted"));
    this.#setVolume();
  }

  #level() {
    const volume = maybe("[data-volume]", this);
    return volume instanceof HTMLInputElement ? Number(volume.value) / 100 : 1;
  }

  #setVolume() {
    this.#screen?.setVolume(this.#level(), this.#choices.read("muted"));
    this.#showSound();
  }

  #showSound() {
    const isSilenced = this.#screen?.isSilenced ?? false;
    const isMuted = isSilenced || this.#choices.read("muted");
    const button = maybe("[data-sound]", this);
    if (button) {
      button.setAttribute("aria-label", isMuted ? "Turn sound on" : "Turn sound off");
      setIcon(button, isMuted || this.#level() === 0 ? "mute" : "sound");
      setText(button.querySelector("span:last-child"), isSilenced ? "Tap for sound" : isMuted ? "Muted" : "Sound");
    }
    this.#tell("film-sound");
  }

  caption() {
    this.#choices.keep("captions", !this.#choices.read("captions"));
    this.#showCaptions();
    announce(this.#choices.read("captions") ? "Captions on" : "Captions off");
  }

  #showCaptions() {
    const film = this.#film;
    const button = maybe("[data-captions]", this);
    const isOn = this.#choices.read("captions");
    if (button) {
      button.hidden = !(film?.file ? film.file.captionsUrl : film?.chapters.some(({ captionsUrl }) => captionsUrl));
      button.ariaPressed = String(isOn);
    }
    this.#screen?.setCaptions(isOn);
  }

  /** @param {1 | -1} step */
  speedUp(step) {
    this.#speed = (this.#speed + step + speeds.length) % speeds.length;
    const speed = speeds[this.#speed] ?? 1;
    this.#screen?.setRate(speed);
    const button = maybe("[data-speed]", this);
    setText(button, `${speed}×`);
    button?.setAttribute("aria-label", `Speed, ${speed} times`);
    announce(`Speed ${speed}`);
  }

  fill() {
    if (document.fullscreenElement) void document.exitFullscreen();
    // With the player's keys, which lie over the picture there.
    else this.requestFullscreen().catch(() => this.#tell("film-refused"));
  }

  /** @param {number} seconds */
  #indexAt(seconds) {
    return this.#screen instanceof ClipScreen ? this.#screen.index : chapterAt(this.#film?.chapters ?? [], seconds);
  }

  /** @param {number} seconds */
  #showTime(seconds) {
    const film = this.#film;
    if (!film) return;
    this.#bar?.show(seconds);
    setText(maybe("[data-position]", this), clock(seconds));
    this.#tell("film-time");
    const index = this.#indexAt(seconds);
    if (index === this.#chapter) return;
    this.#chapter = index;
    const blur = maybe("[data-blur]", this);
    const { thumbnailUrl } = film.chapters[index] ?? {};
    if (blur instanceof HTMLImageElement && thumbnailUrl && blur.getAttribute("src") !== thumbnailUrl) blur.src = thumbnailUrl;
    this.#tell("film-chapter");
  }

  #showState() {
    const { isPaused } = this;
    this.#tap.parentElement?.toggleAttribute("data-paused", isPaused);
    const name = isPaused ? "Play" : "Pause";
    if (this.hasAttribute("data-gestures")) this.#tap.ariaLabel = name;
    const button = maybe("[data-toggle]", this);
    if (button) {
      button.setAttribute("aria-label", name);
      setIcon(button, isPaused ? "play" : "pause");
    }
    this.#tell("film-state");
  }

  /**
   * @param {string} words
   * @param {boolean} canSkip
   */
  #showFault(words, canSkip) {
    this.#fault.hidden = words === "";
    if (!words) return;
    const next = h("button", { class: "btn", type: "button" }, "Next");
    next.addEventListener("click", () => {
      this.step(1);
      this.play();
    });
    this.#fault.replaceChildren(h("p", {}, words), canSkip ? next : "");
  }
}

customElements.define("film-player", FilmPlayer);

/** The player of this page. */
export const playerOf = (/** @type {ParentNode} */ root = document) => one("film-player", FilmPlayer, root);
