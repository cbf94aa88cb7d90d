// What every page does: the account, the theme, the clock.

import { read } from "./core/api.js";
import { startApp } from "./core/app.js";
import { startBell } from "./core/bell.js";
import { startConsent } from "./core/consent.js";
import { startCountdowns } from "./core/countdown.js";
import { all, maybe } from "./core/dom.js";
import "./core/letters.js";
import { follow } from "./core/live.js";
import { preference, remember } from "./core/preferences.js";
import { roundOfStory, showRound } from "./core/round.js";
import { showSession, signOut } from "./core/session.js";
import { toast } from "./core/toast.js";

const root = document.documentElement;

const themes = /** @type {HTMLInputElement[]} */ (all("[data-theme-choice] input"));
for (const input of themes) {
  input.checked = input.value === (preference("theme") ?? "dark");
  input.addEventListener("change", () => {
    remember("theme", input.value);
    root.dataset.theme = input.value;
    // The choice is in the account menu and in the settings.
    for (const other of themes) other.checked = other.value === input.value;
  });
}

const still = maybe("[data-still-choice]");
if (still instanceof HTMLInputElement) {
  still.checked = preference("still") === "1";
  still.addEventListener("change", () => {
    remember("still", still.checked ? "1" : "0");
    root.toggleAttribute("data-still", still.checked);
    document.dispatchEvent(new CustomEvent("dailies:still"));
  });
}

for (const button of all("[data-sign-out]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    signOut().catch(() => toast("You could not be signed out. Try again.", { tone: "bad" }));
  });
}

// What destroys needs a sign-in from just now, wherever on the site it is done.
document.addEventListener("dailies:sign-in-again", () => {
  const here = location.pathname + location.search;
  toast("Your sign-in was a while ago. Sign in again to do this.", {
    tone: "bad",
    action: { label: "Sign in again", run: () => location.assign(`/sign-in?next=${encodeURIComponent(here)}&again=1`) },
  });
});

startConsent();
startCountdowns();
void showSession();
void startBell();

startApp();

// The arena and the story follow the round themselves; they need more of it than the bar.
if (maybe("[data-onair]") && !maybe("[data-arena]") && !maybe("[data-story]")) {
  const refresh = async () => {
    /** @type {import("./api.js").Story | null} */
    const story = await read("/api/story").catch(() => null);
    if (story) showRound(roundOfStory(story));
  };
  // Pages that have no film leave the pill to this module.
  if (maybe("[data-onair][hidden]")) void refresh();
  follow(refresh);
}
