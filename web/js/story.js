// The film so far: winners in sequence, by season.

import "./site.js";
import { asksForComments, CommentSheet } from "./comments/sheet.js";
import { loadWhole } from "./core/clip-video.js";
import { all, announce, avatar, h, maybe, setText } from "./core/dom.js";
import { creatorLink } from "./core/follow.js";
import { clock, counted, shortCount } from "./core/format.js";
import { hideBarsWhenIdle } from "./core/idle.js";
import { follow } from "./core/live.js";
import { savesData } from "./core/network.js";
import { isStill, mayNote, onStillChange } from "./core/preferences.js";
import { roundOfStory, showRound } from "./core/round.js";
import { share } from "./core/share.js";
import { sharpen } from "./core/sharpen.js";
import { toast } from "./core/toast.js";
import { choicesOfDevice } from "./player/choices.js";
import { playerOf } from "./player/film-player.js";
import { installPlayerKeys } from "./player/keys.js";
import { filmOf, length, readFilm } from "./story/film.js";
import { watchGestures, watchStrip } from "./story/gestures.js";
import { address, markSegment, showSeason } from "./story/panels.js";

/** @typedef {import("./story/film.js").Season} Season */

const stage = maybe("[data-stage]");
const frame = maybe("[data-frame]");

/** @type {Season[]} */
let seasons = [];
/** @type {Season | null} */
let season = null;
let index = 0;
/** Where there is something to play. */
const player = frame ? playerOf() : null;

const current = () => season?.segments[index] ?? null;

function showTime() {
  if (!season || !player) return;
  const { position } = player;
  for (const element of all("[data-position]")) setText(element, clock(position));
  const film = maybe("[data-film]");
  if (film instanceof HTMLProgressElement) {
    film.max = Math.max(length(season), 1);
    film.value = Math.min(position, film.max);
  }
}

function showSegment() {
  const segment = current();
  if (!segment || !season) return;
  maybe("[data-foot]")?.replaceChildren(
    h("p", { class: "who" }, avatar(segment.avatarUrl), creatorLink(segment.username)), h("h1", {}, segment.title),
    h("p", { class: "label" }, `Slot ${segment.slot} · ${segment.genre} · ${segment.aiGenerated ? "AI-generated · " : ""}`,
      h("a", { class: "frame__link", href: `/rounds/${season.number}/${segment.slot}` }, `won with ${counted(segment.votes, "vote", "votes")}`)));
  stage?.setAttribute("aria-label", `Slot ${segment.slot}, ${segment.title}`);
  markSegment(season, segment.slot);
  showComments();
}

/** The comments beside a take are those on the take. */
function showComments() {
  showCount(current()?.comments ?? 0);
  const about = comments?.isOpen ? topic() : null;
  if (about) comments?.open(about);
}

/** Another take plays: by a person's wish, or because the one before it has ended. */
function followPlayer() {
  if (!player || !season || player.index === index) return;
  index = player.index;
  showSegment();
  const segment = current();
  if (!segment) return;
  history.replaceState(null, "", address(season, segment.slot));
  announce(`Slot ${segment.slot}: ${segment.title} by ${segment.creator}`);
}

/** @param {number} to */
function goTo(to) {
  const chapter = player?.film?.chapters[to];
  if (chapter) player?.show(chapter);
}

/** @param {1 | -1} step */
function go(step) {
  if (!player || !season) return;
  if (season.segments[index + step]) player.step(step);
  else if (step > 0) {
    player.pause();
    announce("This is the end of the film so far");
  }
}

/**
 * @param {Season} next
 * @param {number} [slot]
 * @param {boolean} [withTitle]
 */
function open(next, slot, withTitle = true) {
  season = next;
  index = Math.max(0, next.segments.findIndex((segment) => segment.slot === slot));
  showSeason(seasons, next);
  if (next.segments.length === 0) {
    // Its stage is another one: nothing plays there.
    if (frame) location.assign(`/story?season=${next.number}`);
    return;
  }
  if (!player) return;
  const film = filmOf(next);
  if (player.film) player.replace(film, index);
  else {
    player.open(film, {
      start: film.chapters[index]?.start ?? 0, plays: !isStill() && !savesData(), choices: choicesOfDevice(true),
    });
  }
  showSegment();
  if (withTitle) titleCard(next);
}

/** @param {1 | -1} step */
function goSeason(step) {
  const shown = seasons.filter((one) => one.segments.length > 0);
  const next = season && shown[shown.indexOf(season) + step];
  if (!next) return;
  open(next);
  const segment = current();
  if (segment) history.pushState(null, "", address(next, segment.slot));
}

/** The seasons whose title was shown on this page. */
const titled = new Set();

/**
 * What the season is called and about, typed for two seconds once in a session. A press ends it.
 * @param {Season} shown
 */
function titleCard(shown) {
  if (isStill() || !stage) return;
  if (titled.has(shown.id)) return;
  titled.add(shown.id);
  try {
    if (sessionStorage.getItem(`intro-${shown.id}`)) return;
    if (mayNote()) sessionStorage.setItem(`intro-${shown.id}`, "1");
  } catch {
    return;
  }
  const letters = [...shown.description || shown.label];
  const typed = letters.map((letter) => h("i", {}, letter));
  const card = h("p", { class: "title-card", "aria-hidden": "true" }, h("span", {}, `Season ${shown.number}`),
    ...(shown.description ? [h("b", {}, shown.label), h("span", { "data-typed": true }, ...typed)] : [h("b", { "data-typed": true }, ...typed)]));
  stage.append(card);
  card.querySelectorAll("i").forEach((letter, at) => {
    letter.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 60, delay: (1400 / letters.length) * at, fill: "both" });
  });
  const fade = card.animate([{ opacity: 1 }, { opacity: 1, offset: 0.85 }, { opacity: 0 }], { duration: 2000 });
  const end = () => fade.finish();
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, end, { once: true });
  void fade.finished.finally(() => {
    for (const name of ["pointerdown", "keydown"]) removeEventListener(name, end);
    card.remove();
  });
}

/** Whether the visitor comes to see the film, not one slot of it, and not the same page once more. */
function isOpening() {
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return navigation?.type === "navigate" && !new URLSearchParams(location.search).has("slot");
}

const sheetPlace = maybe("[data-comment-sheet]");
const root = maybe("[data-story]");
const comments = root && sheetPlace instanceof HTMLDialogElement ? new CommentSheet(sheetPlace, root, (total) => {
  const segment = current();
  if (segment) segment.comments = total;
  showCount(total);
}) : null;

/** @param {number} total */
function showCount(total) {
  const button = maybe("[data-comments-button]");
  button?.setAttribute("aria-label", `Comments, ${total}`);
  setText(button?.lastElementChild ?? null, shortCount(total));
}

/** @returns {import("./comments/panel.js").Topic | null} what the comments are about */
function topic() {
  const segment = current();
  return segment && season && {
    subject: { clipId: segment.id }, title: segment.title, thing: "this take", creator: segment.creator,
    address: `${address(season, segment.slot)}&comments=1`,
  };
}

function toggleComments() {
  const about = topic();
  if (about) comments?.toggle(about);
}

function shareSegment() {
  const segment = current();
  if (segment && season) void share(`${segment.title}, slot ${segment.slot} of ${season.label}`, address(season, segment.slot));
}

/**
 * Links inside the page play instead of loading.
 * @param {MouseEvent} event
 */
function followLink(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target instanceof Element ? event.target.closest("a[data-slot], a[data-season]") : null;
  if (!(link instanceof HTMLElement) || !season) return;
  if (link.dataset.slot) {
    event.preventDefault();
    goTo(season.segments.findIndex((segment) => String(segment.slot) === link.dataset.slot));
    // A visitor who picks a take wants to see it, also after the film came to its end or was paused.
    player?.play();
  } else {
    const next = seasons.find((one) => String(one.number) === link.dataset.season);
    if (!next || next === season || next.segments.length === 0) return;
    event.preventDefault();
    open(next);
    const segment = current();
    if (segment) history.pushState(null, "", address(next, segment.slot));
  }
  maybe("[data-strip]")?.removeAttribute("open");
}

/** Takes up a changed film without touching the take that plays. */
async function refresh() {
  const film = await readFilm().catch(() => null);
  // The film may have gone on, or a visitor to another one, while it was read.
  const slot = current()?.slot;
  const known = season;
  if (!film || !known) return;
  showRound(roundOfStory(film.answer));
  const next = film.seasons.find((one) => one.id === known.id);
  if (!next) return;
  const added = next.segments.filter((segment) => !known.segments.some((old) => old.slot === segment.slot));
  if (known.segments.length === 0 && added.length > 0) {
    location.reload();
    return;
  }
  seasons = film.seasons;
  season = next;
  index = Math.max(0, next.segments.findIndex((segment) => segment.slot === slot));
  if (player?.film && next.segments.length > 0) player.replace(filmOf(next), index);
  showSeason(seasons, next);
  if (slot) markSegment(next, slot);
  const last = added.at(-1);
  if (!last) return;
  toast(`${last.title} was cut into slot ${last.slot}.`, { action: { label: "Watch", run: () => goTo(next.segments.indexOf(last)) } });
}

async function start() {
  // The page's own take loads while the film is read.
  const first = frame?.querySelector("video");
  if (first instanceof HTMLVideoElement) loadWhole(first, first.getAttribute("src"));
  const film = await readFilm();
  seasons = film.seasons;
  showRound(roundOfStory(film.answer));
  const chosen = seasons.find((one) => String(one.number) === root?.dataset.season);
  if (!chosen) return;
  frame?.classList.add("frame--live");
  open(chosen, Number(root?.dataset.slot), isOpening());
  const about = asksForComments() ? topic() : null;
  if (about) comments?.open(about);
}

/** Nothing plays where it cannot be seen, and it goes on when it can. */
function restWhenHidden() {
  let rests = false;
  document.addEventListener("visibilitychange", () => {
    if (!player) return;
    if (document.visibilityState === "hidden") {
      rests = !player.isPaused;
      player.pause();
    } else if (rests) {
      player.play();
    }
  });
}

if (stage) {
  document.addEventListener("click", followLink);
  addEventListener("popstate", () => location.reload());
  maybe("[data-comments-button]")?.addEventListener("click", toggleComments);
  maybe("[data-share]")?.addEventListener("click", shareSegment);
  maybe("[data-report]")?.addEventListener("click", () => {
    const segment = current();
    if (segment) void import("./core/report.js").then(({ askToReport }) => askToReport(segment));
  });
  const strip = maybe("[data-strip]");
  if (strip instanceof HTMLDetailsElement) watchStrip(strip, goSeason);
  if (player) {
    player.addEventListener("film-time", showTime);
    player.addEventListener("film-chapter", followPlayer);
    watchGestures(stage, { onTap: () => player.toggle(), onDoubleTap: () => player.fill(), onSegment: go, onSeason: goSeason });
    installPlayerKeys(player, [
      { keys: ["ArrowDown", "j"], shown: ["↓", "J"], label: "Next slot", run: () => go(1) },
      { keys: ["ArrowUp"], shown: ["↑"], label: "Previous slot", run: () => go(-1) },
      { keys: ["ArrowRight"], shown: ["→"], label: "Next season", run: () => goSeason(1) },
      { keys: ["ArrowLeft"], shown: ["←"], label: "Previous season", run: () => goSeason(-1) },
      { keys: ["c", "C"], shown: ["C"], label: "Comments", run: toggleComments },
      { keys: ["s", "S"], shown: ["S"], label: "Share", run: shareSegment },
    ]);
    onStillChange(() => {
      if (isStill()) player.pause();
    });
    restWhenHidden();
    hideBarsWhenIdle(() => !player.isPaused);
  }
  // What is in sight is known once the lists are where they belong.
  start().finally(sharpen).then(() => follow(refresh), () => {
    toast("Parts of the film did not load.", { tone: "bad", action: { label: "Try again", run: () => location.reload() } });
    follow(refresh);
  });
}
