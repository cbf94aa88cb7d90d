// The field in which a member writes: emojis, the number of characters, and whom it answers.

import { Refusal } from "../core/api.js";
import { h, icon, setText } from "../core/dom.js";
import { faultText } from "../core/form.js";

/** @typedef {import("./list.js").Entry} Entry */

export const mostCharacters = 500;

const emojis = ["❤️", "🔥", "😂", "😮", "👏", "💯", "🎬", "👻", "🚀", "✨"];

/**
 * As the site counts them: code points in the normal form C.
 * @param {string} text
 */
const lengthOf = (text) => [...text.normalize("NFC").trim()].length;

let number = 0;

export class Composer {
  /** @type {Entry | null} */
  #parent = null;
  #send;
  #field;
  #counter;
  #fault;
  #answering;
  element;

  /**
   * @param {string} thing what is commented on, in words: `this take`
   * @param {(text: string, parent: Entry | null) => Promise<void>} send
   */
  constructor(thing, send) {
    this.#send = send;
    number += 1;
    const id = `comment-${number}`;
    this.#field = h("input", {
      class: "input grow", id, name: "text", type: "text", autocomplete: "off", enterkeyhint: "send", placeholder: `Say something about ${thing}`,
      "aria-describedby": `${id}-count ${id}-fault`,
    });
    this.#counter = h("p", { class: "hint num comments__count", id: `${id}-count` });
    this.#fault = h("p", { class: "hint hint--bad", id: `${id}-fault`, role: "alert", hidden: true });
    this.#answering = h("p", { class: "row row--tight comments__answering", hidden: true });
    const submit = h("button", { class: "btn btn--icon btn--primary", type: "submit", "aria-label": "Send comment" }, icon("send"));
    this.element = h("form", { class: "comments__form stack stack--tight", novalidate: true },
      h("div", { class: "reactions", role: "group", "aria-label": "Add an emoji" }, ...emojis.map((emoji) => this.#emoji(emoji))),
      this.#answering,
      h("div", { class: "row row--tight comments__row" }, h("label", { class: "visually-hidden", for: id }, "Add a comment"), this.#field, submit),
      h("div", { class: "row row--apart row--tight" }, this.#fault, this.#counter));
    this.#field.addEventListener("input", () => this.#show());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#show();
  }

  focus() {
    this.#field.focus();
  }

  /**
   * Begins a reply.
   * @param {Entry} parent
   */
  answer(parent) {
    const start = `@${parent.username ?? ""} `;
    const typed = this.#field.value.replace(/^@[a-z0-9_]* /, "");
    this.#parent = parent;
    this.#field.value = parent.username ? start + typed : typed;
    const cancel = h("button", { class: "btn btn--ghost btn--sm", type: "button" }, "Cancel reply");
    cancel.addEventListener("click", () => {
      this.#endAnswer();
      this.#field.focus();
    });
    this.#answering.replaceChildren(h("span", { class: "grow quiet" }, `Replying to ${parent.username ?? "a comment"}`), cancel);
    this.#answering.hidden = false;
    this.#show();
    this.#field.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  #endAnswer() {
    if (this.#parent?.username && this.#field.value.startsWith(`@${this.#parent.username} `)) {
      this.#field.value = this.#field.value.slice(this.#parent.username.length + 2);
    }
    this.#parent = null;
    this.#answering.hidden = true;
    this.#answering.replaceChildren();
    this.#show();
  }

  /** @param {string} emoji */
  #emoji(emoji) {
    const button = h("button", { type: "button", "aria-label": `Insert ${emoji}` }, emoji);
    button.addEventListener("click", () => {
      const { selectionStart, selectionEnd, value } = this.#field;
      this.#field.setRangeText(emoji, selectionStart ?? value.length, selectionEnd ?? value.length, "end");
      this.#show();
    });
    return button;
  }

  #show() {
    const length = lengthOf(this.#field.value);
    const isLong = length > mostCharacters;
    setText(this.#counter, `${length} / ${mostCharacters}`);
    this.#counter.classList.toggle("hint--bad", isLong);
    if (isLong) this.#complain(`Use at most ${mostCharacters} characters.`);
    else this.#complain(null);
  }

  /** @param {string | null} text */
  #complain(text) {
    this.#fault.hidden = !text;
    setText(this.#fault, text ?? "");
    if (text) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }

  async #submit() {
    const text = this.#field.value.trim();
    const length = lengthOf(text);
    if (length === 0 || length > mostCharacters) {
      this.#complain(length === 0 ? "Write something first." : `Use at most ${mostCharacters} characters.`);
      this.#field.focus();
      return;
    }
    const parent = this.#parent;
    this.#field.value = "";
    this.#parent = null;
    this.#endAnswer();
    try {
      await this.#send(text, parent);
    } catch (error) {
      // What was typed is never lost, unless something else was typed since.
      if (!this.#field.value) {
        if (parent) this.answer(parent);
        this.#field.value = text;
        this.#show();
      }
      this.#complain(faultText(error, "Your comment was not sent. Try again."));
      // In a tab of its own, so that what was typed stays.
      if (error instanceof Refusal && error.code === "terms_required") {
        this.#fault.replaceChildren("Not sent. ", h("a", { class: "link", href: "/terms/accept", target: "_blank" }, "Accept the terms of use"), " first.");
      }
      this.#field.focus();
    }
  }
}
