// A take's own page: its player, sharing it, and copying the markup that embeds it.

import "./site.js";
import { startComments } from "./comments/section.js";
import { maybe } from "./core/dom.js";
import { startFollows } from "./core/follow.js";
import { share } from "./core/share.js";
import { toast } from "./core/toast.js";
import { choicesOfDevice } from "./player/choices.js";
import { filmInMarkup } from "./player/film.js";
import { playerOf } from "./player/film-player.js";
import { installPlayerKeys } from "./player/keys.js";
import { SeekBar } from "./player/seek-bar.js";

const page = maybe("[data-clip]");
const shareIt = () => void share(page?.dataset.title ?? document.title, page?.dataset.clip ?? location.pathname);

maybe("[data-share]")?.addEventListener("click", shareIt);

if (maybe("film-player")) {
  const player = playerOf();
  installPlayerKeys(player, maybe("[data-share]") ? [{ keys: ["s", "S"], shown: ["S"], label: "Share", run: shareIt }] : []);
  player.open(filmInMarkup(player), { isLazy: true, bar: SeekBar, repeats: true, choices: choicesOfDevice(false) });
}

startFollows();

startComments();

// The whole markup is wanted, never a part of it.
const code = maybe("#embed-code");
if (code instanceof HTMLTextAreaElement) code.addEventListener("focus", () => code.select());

// The end of a round changes the badge, the votes and what can be pressed; the take that plays is left alone.
if (maybe("[data-live]")) {
  document.addEventListener("dailies:slot", () => {
    toast("The round has changed.", { stays: true, action: { label: "Show the result", run: () => location.reload() } });
  }, { once: true });
}
