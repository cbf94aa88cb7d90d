// The dialog in which admins confirm a change and give its reason. It stays open with what is wrong until the change is
// made or given up.

import { focusHeading, h, isShown, maybe, one, setText } from "../core/dom.js";
import { clearFaults, enhance } from "../core/form.js";

/** @typedef {import("../core/form.js").Values} Values */

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} confirm what the button says
 * @property {"primary" | "danger-solid"} tone
 * @property {Node[]} fields
 * @property {(values: Values) => Promise<void>} run
 * @property {() => boolean} [isReady] whether the fields allow the change yet, asked after each change of one
 */

const dialog = one("[data-confirmation]", HTMLDialogElement);
const form = one("form", HTMLFormElement, dialog);
const confirm = one("[data-confirm]", HTMLButtonElement, dialog);

/** @type {Question | null} */
let asked = null;

/** @type {Element | null} */
let opener = null;

/** @param {Question} question */
export function askFor(question) {
  setText(one("[data-title]", HTMLElement, dialog), question.title);
  setText(one("[data-text]", HTMLElement, dialog), question.text);
  one("[data-text]", HTMLElement, dialog).hidden = !question.text;
  setText(confirm, question.confirm);
  confirm.className = `btn btn--${question.tone}`;
  one("[data-fields]", HTMLElement, dialog).replaceChildren(...question.fields);
  clearFaults(form);
  asked = question;
  opener = document.activeElement;
  dialog.showModal();
  confirm.disabled = !(question.isReady?.() ?? true);
  form.querySelector("input, select, textarea")?.dispatchEvent(new Event("change"));
  const first = form.querySelector("input, select, textarea");
  if (first instanceof HTMLElement) first.focus();
}

form.addEventListener("change", () => {
  confirm.disabled = !(asked?.isReady?.() ?? true);
});
enhance(form, {
  send: async (values) => asked?.run(values),
  done: () => dialog.close(),
});
// The change may have removed what opened the dialog.
dialog.addEventListener("close", () => {
  if (!opener || !isShown(opener)) focusHeading(maybe("[data-detail]")) || focusHeading(maybe("[data-none]")) || focusHeading(maybe("main"));
});
one("[data-cancel]", HTMLButtonElement, dialog).addEventListener("click", () => dialog.close());

/**
 * A field for the reason.
 * @param {string} label
 * @param {string} [wants] what is said when it is missing; without it, it may be
 */
export function reasonField(label, wants) {
  return h("div", { class: "field" }, h("label", { for: "reason" }, label),
    h("textarea", { class: "input", id: "reason", name: "reason", maxlength: 500, required: Boolean(wants), "data-wants": wants, "aria-describedby": "reason-fault" }),
    h("p", { class: "hint hint--bad", id: "reason-fault", role: "alert", hidden: true }));
}
