// Suggests the cheapest, the fastest and the best-rated model for what the form asks for, and says why.

import { read } from "../core/api.js";
import { h, refill } from "../core/dom.js";

/** @typedef {import("../api.js").ModelSuggestions} Suggestions */
/** @typedef {{duration: string, quality: string, capability: string, budget: number}} Wish */

const names = { cheapest: "Cheapest", fastest: "Fastest", bestRated: "Best rated" };

/**
 * @param {HTMLElement} place
 * @param {(slug: string) => void} choose
 * @returns {(wish: Wish | null) => void} what to call when the wish may be another one; without one there are none
 */
export function suggestionsIn(place, choose) {
  let shown = "";
  /** @type {number | undefined} */
  let timer;

  /** @param {Wish} wish */
  async function show(wish) {
    const query = new URLSearchParams({ ...wish, budget: String(Math.max(0, wish.budget)) });
    const found = /** @type {Suggestions | null} */ (await read(`/api/pricing/suggestions?${query}`).catch(() => null));
    if (!found || shown !== JSON.stringify(wish)) return;
    place.hidden = found.suggestions.length === 0;
    refill(place, ...found.suggestions.map(({ kind, name, model, reason }) => {
      const button = h("button", { class: "btn", type: "button", "data-suggested": model }, name);
      button.addEventListener("click", () => choose(model));
      return h("p", { class: "hint" }, `${names[kind]}: `, button, `. ${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
    }));
  }

  return (wish) => {
    const next = JSON.stringify(wish);
    if (next === shown) return;
    shown = next;
    clearTimeout(timer);
    if (!wish) {
      place.hidden = true;
      return;
    }
    timer = setTimeout(() => void show(wish), 200);
  };
}
