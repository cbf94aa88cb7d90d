// The comments on the take of the arena: the button with their number, and the sheet.

import { asksForComments, CommentSheet } from "../comments/sheet.js";
import { one, setText } from "../core/dom.js";
import { shortCount } from "../core/format.js";

/** @typedef {import("./feed.js").Clip} Clip */

export class Talk {
  #current;
  #button = one("[data-comments-button]", HTMLButtonElement);
  #sheet;
  /** Whether the address asks for the comments, as that of someone who has signed in to write one does. */
  #isAsked = asksForComments();

  /** @param {() => Clip | null} current the take on the stage */
  constructor(current) {
    this.#current = current;
    this.#sheet = new CommentSheet(one("[data-comment-sheet]", HTMLDialogElement), one("[data-arena]", HTMLElement), (total) => {
      const clip = current();
      if (!clip) return;
      clip.commentCount = total;
      this.#showCount();
    });
    this.#button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    const about = this.#topic();
    if (about) this.#sheet.toggle(about);
  }

  /**
   * The comments beside a take are those on the take.
   * @param {boolean} isOpen whether there is a take that can be talked about
   */
  show(isOpen) {
    const about = this.#topic();
    this.#showCount();
    if (about && this.#isAsked) this.#sheet.open(about);
    this.#isAsked = false;
    if (!this.#sheet.isOpen) return;
    if (about && isOpen) this.#sheet.open(about);
    else this.#sheet.close();
  }

  #showCount() {
    const { commentCount = 0 } = this.#current() ?? {};
    setText(this.#button.lastElementChild, shortCount(commentCount));
    const label = `Comments, ${commentCount}`;
    if (this.#button.getAttribute("aria-label") !== label) this.#button.setAttribute("aria-label", label);
  }

  /** @returns {import("../comments/panel.js").Topic | null} what the comments are about */
  #topic() {
    const clip = this.#current();
    return clip && {
      subject: { clipId: clip.id }, title: clip.title, thing: "this take", creator: clip.username,
      address: `/dashboard?take=${clip.id}&comments=1`,
    };
  }
}
