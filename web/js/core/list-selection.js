// Which rows of a list are ticked: one by one, ranges with Shift, or all.

import { all, maybe, one, setText } from "./dom.js";

/**
 * @template Item
 * @param {object} list
 * @param {HTMLElement} list.body where the rows are
 * @param {() => Item[]} list.items what is listed now
 * @param {(item: Item) => string} list.key
 * @param {(item: Item) => boolean} [list.isSelectable]
 * @param {(selected: Item[]) => void} list.changed after every change of the selection
 */
export function listSelection({ body, items, key, isSelectable = () => true, changed }) {
  const everything = maybe("[data-all]");
  /** @type {Set<string>} */
  const ticked = new Set();
  /** Where the last tick was set, from which Shift draws a range. */
  let anchor = -1;

  const selected = () => items().filter((item) => ticked.has(key(item)));

  /** Those that the list has lost are no longer selected. */
  function show() {
    const listed = new Set(items().map(key));
    for (const each of ticked) if (!listed.has(each)) ticked.delete(each);
    if (!(everything instanceof HTMLInputElement)) return;
    for (const tick of all("[data-tick]", body)) if (tick instanceof HTMLInputElement) tick.checked = ticked.has(tick.dataset.tick ?? "");
    const known = items().filter(isSelectable).length;
    everything.disabled = known === 0;
    everything.checked = known > 0 && ticked.size === known;
    everything.indeterminate = ticked.size > 0 && ticked.size < known;
    everything.setAttribute("aria-label", `Select all ${known}`);
    one("[data-bulk]", HTMLElement).hidden = ticked.size === 0;
    setText(maybe("[data-selected]"), `${ticked.size} selected`);
    changed(selected());
  }

  function clear() {
    ticked.clear();
    show();
  }

  body.addEventListener("click", (event) => {
    const tick = event.target instanceof Element ? event.target.closest("[data-tick]") : null;
    if (!(tick instanceof HTMLInputElement)) return;
    const at = items().findIndex((item) => key(item) === tick.dataset.tick);
    const [from, to] = event.shiftKey && anchor >= 0 ? [Math.min(anchor, at), Math.max(anchor, at)] : [at, at];
    for (const item of items().slice(from, to + 1).filter(isSelectable)) {
      if (tick.checked) ticked.add(key(item));
      else ticked.delete(key(item));
    }
    anchor = at;
    show();
  });
  everything?.addEventListener("change", () => {
    ticked.clear();
    if (/** @type {HTMLInputElement} */ (everything).checked) for (const item of items().filter(isSelectable)) ticked.add(key(item));
    show();
  });
  maybe("[data-clear]")?.addEventListener("click", clear);

  return {
    show,
    clear,
    items: selected,
    isEmpty: () => ticked.size === 0,
    /** Selects nothing before another list is shown. */
    forget: () => {
      ticked.clear();
      anchor = -1;
    },
  };
}
