// The film so far: winners in sequence, by season.

import "./site.js";
import { loadWhole } from "./core/clip-video.js";
import { all, announce, avatar, h, maybe, setIcon, setText } from "./core/dom.js";
import { clock, counted } from "./core/format.js";
import { hideBarsWhenIdle } from "./core/idle.js";
import { follow } from "./core/live.js";
import { isMuted, isStill, mayNote, remember } from "./core/preferences.js";
import { roundOfStory, showRound } from "./core/round.js";
import { share } from "./core/share.js";
import { installShortcuts } from "./core/shortcuts.js";
import { toast } from "./core/toast.js";
import { length, readFilm, startOf } from "./story/film.js";
import { watchGestures, watchStrip } from "./story/gestures.js";
import { address, markSegment, showSeason } from "./story/panels.js";
import { Screen } from "./story/screen.js";

/** @typedef {import("./story/film.js").Season} Season */

const page = maybe("[data-story]");
const stage = maybe("[data-stage]");
const frame = maybe("[data-frame]");

/** @type {Season[]} */
let seasons = [];
/** @type {Season | null} */
let season = null;
let index = 0;
/** @type {Screen | null} */
let screen = null;

const current = () => season?.segments[index] ?? null;

/** @param {boolean} isPaused */
function showState(isPaused) {
  const toggle = maybe("[data-toggle]");
  if (!toggle) return;
  toggle.setAttribute("aria-label", isPaused ? "Play" : "Pause");
  setIcon(toggle, isPaused ? "play" : "pause");
}

/** @param {number} seconds */
function showTime(seconds) {
  if (!season) return;
  const position = startOf(season, index) + seconds;
  for (const element of all("[data-position]")) setText(element, clock(position));
  const film = maybe("[data-film]");
  if (film instanceof HTMLProgressElement) {
    film.max = Math.max(length(season), 1);
    film.value = Math.min(position, film.max);
  }
}

function showSegment() {
  const segment = current();
  if (!segment || !season || !screen) return;
  screen.show(segment, season.segments[index + 1] ?? null);
  maybe("[data-foot]")?.replaceChildren(
    h("p", { class: "who" }, avatar(segment.avatarUrl), segment.creator), h("h1", {}, segment.title),
    h("p", { class: "label" }, `Slot ${segment.slot} · ${segment.genre} · ${segment.aiGenerated ? "AI-generated · " : ""}`,
      h("a", { class: "frame__link", href: `/rounds/${season.number}/${segment.slot}` }, `won with ${counted(segment.votes, "vote", "votes")}`)));
  const blur = maybe("[data-blur]");
  if (blur instanceof HTMLImageElement && blur.getAttribute("src") !== segment.posterUrl) blur.src = segment.posterUrl;
  stage?.setAttribute("aria-label", `Slot ${segment.slot}, ${segment.title}`);
  markSegment(season, segment.slot);
  showTime(0);
}

/** @param {number} to */
function goTo(to) {
  if (!season || !season.segments[to]) return;
  index = to;
  showSegment();
  const segment = current();
  if (!segment) return;
  history.replaceState(null, "", address(season, segment.slot));
  announce(`Slot ${segment.slot}: ${segment.title} by ${segment.creator}`);
}

/** @param {1 | -1} step */
function go(step) {
  if (!season) return;
  if (season.segments[index + step]) goTo(index + step);
  else if (step > 0) {
    screen?.pause();
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
    if (maybe("[data-frame]")) location.assign(`/story?season=${next.number}`);
    return;
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

function toggleSound() {
  // Sound is chosen already where the browser has refused it; this press is what it waited for.
  if (!screen?.isSilenced) remember("muted", isMuted() ? "0" : "1");
  screen?.hear();
  showSound();
}

function showSound() {
  const button = maybe("[data-sound]");
  if (!button) return;
  const isSilenced = screen?.isSilenced ?? false;
  const muted = isMuted() || isSilenced;
  button.setAttribute("aria-label", muted ? "Turn sound on" : "Turn sound off");
  setIcon(button, muted ? "mute" : "sound");
  setText(button.querySelector("span:last-child"), isSilenced ? "Tap for sound" : muted ? "Muted" : "Sound");
}

function toggleFull() {
  if (document.fullscreenElement) void document.exitFullscreen();
  // With the player's keys, which lie over the picture there.
  else page?.requestFullscreen().catch(() => toast("Your browser does not allow full screen here.", { tone: "bad" }));
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
    screen?.resume();
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
  const slot = current()?.slot;
  const known = season;
  const film = await readFilm().catch(() => null);
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
  showSeason(seasons, next);
  if (slot) markSegment(next, slot);
  const last = added.at(-1);
  if (!last) return;
  toast(`${last.title} was cut into slot ${last.slot}.`, { action: { label: "Watch", run: () => goTo(next.segments.indexOf(last)) } });
}

async function start() {
  // The page's own take loads while the film is read.
  const first = frame?.querySelector("video");
  if (first instanceof HTMLVideoElement) loadWhole(first, first.src);
  const film = await readFilm();
  seasons = film.seasons;
  showRound(roundOfStory(film.answer));
  const chosen = seasons.find((one) => String(one.number) === page?.dataset.season);
  if (!chosen) return;
  if (frame) {
    screen = new Screen(frame, { onEnd: () => go(1), onTime: showTime, onState: showState, onSound: showSound });
    frame.classList.add("frame--live");
  }
  season = chosen;
  open(chosen, Number(page?.dataset.slot), isOpening());
}

if (page && stage) {
  document.addEventListener("click", followLink);
  addEventListener("popstate", () => location.reload());
  maybe("[data-prev]")?.addEventListener("click", () => go(-1));
  maybe("[data-next]")?.addEventListener("click", () => go(1));
  maybe("[data-toggle]")?.addEventListener("click", () => screen?.toggle());
  maybe("[data-full]")?.addEventListener("click", toggleFull);
  maybe("[data-sound]")?.addEventListener("click", toggleSound);
  maybe("[data-share]")?.addEventListener("click", shareSegment);
  maybe("[data-report]")?.addEventListener("click", () => {
    const segment = current();
    if (segment) void import("./core/report.js").then(({ askToReport }) => askToReport(segment));
  });
  const strip = maybe("[data-strip]");
  if (strip instanceof HTMLDetailsElement) watchStrip(strip, goSeason);
  watchGestures(stage, { onTap: () => screen?.toggle(), onDoubleTap: toggleFull, onSegment: go, onSeason: goSeason });
  installShortcuts([
    { keys: ["ArrowDown", "j"], shown: ["↓", "J"], label: "Next slot", run: () => go(1) },
    { keys: ["ArrowUp"], shown: ["↑"], label: "Previous slot", run: () => go(-1) },
    { keys: ["ArrowRight"], shown: ["→"], label: "Next season", run: () => goSeason(1) },
    { keys: ["ArrowLeft"], shown: ["←"], label: "Previous season", run: () => goSeason(-1) },
    { keys: ["k", "K", " "], shown: ["K", "Space"], label: "Play or pause", run: () => screen?.toggle() },
    { keys: ["m", "M"], shown: ["M"], label: "Sound on or off", run: toggleSound },
    { keys: ["f", "F"], shown: ["F"], label: "Full screen", run: toggleFull },
    { keys: ["s", "S"], shown: ["S"], label: "Share", run: shareSegment },
  ]);
  showSound();
  hideBarsWhenIdle(() => screen !== null && !screen.isPaused);
  start().then(() => follow(refresh), () => {
    toast("Parts of the film did not load.", { tone: "bad", action: { label: "Try again", run: () => location.reload() } });
    follow(refresh);
  });
}
