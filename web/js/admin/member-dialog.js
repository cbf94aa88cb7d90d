// The question that stands before every change of an account.

import { maybe, one, setText } from "../core/dom.js";
import { faultText } from "./list.js";

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} confirm
 * @property {string} tone
 * @property {string} reason what the field for the reason is called
 * @property {boolean} [needsReason]
 * @property {string} [name] the name as it is, when a new one is asked for
 * @property {(given: {reason: string, name: string}) => object} body
 * @property {string} done
 */

const dialog = one("[data-dialog]", HTMLDialogElement);
const form = one("[data-dialog-form]", HTMLFormElement);
const reason = one("[data-reason]", HTMLTextAreaElement);
const name = one("[data-name]", HTMLInputElement);
const confirm = one("[data-confirm]", HTMLButtonElement);
const fault = one("[data-dialog-fault]", HTMLElement);

/** @type {(() => Promise<void>) | null} */
let settle = null;

/**
 * Asks, and stays open with what is wrong until the change is made or given up.
 * @param {Question} question
 * @param {(body: object) => Promise<void>} run
 */
export function askFor(question, run) {
  setText(maybe("[data-dialog-title]"), question.title);
  setText(maybe("[data-dialog-text]"), question.text);
  setText(maybe("[data-reason-label]"), question.reason);
  setText(confirm, question.confirm);
  confirm.className = `btn btn--${question.tone}`;
  one("[data-name-field]", HTMLElement).hidden = question.name === undefined;
  name.value = question.name ?? "";
  reason.value = "";
  fault.hidden = true;
  settle = async () => {
    if (question.needsReason && !reason.value.trim()) throw new TypeError("Say why.");
    await run(question.body({ reason: reason.value.trim(), name: name.value.trim() }));
  };
  dialog.showModal();
  (question.name === undefined ? reason : name).focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!settle || confirm.getAttribute("aria-busy")) return;
  confirm.setAttribute("aria-busy", "true");
  fault.hidden = true;
  try {
    await settle();
    dialog.close();
  } catch (error) {
    setText(fault, error instanceof TypeError ? error.message : faultText(error));
    fault.hidden = false;
  } finally {
    confirm.removeAttribute("aria-busy");
  }
});

one("[data-cancel]", HTMLButtonElement).addEventListener("click", () => dialog.close());
