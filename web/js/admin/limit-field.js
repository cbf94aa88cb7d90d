// Fields of limits, which are empty for no limit.

import { h } from "../core/dom.js";

/**
 * @param {string} name
 * @param {string} label
 * @param {string | number | null} value
 * @param {{hint: string, wants: string, rules: Record<string, string | number | boolean>}} about
 */
export function limitField(name, label, value, { hint, wants, rules }) {
  return h("div", { class: "field" }, h("label", { for: `limit-${name}` }, label),
    h("input", { class: "input", id: `limit-${name}`, name, value: value ?? "", autocomplete: "off", "data-wants": wants, "aria-describedby": `${name}-hint ${name}-fault`, ...rules }),
    h("p", { class: "hint", id: `${name}-hint` }, hint),
    h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }));
}

/**
 * The number of a field; null for an empty one.
 * @param {string | undefined} text
 */
export function numberOrNull(text) {
  return text?.trim() ? Number(text) : null;
}
