// <film-player>: plays a finished film, as one file or clip by clip, with the keys and lists that the page holds.
// Until it runs, and where it cannot, the browser's own controls play the film.

import { announce, h, icon, maybe, one, setIcon, setText } from "../core/dom.js";
import { clock } from "../core/format.js";
import { hideBarsWhenIdle } from "../core/idle.js";
import { preference, remember } from "../core/preferences.js";
import { share } from "../core/share.js";
import { installShortcuts } from "../core/shortcuts.js";
import { toast } from "../core/toast.js";
import { ClipScreen } from "./clip-screen.js";
import { address, chapterAt, line, readFilm } from "./film.js";
import { FilmScreen } from "./film-screen.js";
import { Playlist } from "./playlist.js";
import { SeekBar } from "./seek-bar.js";
import { readStoryboard } from "./storyboard.js";

/** @typedef {import("./film.js").Film} Film */

const speeds = [1, 1.25, 1.5, 2, 0.5, 0.75];
const jump = 5;
/** Later than this in a chapter, "previous" leads to its own start. */
const restart = 3;

export class FilmPlayer extends HTMLElement {
  /** @type {Film | null} */
  #film = null;
  /** @type {import("./film-screen.js").Screen | null} */
  #screen = null;
  /** @type {SeekBar | null} */
  #bar = null;
  /** @type {Playlist | null} */
  #playlist = null;
  #chapter = -1;
  #speed = 0;
  #fault = h("div", { class: "frame__broken", role: "status" });

  connectedCallback() {
    if (this.#film) return;
    this.#start().catch(() => toast("Parts of the player did not load.", {
      tone: "bad", action: { label: "Try again", run: () => location.reload() },
    }));
  }

  disconnectedCallback() {
    this.#screen?.drop();
  }

  async #start() {
    const film = await readFilm(this.dataset.season ?? "");
    const video = this.querySelector("video");
    if (!video || film.chapters.length === 0) return;
    this.#film = film;
    const chapter = film.chapters.find(({ slot }) => String(slot) === this.dataset.slot);
    const start = chapter?.start ?? 0;
    const listeners = {
      /** @param {number} seconds */
      onTime: (seconds) => this.#showTime(seconds),
      /** @param {boolean} isPaused */
      onState: (isPaused) => this.#showState(isPaused),
      onEnd: () => announce("This is the end of the film"),
      /** @param {string} words */
      onFault: (words) => this.#showFault(words),
    };
    video.controls = false;
    this.#equip(video);
    this.#bar = new SeekBar(one("[data-seek]", HTMLElement, this), film, (seconds) => this.seek(seconds));
    this.#playlist = new Playlist(this, (slot) => this.#pick(slot));
    this.#screen = film.file
      ? new FilmScreen(video, film.file, start, listeners)
      : new ClipScreen(video, film.chapters.filter(({ videoUrl }) => videoUrl), start, listeners);
    this.#listen();
    this.#showTime(start);
    this.#showState(true);
    this.#showVolume();
    this.setAttribute("data-ready", "");
    if (film.file) {
      const pictures = await readStoryboard(film.file.storyboardUrl).catch(() => []);
      this.#bar.pictures = pictures;
    }
  }

  /** @param {HTMLVideoElement} video */
  #equip(video) {
    const tap = h("button", { class: "frame__tap", type: "button", tabindex: "-1", "aria-hidden": "true" },
      h("span", { class: "frame__disc" }, icon("play", "lg")));
    tap.addEventListener("click", () => this.toggle());
    this.#fault.hidden = true;
    video.parentElement?.append(tap, this.#fault);
  }

  #listen() {
    /** @type {[string, () => void][]} */
    const keys = [
      ["[data-toggle]", () => this.toggle()], ["[data-prev]", () => this.step(-1)], ["[data-next]", () => this.step(1)],
      ["[data-mute]", () => this.mute()], ["[data-full]", () => this.fill()], ["[data-speed]", () => this.speedUp(1)],
      ["[data-chapters]", () => this.#playlist?.open()], ["[data-share-slot]", () => this.share(true)],
      ["[data-share-film]", () => this.share(false)],
    ];
    for (const [selector, run] of keys) maybe(selector, this)?.addEventListener("click", run);
    const volume = maybe("[data-volume]", this);
    volume?.addEventListener("input", () => {
      remember("muted", "0");
      this.#showVolume();
    });
    installShortcuts([
      { keys: [" ", "k", "K"], shown: ["Space", "K"], label: "Play or pause", run: () => this.toggle() },
      { keys: ["ArrowRight"], shown: ["→"], label: "5 seconds forward", run: () => this.seek(this.position + jump) },
      { keys: ["ArrowLeft"], shown: ["←"], label: "5 seconds back", run: () => this.seek(this.position - jump) },
      { keys: ["n", "N"], shown: ["N"], label: "Next slot", run: () => this.step(1) },
      { keys: ["p", "P"], shown: ["P"], label: "Previous slot", run: () => this.step(-1) },
      { keys: ["m", "M"], shown: ["M"], label: "Sound on or off", run: () => this.mute() },
      { keys: ["f", "F"], shown: ["F"], label: "Full screen", run: () => this.fill() },
      { keys: [">"], shown: [">"], label: "Faster", run: () => this.speedUp(1) },
      { keys: ["<"], shown: ["<"], label: "Slower", run: () => this.speedUp(-1) },
      { keys: ["s", "S"], shown: ["S"], label: "Share this slot", run: () => this.share(true) },
    ]);
    hideBarsWhenIdle(() => this.#screen?.isPaused === false);
  }

  get position() {
    return this.#screen?.position ?? 0;
  }

  toggle() {
    if (!this.#screen) return;
    this.#fault.hidden = true;
    if (this.#screen.isPaused) this.#screen.play();
    else this.#screen.pause();
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
    const now = chapterAt(film.chapters, this.position);
    const isLate = step < 0 && this.position - (film.chapters[now]?.start ?? 0) > restart;
    const chapter = film.chapters[isLate ? now : now + step];
    if (chapter) this.#open(chapter);
  }

  /** @param {number} slot */
  #pick(slot) {
    const chapter = this.#film?.chapters.find((one) => one.slot === slot);
    if (!chapter || !this.#film) return;
    this.#open(chapter);
    history.replaceState(null, "", address(this.#film, slot));
    this.#screen?.play();
  }

  /** @param {import("./film.js").Chapter} chapter */
  #open(chapter) {
    this.seek(chapter.start);
    announce([`Slot ${chapter.slot}: ${chapter.title}`, chapter.creator].filter(Boolean).join(" by "));
  }

  mute() {
    remember("muted", preference("muted") === "1" ? "0" : "1");
    this.#showVolume();
  }

  #showVolume() {
    const volume = maybe("[data-volume]", this);
    const level = volume instanceof HTMLInputElement ? Number(volume.value) / 100 : 1;
    const isMuted = preference("muted") === "1";
    this.#screen?.setVolume(level, isMuted);
    const button = maybe("[data-mute]", this);
    if (!button) return;
    button.setAttribute("aria-label", isMuted ? "Turn sound on" : "Mute");
    setIcon(button, isMuted || level === 0 ? "mute" : "sound");
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
    else this.requestFullscreen().catch(() => toast("Your browser does not allow full screen here.", { tone: "bad" }));
  }

  /** @param {boolean} isOneSlot */
  share(isOneSlot) {
    const film = this.#film;
    const chapter = film?.chapters[chapterAt(film.chapters, this.position)];
    if (!film || !chapter) return;
    const menu = maybe("#share-choice", this);
    if (menu?.matches(":popover-open")) menu.hidePopover();
    const title = isOneSlot ? `${chapter.title}, slot ${chapter.slot} of ${film.label}` : film.label;
    void share(title, address(film, isOneSlot ? chapter.slot : undefined));
  }

  /** @param {number} seconds */
  #showTime(seconds) {
    const film = this.#film;
    if (!film) return;
    this.#bar?.show(seconds);
    setText(maybe("[data-position]", this), clock(seconds));
    const index = chapterAt(film.chapters, seconds);
    const chapter = film.chapters[index];
    if (!chapter || index === this.#chapter) return;
    this.#chapter = index;
    setText(maybe("[data-line]", this), line(film, chapter));
    setText(maybe("[data-place]", this), String(chapter.slot));
    const next = film.chapters[index + 1];
    setText(maybe("[data-next-title]", this), next ? `Next: ${next.title}` : "");
    const blur = maybe("[data-blur]", this);
    if (blur instanceof HTMLImageElement && chapter.thumbnailUrl) blur.src = chapter.thumbnailUrl;
    this.#playlist?.mark(chapter.slot);
  }

  /** @param {boolean} isPaused */
  #showState(isPaused) {
    this.toggleAttribute("data-paused", isPaused);
    const button = maybe("[data-toggle]", this);
    if (!button) return;
    button.setAttribute("aria-label", isPaused ? "Play" : "Pause");
    setIcon(button, isPaused ? "play" : "pause");
  }

  /** @param {string} words */
  #showFault(words) {
    this.#screen?.pause();
    const next = h("button", { class: "btn", type: "button" }, "Next slot");
    next.addEventListener("click", () => {
      this.#fault.hidden = true;
      this.step(1);
      this.#screen?.play();
    });
    this.#fault.replaceChildren(h("p", {}, words), next);
    this.#fault.hidden = false;
  }
}

customElements.define("film-player", FilmPlayer);
