// The comparisons: a search runs a moment after the last key, the address follows it, and further pages join the list.

import "./site.js";
import { markFavorites, startFavorites } from "./arena/favorites.js";
import { all, announce, maybe, setText } from "./core/dom.js";
import { startPreviews } from "./core/hover-preview.js";
import { toast } from "./core/toast.js";

/** How long after the last key a search runs, in milliseconds. */
const pause = 300;

const form = maybe("[data-search]");
/** @type {number | undefined} */
let planned;
let turn = 0;

if (form instanceof HTMLFormElement) {
  form.addEventListener("input", (event) => {
    clearTimeout(planned);
    planned = setTimeout(() => void search(form), event.target instanceof HTMLSelectElement ? 0 : pause);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(planned);
    void search(form);
  });
}

/**
 * The address of what the form says. Fields that say nothing are left out, so that it stays the one that caches know.
 * @param {HTMLFormElement} given
 */
function addressOf(given) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(given)) {
    const text = String(value).trim();
    if (text && !(name === "sort" && text === "newest")) query.set(name, text);
  }
  const text = String(query);
  return `${given.action.split("?")[0]}${text ? `?${text}` : ""}`;
}

/** @param {string} address */
async function pageOf(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** @param {HTMLFormElement} given */
async function search(given) {
  const mine = (turn += 1);
  const results = maybe("[data-results]");
  const address = addressOf(given);
  results?.setAttribute("aria-busy", "true");
  try {
    const page = await pageOf(address);
    if (mine !== turn || !results) return;
    history.replaceState(null, "", address);
    results.replaceChildren(...(page.querySelector("[data-results]")?.childNodes ?? []));
    setText(maybe("[data-found]"), page.querySelector("[data-found]")?.textContent ?? "");
    document.title = page.title;
    markFavorites();
  } catch {
    if (mine === turn) {
      toast("The comparisons did not load.", { tone: "bad", action: { label: "Try again", run: () => void search(given) } });
    }
  } finally {
    if (mine === turn) results?.removeAttribute("aria-busy");
  }
}

/**
 * What an entry of the list is about.
 * @param {HTMLElement} entry
 */
function keyOf(entry) {
  return entry.dataset.key ?? entry.querySelector("a")?.getAttribute("href") ?? "";
}

/** @param {HTMLAnchorElement} link */
async function loadMore(link) {
  if (link.hasAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  const mine = turn;
  try {
    const page = await pageOf(link.href);
    if (mine !== turn) return;
    const known = new Set(all("[data-entries] > li").map(keyOf));
    const entries = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-entries] > li")].map((entry) => document.adoptNode(entry)));
    const added = entries.filter((entry) => !known.has(keyOf(entry)));
    maybe("[data-entries]")?.append(...added);
    markFavorites();
    const next = page.querySelector("[data-more]");
    if (next) link.href = next.getAttribute("href") ?? link.href;
    else maybe("[data-more-row]")?.remove();
    if (link.matches(":focus-visible") || !next) added[0]?.querySelector("a")?.focus({ preventScroll: Boolean(next) });
    announce(`${added.length} more${next ? "" : ". That is all"}`);
  } catch {
    toast("More comparisons did not load. Check your connection and try again.", { tone: "bad" });
  } finally {
    link.removeAttribute("aria-busy");
  }
}

maybe("[data-results]")?.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-more]") : null;
  if (!(link instanceof HTMLAnchorElement) || !(event instanceof MouseEvent) || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  void loadMore(link);
});

startFavorites();
startPreviews();
