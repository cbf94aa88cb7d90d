// The first visit: a light on four places of the arena, one after another. Nothing lies over the page that takes presses, so
// that a vote needs no more of them than without the tour.

import { isOn } from "../core/features.js";
import { announce, h, isShown } from "../core/dom.js";
import { preference, remember } from "../core/preferences.js";

/**
 * @typedef {object} Stop
 * @property {string[]} places the first of these that is on the screen
 * @property {string} title
 * @property {string} text
 */

/**
 * @param {number} daily how many votes a voter has on a day
 * @returns {Stop[]}
 */
const stopsOf = (daily) => [
  { places: ["[data-vote]"], title: "Vote", text: `Press it to vote for the take that you see. Press again to undo. You have ${daily} votes a day.` },
  {
    places: ['.topnav a[href="/story"]', '.tabbar a[href="/story"]', '.tabbar a[href="/watch"]'], title: "The film",
    text: "The winner of each round is cut into the film. Watch how far it is.",
  },
  { places: ['.tabbar a[href="/upload"]', '.topnav a[href="/upload"]'], title: "Send in a take", text: "Up to eight seconds, upright, filmed or generated." },
  { places: [".tabbar", ".topnav"], title: "Find your way", text: "The ranks, the rest of the film and your profile are always here." },
];

/** How far the light reaches beyond its place, in pixels. */
const margin = 6;

/** @param {Stop} stop */
function placeOf(stop) {
  for (const place of stop.places) {
    const element = document.querySelector(place);
    if (element && isShown(element)) return element;
  }
  return null;
}

/**
 * Shows the tour, unless this device knows it or it is switched off.
 * @param {number} daily how many votes a voter has on a day
 */
export async function startTour(daily) {
  if (preference("tour") || !(await isOn("spotlight_tour", false))) return;
  const known = stopsOf(daily).filter(placeOf);
  if (known.length > 0) new Tour(known).show();
}

class Tour {
  #stops;
  #at = 0;
  #light = h("div", { class: "tour__light", "aria-hidden": "true" });
  #title = h("h2", { id: "tour-title" });
  #text = h("p", { id: "tour-text" });
  #count = h("p", { class: "quiet num" });
  #skip = h("button", { class: "btn btn--ghost", type: "button" }, "Skip");
  #next = h("button", { class: "btn btn--primary", type: "button" });
  #card = h("section", { class: "tour__card", role: "dialog", "aria-labelledby": "tour-title", "aria-describedby": "tour-text", "data-tour": true },
    this.#title, this.#text, h("div", { class: "row row--apart" }, this.#count, h("div", { class: "row row--tight" }, this.#skip, this.#next)));
  #end = new AbortController();
  /** What had the focus before. */
  #before = document.activeElement;

  /** @param {Stop[]} known */
  constructor(known) {
    this.#stops = known;
  }

  show() {
    const { signal } = this.#end;
    document.body.append(this.#light, this.#card);
    this.#skip.addEventListener("click", () => this.#close());
    this.#next.addEventListener("click", () => this.#go());
    this.#card.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    }, { signal });
    // Using what the light is on is the best answer to it.
    document.addEventListener("click", (event) => {
      const place = this.#place();
      if (!(event.target instanceof Node) || !place?.contains(event.target)) return;
      if (place instanceof HTMLAnchorElement || place.matches("nav")) remember("tour", "1");
      else this.#go();
    }, { signal, capture: true });
    for (const name of ["resize", "scroll"]) addEventListener(name, () => this.#lay(), { signal, passive: true });
    this.#showStop();
    this.#next.focus({ preventScroll: true });
  }

  #place() {
    const stop = this.#stops[this.#at];
    return stop ? placeOf(stop) : null;
  }

  #showStop() {
    const stop = this.#stops[this.#at];
    if (!stop) return;
    this.#title.textContent = stop.title;
    this.#text.textContent = stop.text;
    this.#count.textContent = `${this.#at + 1} of ${this.#stops.length}`;
    this.#next.textContent = this.#at === this.#stops.length - 1 ? "Done" : "Next";
    this.#lay();
  }

  /** Puts the light on its place and the card beside it, where there is more room. */
  #lay() {
    const place = this.#place();
    if (!place) return;
    const box = place.getBoundingClientRect();
    // At the edge of the screen it stays inside.
    const [left, top] = [Math.max(2, box.left - margin), Math.max(2, box.top - margin)];
    const [right, bottom] = [Math.min(innerWidth - 2, box.right + margin), Math.min(innerHeight - 2, box.bottom + margin)];
    Object.assign(this.#light.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    const card = this.#card.getBoundingClientRect();
    const gap = 16;
    const isBelow = box.top < innerHeight - box.bottom;
    const y = isBelow ? box.bottom + gap : box.top - gap - card.height;
    const x = box.left + box.width / 2 - card.width / 2;
    this.#card.style.top = `${Math.max(gap, Math.min(y, innerHeight - card.height - gap))}px`;
    this.#card.style.left = `${Math.max(gap, Math.min(x, innerWidth - card.width - gap))}px`;
  }

  #go() {
    remember("tour", "1");
    if (this.#at >= this.#stops.length - 1) {
      this.#close();
      return;
    }
    this.#at += 1;
    this.#showStop();
    announce(`${this.#title.textContent}. ${this.#text.textContent}`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // The keys of the arena stay, but for those that work the card.
    if (["Enter", " ", "Tab"].includes(event.key)) event.stopPropagation();
    if (event.key !== "Tab") return;
    // The focus stays in the card until it is done or skipped.
    event.preventDefault();
    (document.activeElement === this.#next ? this.#skip : this.#next).focus({ preventScroll: true });
  }

  #close() {
    remember("tour", "1");
    const hadFocus = this.#card.contains(document.activeElement);
    this.#end.abort();
    this.#light.remove();
    this.#card.remove();
    if (!hadFocus) return;
    const place = this.#before instanceof HTMLElement && this.#before.isConnected && this.#before !== document.body
      ? this.#before : document.querySelector("[data-vote]");
    if (place instanceof HTMLElement) place.focus({ preventScroll: true });
  }
}
