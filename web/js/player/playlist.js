// The list of chapters: beside the picture, and on a phone a sheet that a swipe from the right edge opens.

import { all, maybe, one } from "../core/dom.js";

const narrow = matchMedia("(width < 48rem)");

/** So near to the edge a swipe begins, and so far it goes. */
const edge = 40;
const swipeDistance = 50;

export class Playlist {
  #root;
  #dialog;
  #list;

  /**
   * @param {HTMLElement} root
   * @param {(slot: number) => void} onPick
   */
  constructor(root, onPick) {
    this.#root = root;
    this.#dialog = one("[data-playlist-sheet]", HTMLDialogElement, root);
    this.#list = one("[data-list]", HTMLElement, root);
    this.#list.addEventListener("click", (event) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest("a[data-slot]") : null;
      if (!(link instanceof HTMLElement)) return;
      event.preventDefault();
      if (this.#dialog.open) this.#dialog.close();
      onPick(Number(link.dataset.slot));
    });
    one("[data-playlist-close]", HTMLButtonElement, root).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => maybe("[data-playlist]", root)?.append(this.#list));
    narrow.addEventListener("change", () => this.#dialog.close());
    const stage = maybe("[data-stage]", root);
    if (stage) this.#watchEdge(stage);
  }

  open() {
    if (!narrow.matches || this.#dialog.open) return;
    maybe("[data-playlist-place]", this.#dialog)?.append(this.#list);
    this.#dialog.showModal();
    this.#list.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  }

  /** @param {HTMLElement} stage */
  #watchEdge(stage) {
    /** @type {PointerEvent | null} */
    let start = null;
    stage.addEventListener("pointerdown", (event) => {
      start = event.isPrimary && event.pointerType !== "mouse" && event.clientX > innerWidth - edge ? event : null;
    });
    stage.addEventListener("pointermove", (event) => {
      if (!start || event.pointerId !== start.pointerId) return;
      const x = start.clientX - event.clientX;
      if (x < swipeDistance || x < Math.abs(event.clientY - start.clientY)) return;
      start = null;
      this.open();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      stage.addEventListener(name, () => {
        start = null;
      });
    }
  }

  /**
   * Marks the chapter that plays.
   * @param {number} slot
   */
  mark(slot) {
    for (const link of all("a[data-slot]", this.#list)) {
      const isCurrent = link.dataset.slot === String(slot);
      if (isCurrent === link.hasAttribute("aria-current")) continue;
      if (isCurrent) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      if (isCurrent && !this.#root.contains(document.activeElement)) this.#scroll(link);
    }
  }

  /**
   * Only the list scrolls, never the page.
   * @param {HTMLElement} link
   */
  #scroll(link) {
    const box = this.#list.parentElement;
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const { top, bottom } = link.getBoundingClientRect();
    const bounds = box.getBoundingClientRect();
    if (top < bounds.top || bottom > bounds.bottom) box.scrollTop += top - bounds.top - bounds.height / 3;
  }
}
