// The bar of chapter marks: one slider over the whole film, with a preview of what is under the pointer.

import { h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { chapterAt, positionText } from "./film.js";
import { showPicture } from "./storyboard.js";

/** @typedef {import("./film.js").Film} Film */

const step = 5;

export class SeekBar {
  #bar;
  #film;
  #marks;
  #preview = h("div", { class: "preview", "aria-hidden": "true" });
  #picture = h("div", { class: "preview__picture" });
  #words = h("span", {});
  /** @type {import("./storyboard.js").Picture[]} */
  pictures = [];
  #onSeek;
  #position = 0;
  #isDragged = false;

  /**
   * @param {HTMLElement} bar
   * @param {Film} film
   * @param {(seconds: number) => void} onSeek
   */
  constructor(bar, film, onSeek) {
    this.#bar = bar;
    this.#film = film;
    this.#onSeek = onSeek;
    this.#marks = film.chapters.map((chapter) => {
      const mark = h("i", {});
      mark.style.flexGrow = String(chapter.seconds);
      return mark;
    });
    this.#picture.hidden = true;
    this.#preview.hidden = true;
    this.#preview.append(this.#picture, this.#words);
    bar.replaceChildren(...this.#marks, this.#preview);
    bar.setAttribute("aria-valuemax", String(Math.floor(film.seconds)));
    bar.addEventListener("keydown", (event) => this.#press(event));
    bar.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      bar.setPointerCapture(event.pointerId);
      this.#isDragged = true;
      this.#point(event);
    });
    bar.addEventListener("pointermove", (event) => this.#point(event));
    bar.addEventListener("pointerup", (event) => {
      if (this.#isDragged) this.#onSeek(this.#secondsAt(event));
      this.#isDragged = false;
      if (event.pointerType !== "mouse") this.#preview.hidden = true;
    });
    for (const name of ["pointerleave", "pointercancel"]) {
      bar.addEventListener(name, () => {
        if (name === "pointercancel") this.#isDragged = false;
        if (!this.#isDragged) this.#preview.hidden = true;
      });
    }
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chapter = chapterAt(this.#film.chapters, this.#position);
    /** @type {Record<string, number | undefined>} */
    const targets = {
      ArrowRight: this.#position + step, ArrowUp: this.#position + step,
      ArrowLeft: this.#position - step, ArrowDown: this.#position - step,
      PageUp: this.#film.chapters[chapter + 1]?.start, PageDown: this.#film.chapters[chapter - 1]?.start,
      Home: 0, End: this.#film.seconds,
    };
    if (!(event.key in targets)) return;
    event.preventDefault();
    const target = targets[event.key];
    if (target != null) this.#onSeek(Math.min(Math.max(target, 0), this.#film.seconds));
  }

  /** @param {PointerEvent} event */
  #secondsAt(event) {
    const { left, width } = this.#bar.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / Math.max(width, 1), 0), 1) * this.#film.seconds;
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (event.pointerType !== "mouse" && !this.#isDragged) return;
    const seconds = this.#secondsAt(event);
    const chapter = this.#film.chapters[chapterAt(this.#film.chapters, seconds)];
    this.#preview.hidden = false;
    showPicture(this.#picture, this.pictures, seconds);
    this.#words.textContent = `${clock(seconds)} · ${chapter?.title ?? ""}`;
    const { width } = this.#bar.getBoundingClientRect();
    const half = this.#preview.offsetWidth / 2;
    const x = (seconds / Math.max(this.#film.seconds, 1)) * width;
    this.#preview.style.insetInlineStart = `${Math.min(Math.max(x, half), Math.max(width - half, half)) - half}px`;
    if (this.#isDragged) this.#draw(seconds);
  }

  /**
   * Shows the position that plays.
   * @param {number} seconds
   */
  show(seconds) {
    this.#position = seconds;
    this.#bar.setAttribute("aria-valuenow", String(Math.floor(seconds)));
    this.#bar.setAttribute("aria-valuetext", positionText(this.#film, seconds));
    if (!this.#isDragged) this.#draw(seconds);
  }

  /** @param {number} seconds */
  #draw(seconds) {
    const now = chapterAt(this.#film.chapters, seconds);
    this.#marks.forEach((mark, index) => {
      mark.className = index < now ? "seen" : index === now ? "now" : "";
    });
    const chapter = this.#film.chapters[now];
    const share = chapter ? (seconds - chapter.start) / Math.max(chapter.seconds, 0.1) : 0;
    this.#marks[now]?.style.setProperty("--done", `${Math.round(Math.min(Math.max(share, 0), 1) * 100)}%`);
  }
}
