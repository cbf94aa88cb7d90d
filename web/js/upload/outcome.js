// What became of a file: one note on the page that sends it.

import { h, icon, one } from "../core/dom.js";

/**
 * A link to signing in.
 * @param {string} next the page to open then
 */
export function signInLink(next) {
  return h("a", { href: `/sign-in?next=${encodeURIComponent(next)}` }, "Sign in");
}

/**
 * Shows what became of the file.
 * @param {string | null} text none hides it
 * @param {"info" | "good" | "bad"} [tone]
 * @param {string} [lead]
 * @param {Element | null} [link]
 */
export function outcome(text, tone = "info", lead = "", link = null) {
  const note = one("[data-outcome]", HTMLElement);
  note.hidden = !text;
  note.classList.toggle("note--bad", tone === "bad");
  note.querySelector(".icon")?.replaceWith(icon(tone === "bad" ? "warn" : tone === "good" ? "check" : "info"));
  one("[data-outcome-text]", HTMLElement).replaceChildren(h("strong", {}, lead), ` ${text ?? ""}`, ...(link ? [" ", link] : []));
}
