// The question about what the site may note by itself on this device.

import { all, announce, maybe, setText } from "./dom.js";
import { consent, preference } from "./preferences.js";

const words = {
  accepted: "You said yes. The site may remember that you have seen the intro.",
  rejected: "You said no. Only what the site needs is stored.",
};

function show() {
  const answer = preference("cookies");
  document.documentElement.toggleAttribute("data-answered", answer !== null);
  const text = words[/** @type {keyof typeof words} */ (answer)] ?? "You have not chosen yet.";
  setText(maybe("[data-consent-now]"), text);
}

/** Asks until there is an answer, and takes one on every page. */
export function startConsent() {
  for (const button of all("[data-consent]")) {
    button.addEventListener("click", () => {
      const answer = button.dataset.consent === "accepted" ? "accepted" : "rejected";
      const isNotice = Boolean(button.closest("[data-cookies]"));
      consent(answer);
      show();
      announce(words[answer]);
      // What had the focus is gone; going on starts where reading does.
      if (isNotice) maybe(".skip")?.focus({ preventScroll: true });
      if (isNotice) /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    });
  }
  show();
}
