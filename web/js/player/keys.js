// The keys of a player that fills its page, and what the page says when full screen is refused.

import { installShortcuts } from "../core/shortcuts.js";
import { toast } from "../core/toast.js";

/** @typedef {import("../core/shortcuts.js").Shortcut} Shortcut */

const jump = 5;

/**
 * @param {import("./film-player.js").FilmPlayer} player
 * @param {Shortcut[]} others
 */
export function installPlayerKeys(player, others) {
  installShortcuts([
    { keys: [" ", "k", "K"], shown: ["Space", "K"], label: "Play or pause", run: () => player.toggle() },
    ...(player.hasAttribute("data-gestures") ? [] : [
      { keys: ["ArrowRight"], shown: ["→"], label: "5 seconds forward", run: () => player.seek(player.position + jump) },
      { keys: ["ArrowLeft"], shown: ["←"], label: "5 seconds back", run: () => player.seek(player.position - jump) },
    ]),
    { keys: ["m", "M"], shown: ["M"], label: "Sound on or off", run: () => player.mute() },
    { keys: ["c", "C"], shown: ["C"], label: "Captions, where there are any", run: () => player.caption() },
    { keys: ["f", "F"], shown: ["F"], label: "Full screen", run: () => player.fill() },
    ...others,
  ]);
  player.addEventListener("film-refused", () => toast("Your browser does not allow full screen here.", { tone: "bad" }));
}
