// The choice of a reason for a rejection. Without one nothing is rejected, and none is chosen from the start, except where
// the server has found a near-duplicate.

import { h } from "../core/dom.js";

/** The reason for a near-duplicate. */
export const copy = "Copy of another clip";

const usual = [copy, "Not suitable for everyone", "The rights are unclear", "Does not fit this film"];

/** The value of the choice that shows the field for a text. */
const own = "own";

/**
 * @typedef {object} ReasonChoice
 * @property {Node[]} fields
 * @property {HTMLSelectElement} choice
 * @property {() => boolean} isChosen
 * @property {() => string | null} reason null after it has said that there is none
 */

/**
 * @typedef {object} Options
 * @property {string | null} preset
 * @property {() => void} [changed] another reason is chosen
 * @property {() => void} send Enter was pressed while a reason is chosen
 * @property {() => void} [back] Escape was pressed; without it, Escape does what it does elsewhere
 */

/**
 * @param {string} name the name of the choice in its form, which begins that of the text
 * @param {string} label
 * @param {Options} options
 * @returns {ReasonChoice}
 */
export function reasonChoice(name, label, { preset, changed, send, back }) {
  const reasons = [...usual.map((reason) => ({ value: reason, text: reason })), { value: own, text: "Another reason…" }];
  const choice = h("select", { class: "input", id: name, name, required: true, "data-wants": "Choose a reason.", "aria-describedby": `${name}-keys ${name}-fault` },
    h("option", { value: "" }, "Choose a reason…"), ...reasons.map(({ value, text }) => h("option", { value }, text)));
  const text = h("textarea", { class: "input", id: `${name}-text`, name: `${name}-text`, maxlength: 500, rows: 2, required: true, "data-wants": "Say why, so that the creator can do better.", "aria-describedby": `${name}-text-hint ${name}-text-fault` });
  const fault = h("p", { class: "hint hint--bad", id: `${name}-text-fault`, role: "alert", hidden: true });
  const textKeys = h("p", { class: "hint for-keys", id: `${name}-text-hint` }, "Enter rejects, Shift and Enter begin a new line.");
  const written = h("div", { class: "field" }, h("label", { for: text.id }, "Your reason"), text, textKeys, fault);
  const show = () => {
    written.hidden = choice.value !== own;
    text.disabled = written.hidden;
  };
  choice.value = preset ?? "";
  show();
  choice.addEventListener("change", () => {
    show();
    missing.hidden = true;
    changed?.();
  });
  text.addEventListener("input", () => {
    text.removeAttribute("aria-invalid");
    fault.hidden = true;
  });

  /** @param {string} key */
  const press = (key) => {
    const pressed = reasons[Number(key) - 1];
    if (!pressed) return false;
    choice.value = pressed.value;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    if (pressed.value === own) text.focus();
    return true;
  };
  const keys = h("div", { class: "reasons", id: `${name}-keys` },
    h("ol", { "aria-hidden": "true" }, ...reasons.map((reason, index) => h("li", {}, h("kbd", {}, String(index + 1)), reason.text))),
    h("p", { class: "hint" }, `Keys 1 to ${reasons.length} choose, Enter rejects, Esc goes back.`));
  // They are seen once the focus has come by key, and then stay: a button that moves up while it is pressed gets no click.
  for (const [field, hint] of [[choice, keys], [text, textKeys]]) {
    field.addEventListener("focus", () => {
      if (field.matches(":focus-visible")) hint.dataset.shown = "";
    });
  }
  const missing = h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }, "Choose a reason.");
  const field = h("div", { class: "field" }, h("label", { for: name }, label), choice, keys, missing);
  for (const place of [field, written]) {
    place.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        missing.hidden = choice.value !== "";
        if (choice.value) send();
      } else if (event.key === "Escape" && back) {
        // It does not close the sheet as well.
        event.preventDefault();
        event.stopPropagation();
        back();
      } else if (event.target === choice && press(event.key)) {
        event.preventDefault();
      }
    });
  }
  return {
    choice,
    fields: [field, written],
    isChosen: () => choice.value !== "",
    reason: () => {
      const reason = choice.value === own ? text.value.trim() : choice.value;
      if (reason) return reason;
      text.setAttribute("aria-invalid", "true");
      fault.textContent = text.dataset.wants ?? "";
      fault.hidden = false;
      text.focus();
      return null;
    },
  };
}

/**
 * The reason as a form has it.
 * @param {import("../core/form.js").Values} values
 * @param {string} name
 */
export function reasonOf(values, name) {
  return (values[name] === own ? values[`${name}-text`] : values[name]) ?? "";
}
