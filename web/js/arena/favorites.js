// The buttons by which members save comparisons and models. Pages are the same for everyone, so what is saved is filled in.

import { read, Refusal, send } from "../core/api.js";
import { all, announce } from "../core/dom.js";
import { faultText } from "../core/form.js";
import { session } from "../core/session.js";
import { toast } from "../core/toast.js";

/** @typedef {import("../api.js").FavoriteIds} FavoriteIds */

/** What is saved, by `comparison ID` and `model SLUG`. */
const saved = /** @type {Set<string>} */ (new Set());

/** @param {HTMLElement} button */
function nameOf(button) {
  const { keepComparison, keepModel } = button.dataset;
  return keepComparison ? `comparison ${keepComparison}` : `model ${keepModel}`;
}

/** @param {HTMLElement} button */
function show(button) {
  const isSaved = saved.has(nameOf(button));
  button.setAttribute("aria-pressed", String(isSaved));
  button.title = isSaved ? "Saved" : "Save";
}

/** Marks the buttons of what is saved; again after more of them have come. */
export function markFavorites() {
  for (const button of all("[data-keep-comparison], [data-keep-model]")) show(button);
}

async function load() {
  if (!(await session())) return;
  try {
    /** @type {FavoriteIds} */
    const { comparisons, models } = await read("/api/favorites/ids");
    for (const id of comparisons) saved.add(`comparison ${id}`);
    for (const slug of models) saved.add(`model ${slug}`);
    markFavorites();
  } catch {
    // The buttons still save: saving twice changes nothing.
  }
}

/** @param {HTMLElement} button */
async function change(button) {
  if (!(await session())) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  const name = nameOf(button);
  const isSaved = saved.has(name);
  const { keepComparison, keepModel } = button.dataset;
  const thing = keepComparison ? { comparisonId: keepComparison } : { model: keepModel ?? "" };
  /** @param {boolean} wish */
  const set = (wish) => {
    if (wish) saved.add(name);
    else saved.delete(name);
    markFavorites();
  };
  set(!isSaved);
  try {
    await send(isSaved ? "DELETE" : "POST", "/api/favorites", thing);
    announce(isSaved ? "Removed from your favourites" : "Saved to your favourites");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    set(isSaved);
    if (!error.isSignInTooOld) toast(faultText(error, isSaved ? "It is still saved." : "It was not saved."), { tone: "bad" });
  }
}

/** Lets the buttons of the page work, those that come later too. */
export function startFavorites() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-keep-comparison], [data-keep-model]") : null;
    if (!(button instanceof HTMLElement) || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    void change(button).finally(() => button.removeAttribute("aria-busy"));
  });
  void load();
}
