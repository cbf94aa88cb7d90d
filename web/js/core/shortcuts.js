// Keys that do something on a page, with the list that `?` opens. All of them can be switched off.

import { h } from "./dom.js";
import { preference, remember } from "./preferences.js";

/** @typedef {{keys: string[], shown: string[], label: string, run: () => void}} Shortcut */

/** @param {Shortcut[]} shortcuts */
export function installShortcuts(shortcuts) {
  const dialog = helpDialog(shortcuts);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (document.querySelector("dialog[open]:not([data-sheet]), :popover-open")) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (preference("shortcuts") === "0") return;
    const found = shortcuts.find((shortcut) => shortcut.keys.includes(event.key));
    if (!found || (event.repeat && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    found.run();
  });
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select")) return true;
  // Space presses a button or opens a link's summary; it is not ours then.
  return event.key === " " && target.matches("button, a, summary, input");
}

/** @param {Shortcut[]} shortcuts */
function helpDialog(shortcuts) {
  const list = h("dl", { class: "keylist" });
  for (const shortcut of [...shortcuts, { shown: ["?"], label: "This list" }]) {
    list.append(h("dt", {}, ...shortcut.shown.map((key) => h("kbd", {}, key))), h("dd", {}, shortcut.label));
  }
  const choice = h("input", { type: "checkbox" });
  choice.checked = preference("shortcuts") !== "0";
  choice.addEventListener("change", () => remember("shortcuts", choice.checked ? "1" : "0"));
  const close = h("button", { class: "btn", value: "close" }, "Close");
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "keys-title" },
    h("form", { method: "dialog" }, h("h2", { id: "keys-title" }, "Keys"), list,
      h("label", { class: "check" }, choice, h("span", {}, "Turn shortcuts on")),
      h("div", { class: "dialog__foot" }, close)));
  document.body.append(dialog);
  return dialog;
}
