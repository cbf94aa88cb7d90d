// Short messages, one at a time: at the foot of a page, at the head of a stage.

import { h, icon, maybe } from "./dom.js";

/**
 * Shows a message in place of the one before: good news for five seconds, bad news until it is closed. What a lost
 * connection caused ends with it.
 * @param {string} text
 * @param {{tone?: "good" | "bad", action?: {label: string, run: () => void}, stays?: boolean}} [options] what stays is closed by hand
 */
export function toast(text, options = {}) {
  const place = maybe("[data-toasts]");
  if (!place) return;
  const isBad = options.tone === "bad";
  const message = h("div", { class: "toast", role: isBad ? "alert" : "status", "data-tone": isBad ? "bad" : null },
    icon(isBad ? "warn" : "check"), h("span", { class: "grow" }, text));
  const close = () => message.remove();
  const { action } = options;
  if (action) {
    const button = h("button", { class: "btn btn--ghost btn--sm", type: "button" }, action.label);
    button.addEventListener("click", () => {
      close();
      action.run();
    });
    message.append(button);
  }
  if (isBad || options.stays) {
    const button = h("button", { class: "btn btn--icon btn--ghost", type: "button", "aria-label": "Dismiss" }, icon("close"));
    button.addEventListener("click", close);
    message.append(button);
  } else {
    setTimeout(close, 5000);
  }
  if (isBad && !navigator.onLine) addEventListener("online", close, { once: true });
  place.replaceChildren(message);
}
