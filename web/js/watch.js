// A finished film: its player with chapters, keys and what is shared of it.

import "./site.js";
import { read } from "./core/api.js";
import { maybe, setText } from "./core/dom.js";
import { hideBarsWhenIdle } from "./core/idle.js";
import { share } from "./core/share.js";
import { toast } from "./core/toast.js";
import { choicesOfDevice } from "./player/choices.js";
import { filmOf } from "./player/film.js";
import { playerOf } from "./player/film-player.js";
import { FilmScreen } from "./player/film-screen.js";
import { installPlayerKeys } from "./player/keys.js";
import { Playlist } from "./player/playlist.js";
import { SeekBar } from "./player/seek-bar.js";
import { readStoryboard } from "./player/storyboard.js";

/** @typedef {import("./player/film.js").Film} Film */

/**
 * Where a film, or a slot of it, plays.
 * @param {Film} film
 * @param {number} [slot]
 */
function address(film, slot) {
  return slot ? `/watch/${film.number}?slot=${slot}` : `/watch/${film.number}`;
}

async function start() {
  const player = playerOf();
  const film = filmOf(await read(`/api/films/${encodeURIComponent(player.dataset.season ?? "")}`));
  const playlist = new Playlist(player, (slot) => {
    const chapter = film.chapters.find((one) => one.slot === slot);
    if (!chapter) return;
    player.show(chapter);
    history.replaceState(null, "", address(film, slot));
    player.play();
  });

  player.addEventListener("film-chapter", () => {
    const { chapter, index } = player;
    if (!chapter) return;
    // `Season 1 · Slot 12 · mira_okafor`
    setText(maybe("[data-line]", player), [`Season ${film.number}`, `Slot ${chapter.slot}`, chapter.creator].filter(Boolean).join(" · "));
    setText(maybe("[data-place]", player), String(chapter.slot));
    const next = film.chapters[index + 1];
    setText(maybe("[data-next-title]", player), next ? `Next: ${next.title}` : "");
    playlist.mark(chapter.slot);
  });

  /** @param {boolean} isOneSlot */
  const shareIt = (isOneSlot) => {
    const { chapter } = player;
    if (!chapter) return;
    const menu = maybe("#share-choice", player);
    if (menu?.matches(":popover-open")) menu.hidePopover();
    const title = isOneSlot ? `${chapter.title}, slot ${chapter.slot} of ${film.label}` : film.label;
    void share(title, address(film, isOneSlot ? chapter.slot : undefined));
  };
  maybe("[data-share-slot]", player)?.addEventListener("click", () => shareIt(true));
  maybe("[data-share-film]", player)?.addEventListener("click", () => shareIt(false));
  maybe("[data-chapters]", player)?.addEventListener("click", () => playlist.open());

  installPlayerKeys(player, [
    { keys: ["n", "N"], shown: ["N"], label: "Next slot", run: () => player.step(1) },
    { keys: ["p", "P"], shown: ["P"], label: "Previous slot", run: () => player.step(-1) },
    { keys: [">"], shown: [">"], label: "Faster", run: () => player.speedUp(1) },
    { keys: ["<"], shown: ["<"], label: "Slower", run: () => player.speedUp(-1) },
    { keys: ["s", "S"], shown: ["S"], label: "Share this slot", run: () => shareIt(true) },
  ]);
  hideBarsWhenIdle(() => !player.isPaused);
  const first = film.chapters.find(({ slot }) => String(slot) === player.dataset.slot);
  const { file } = film;
  player.open(film, {
    start: first?.start ?? 0, choices: choicesOfDevice(false), bar: SeekBar,
    ...(file ? { screen: (video, start, listeners) => new FilmScreen(video, file, start, listeners) } : {}),
  });
  if (file) player.pictures = await readStoryboard(file.storyboardUrl).catch(() => []);
}

if (maybe("film-player")) {
  start().catch(() => toast("Parts of the player did not load.", {
    tone: "bad", action: { label: "Try again", run: () => location.reload() },
  }));
}
