// Comments beside a video: on a phone a sheet from below that follows the finger, on a desk a column. The video plays on.

import { maybe } from "../core/dom.js";
import { CommentPanel } from "./panel.js";

/** @typedef {import("./panel.js").Topic} Topic */

/** Where the column is beside the video. */
const wide = matchMedia("(width >= 48rem) and (height >= 37.5rem)");

/** How far down the sheet must be for it to close, as a part of its height, and how fast a flick must be, in px/ms. */
const closeDistance = 0.3;
const flickSpeed = 0.5;

export class CommentSheet {
  #dialog;
  #page;
  #panel;
  /** @type {HTMLElement | null} */
  #opener = null;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLElement} page what learns by `data-comments` that the sheet is open
   * @param {(total: number) => void} counted
   */
  constructor(dialog, page, counted) {
    this.#dialog = dialog;
    this.#page = page;
    this.#panel = new CommentPanel({ close: () => this.close(), counted, isTitled: true });
    dialog.append(this.#panel.element);
    // A browser may close it without being asked.
    dialog.addEventListener("close", () => {
      if (!dialog.open) this.#closed();
    });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    // Beside the video the focus may be anywhere.
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !dialog.open || document.querySelector("dialog[open]:not(.comments), :popover-open")) return;
      event.preventDefault();
      this.close();
    });
    dialog.addEventListener("keydown", (event) => {
      // Keys of the page behind it do nothing while somebody types.
      if (event.target instanceof HTMLInputElement && event.key !== "Escape") event.stopPropagation();
    });
    wide.addEventListener("change", () => {
      if (!dialog.open) return;
      dialog.close();
      this.#show();
    });
    // The keyboard of a phone lies over the foot of the page, where the field is.
    visualViewport?.addEventListener("resize", () => {
      const covered = wide.matches || !visualViewport ? 0 : innerHeight - visualViewport.height - visualViewport.offsetTop;
      dialog.style.insetBlockEnd = covered > 80 ? `${covered}px` : "";
    });
    this.#watchDrag();
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /** @param {Topic} topic */
  open(topic) {
    if (!this.#dialog.open) {
      const focused = document.activeElement;
      this.#opener = focused instanceof HTMLElement && focused !== document.body ? focused : maybe("[data-comments-button]");
      this.#show();
      this.#panel.focus();
    }
    void this.#panel.open(topic);
  }

  /** @param {Topic} topic */
  toggle(topic) {
    if (this.#dialog.open) this.close();
    else this.open(topic);
  }

  close() {
    this.#dialog.close();
    this.#closed();
    const opener = this.#opener;
    this.#opener = null;
    if (opener?.isConnected) opener.focus();
  }

  #show() {
    this.#page.setAttribute("data-comments", "");
    // Beside the video the keys of the page stay useful; over it nothing else can be pressed.
    this.#dialog.toggleAttribute("data-sheet", wide.matches);
    if (wide.matches) {
      this.#dialog.show();
      return;
    }
    // Beside an open sheet they would be inert.
    carry(this.#dialog);
    this.#dialog.showModal();
  }

  #closed() {
    this.#page.removeAttribute("data-comments");
    this.#dialog.style.translate = "";
    carry(document.body);
    this.#panel.close();
  }

  #watchDrag() {
    const { handle } = this.#panel;
    /** @type {{id: number, y: number, time: number} | null} */
    let start = null;
    let distance = 0;
    handle.addEventListener("pointerdown", (event) => {
      if (wide.matches || !event.isPrimary || event.button !== 0 || event.target instanceof Element && event.target.closest("button")) return;
      start = { id: event.pointerId, y: event.clientY, time: event.timeStamp };
      distance = 0;
      handle.setPointerCapture(event.pointerId);
      this.#dialog.setAttribute("data-dragging", "");
    });
    handle.addEventListener("pointermove", (event) => {
      if (!start || event.pointerId !== start.id) return;
      distance = Math.max(0, event.clientY - start.y);
      this.#dialog.style.translate = `0 ${distance}px`;
    });
    /** @param {PointerEvent} event */
    const end = (event) => {
      if (!start || event.pointerId !== start.id) return;
      const isFlick = distance / Math.max(1, event.timeStamp - start.time) > flickSpeed && distance > 24;
      start = null;
      this.#dialog.removeAttribute("data-dragging");
      if (event.type === "pointerup" && (isFlick || distance > this.#dialog.clientHeight * closeDistance)) this.close();
      else this.#dialog.style.translate = "";
    };
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  }
}

/**
 * Short messages and what screen readers are told.
 * @param {HTMLElement} place
 */
function carry(place) {
  for (const name of ["[data-toasts]", "[data-announcer]"]) {
    const element = maybe(name);
    if (element) place.append(element);
  }
}

/** Whether the address asks for the comments: that of a notification, or of who has just signed in. */
export function asksForComments() {
  return location.hash === "#comments" || new URLSearchParams(location.search).has("comments");
}
