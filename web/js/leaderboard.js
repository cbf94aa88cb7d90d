// The boards. Every change ends in the same thing: a page is read again, and its parts are put in, so that the words are the
// server's alone. Without this module the same links load the same pages.

import "./site.js";
import { read } from "./core/api.js";
import { all, announce, h, maybe, one } from "./core/dom.js";
import { counted } from "./core/format.js";
import { follow } from "./core/live.js";
import { session } from "./core/session.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").OwnRanks} OwnRanks */
/** @typedef {import("./api.js").RankPlace} RankPlace */

/** How often a board is read again while votes are cast, in milliseconds. The site keeps a page for half a minute. */
const renewal = 30_000;

/** The parts of the page that differ from board to board. */
const parts = ["[data-periods]", "[data-boards]", "[data-board]"];

const main = one("main", HTMLElement);

/** Answers that come late belong to another board. */
let generation = 0;
let isExtended = false;
let readAt = Date.now();
/** @type {number | undefined} */
let pending;

const board = () => one("[data-board]", HTMLElement);

/**
 * @param {string} address
 * @returns {Promise<Document>}
 */
async function fetchPage(address) {
  // The browser may give out a page that is a minute old, and the board is read because it has changed.
  const response = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-cache" });
  if (!response.ok) throw new Error(`${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/**
 * Puts another board in.
 * @param {Document} page
 */
function replace(page) {
  for (const selector of parts) {
    const fresh = page.querySelector(selector);
    if (fresh) maybe(selector, main)?.replaceWith(document.adoptNode(fresh));
  }
  document.title = page.title;
  isExtended = false;
  readAt = Date.now();
}

/**
 * @param {string} address
 * @param {boolean} isNew whether the address is another one than the page's
 */
async function open(address, isNew) {
  const mine = (generation += 1);
  board().setAttribute("aria-busy", "true");
  try {
    const page = await fetchPage(address);
    if (mine !== generation) return;
    const focused = document.activeElement instanceof HTMLAnchorElement ? document.activeElement.textContent : null;
    if (isNew) history.pushState(null, "", address);
    replace(page);
    if (document.activeElement === document.body && focused) {
      all("[data-periods] a, [data-boards] a", main).find((link) => link.textContent === focused)?.focus({ preventScroll: true });
    }
    const chosen = all("[data-boards] [aria-current], [data-periods] [aria-current]", main).map((link) => link.textContent);
    announce(chosen.join(", "));
    void showOwn();
  } catch {
    // The browser shows what is wrong.
    if (mine === generation) location.assign(address);
  }
}

/** Reads the first page again; what has changed takes the place of what was there. */
async function renew() {
  if (isExtended || document.visibilityState !== "visible" || !("first" in board().dataset)) return;
  const mine = generation;
  readAt = Date.now();
  const page = await fetchPage(location.href).catch(() => null);
  const fresh = page?.querySelector("[data-board]");
  if (!page || !fresh || mine !== generation || isExtended) return;
  if (fresh.innerHTML !== board().innerHTML) {
    const focused = document.activeElement?.closest("[data-entry]")?.getAttribute("data-entry");
    const wasMore = document.activeElement?.matches("[data-more]");
    replace(page);
    if (focused) maybe(`[data-entry="${CSS.escape(focused)}"] a`, main)?.focus({ preventScroll: true });
    if (wasMore) maybe("[data-more]", main)?.focus({ preventScroll: true });
  }
  void showOwn();
}

/** Lets the board be read again, once however many votes there are. */
function expectChange() {
  if (pending !== undefined) return;
  pending = setTimeout(() => {
    pending = undefined;
    void renew();
  }, Math.max(0, readAt + renewal - Date.now()) + Math.random() * 3000);
}

/** @param {HTMLAnchorElement} link */
async function loadMore(link) {
  if (link.getAttribute("aria-busy")) return;
  const mine = generation;
  link.setAttribute("aria-busy", "true");
  const page = await fetchPage(link.href).catch(() => null);
  link.removeAttribute("aria-busy");
  if (mine !== generation) return;
  const rows = page ? [...page.querySelectorAll("[data-rows] > tr")] : [];
  const body = maybe("[data-rows]", main);
  if (!page || !body || rows.length === 0) {
    toast("The next places did not load.", { tone: "bad" });
    return;
  }
  isExtended = true;
  const known = new Set(all("[data-entry]", main).map((entry) => entry.dataset.entry));
  const added = rows.filter((row) => row instanceof HTMLElement && !known.has(row.dataset.entry)).map((row) => document.adoptNode(row));
  body.append(...added);
  const next = page.querySelector("[data-more]");
  if (next) link.replaceWith(document.adoptNode(next));
  else link.remove();
  announce(counted(added.length, "place added", "places added"));
  // Reading goes on where the new places begin.
  const first = added[0];
  if (first instanceof HTMLElement) {
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }
}

/**
 * @param {RankPlace} place
 * @returns {string}
 */
function placeText(place) {
  const trend = place.trend === null ? ""
    : place.previousRank === null ? ", new"
      : place.trend === "same" ? ", same place"
        : `, ${place.trend} ${counted(Math.abs(place.previousRank - place.rank), "place", "places")}`;
  return `${counted(place.votes, "vote", "votes")}${trend}`;
}

/** Shows the member's own place on the board. */
async function showOwn() {
  const text = maybe("[data-own-text]");
  if (!text || !(await session())) return;
  const { board: name, period } = board().dataset;
  /** @type {OwnRanks | null} */
  const own = await read(`/api/leaderboard/own?period=${period}`).catch(() => null);
  if (!own || board().dataset.board !== name || board().dataset.period !== period) return;
  const place = name === "clips" ? own.clip : name === "voters" ? own.voter : own.creator;
  const what = name === "clips" && own.clip ? `“${own.clip.clip.title}”` : "You";
  const none = name === "voters" ? "You have not voted in this period." : "None of your takes got a vote in this period.";
  text.replaceChildren(...(place ? [h("b", {}, `${what}: place ${place.rank}`), ` · ${placeText(place)}`] : [none]));
}

main.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[data-more]")) {
    event.preventDefault();
    void loadMore(link);
  } else if (link.matches("[data-periods] a, [data-boards] a")) {
    event.preventDefault();
    void open(link.href, true);
  }
});
addEventListener("popstate", () => void open(location.href, false));

follow(expectChange, expectChange);
void showOwn();
