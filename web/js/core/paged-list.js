// A list of the administration: it says that it loads, that there is nothing and that it failed; it pages by cursor, shows
// the chosen item beside the list or in a sheet over it, and renews itself while it is idle. Filters and selection are in
// modules of their own. The markup is AdminList's.

import { read } from "./api.js";
import { all, announce, focusHeading, h, icon, maybe, one, refill, setText } from "./dom.js";
import { faultText } from "./form.js";
import { addressed, listFilters, setAddress } from "./list-filters.js";
import { listSelection } from "./list-selection.js";
import { sheetOf } from "./sheet.js";
import { installShortcuts } from "./shortcuts.js";
import { toast } from "./toast.js";

/** How often an idle list is renewed. */
const renewal = 5000;

/** How many items are left when more are loaded, so that none has to be waited for. */
const few = 10;

/** @typedef {{icon: string, title: string, text: string}} Notice */

/**
 * @template Item, Page
 * @typedef {object} Options
 * @property {string} path where the API lists the items
 * @property {string} noun what they are, in the plural
 * @property {(filters: URLSearchParams, tab: string) => Record<string, string | null | undefined>} query
 * @property {(page: Page) => Item[]} items
 * @property {(item: Item) => string} key
 * @property {(item: Item) => HTMLTableRowElement} row
 * @property {(filters: URLSearchParams, tab: string) => Notice} empty
 * @property {(error: unknown) => Notice | null} [failed] a refusal that is no failure
 * @property {(page: Page | null, items: Item[], hasMore: boolean) => void} [shown] after every change; no page after a failure
 * @property {(filters: URLSearchParams, items: Item[]) => import("./list-filters.js").Chip[]} [chips]
 * @property {(item: Item) => boolean} [isSelectable]
 * @property {(selected: Item[], tab: string) => void} [selected] after every change of the selection
 * @property {string} [chosenName] the name under which the address holds the chosen item
 * @property {(key: string | null, isPressed: boolean) => void} [choose] the chosen item is another one; by a press or by what the list holds
 * @property {boolean} [choosesFirst] whether the first item is chosen when none is
 * @property {() => void} [moved] the column beside the list is shown in another place, or hidden
 * @property {import("./shortcuts.js").Shortcut[]} [shortcuts] further keys, where there is a chosen item
 * @property {() => boolean} [isIdle] whether the list may renew itself; without it, it does not
 */

/**
 * @template Item, Page
 * @param {Options<Item, Page>} options
 */
export function pagedList(options) {
  const panel = one("[data-panel]", HTMLElement);
  const table = one("[data-table]", HTMLElement);
  const body = one("[data-rows]", HTMLElement);
  const none = one("[data-none]", HTMLElement);
  const more = one("[data-more]", HTMLButtonElement);
  const side = maybe("[data-detail]");

  /** @type {Item[]} */
  let items = [];
  /** @type {Page | null} */
  let page = null;
  /** @type {string | null} */
  let cursor = null;
  let isExtended = false;
  /** @type {string | null} */
  let chosen = options.chosenName ? addressed().get(options.chosenName) : null;
  /** Whether the address names an item, which is then shown once it is known. */
  let isNamed = Boolean(chosen);
  /** Answers that come late belong to other filters. */
  let generation = 0;
  /** Items that have left while the server does not know it yet, and how often some have. */
  const gone = new Set();
  let departures = 0;

  const sheet = side && sheetOf(side, {
    moved: () => options.moved?.(),
    closed: () => {
      const row = maybe(`[data-choose="${CSS.escape(chosen ?? "")}"]`, body);
      if (row) row.focus({ preventScroll: true });
      else if (document.activeElement === document.body) focusHeading(none) || focusHeading(maybe("main"));
    },
  });

  const filters = listFilters({ panel, changed: () => void load() });
  const selection = listSelection({
    body,
    items: () => items,
    key: options.key,
    isSelectable: options.isSelectable,
    changed: (selected) => options.selected?.(selected, filters.tab()),
  });

  /**
   * @param {string | null} after
   * @returns {Promise<any>}
   */
  function fetchPage(after) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...options.query(addressed(), filters.tab()), cursor: after })) if (value) query.set(name, value);
    return read(`${options.path}?${query}`);
  }

  async function load() {
    const mine = (generation += 1);
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await fetchPage(null);
      if (mine !== generation) return;
      selection.forget();
      take(answer);
    } catch (error) {
      if (mine !== generation) return;
      items = [];
      page = null;
      cursor = null;
      show();
      const notice = options.failed?.(error);
      if (notice) showNotice(notice);
      else showNotice({ icon: "warn", title: `The ${options.noun} did not load`, text: faultText(error) }, () => void load());
    } finally {
      if (mine === generation) panel.removeAttribute("aria-busy");
    }
  }

  /** @param {any} answer */
  function take(answer) {
    page = answer;
    cursor = answer.nextCursor;
    isExtended = false;
    replaceItems(options.items(answer).filter((item) => !gone.has(options.key(item))));
    if (isNamed && chosen) sheet?.open();
    isNamed = false;
  }

  /** @param {Item[]} next */
  function replaceItems(next) {
    const before = items;
    items = next;
    if (options.choosesFirst && placeOf(chosen) < 0) chosen = successor(before);
    show();
    options.choose?.(chosen, false);
    if (!chosen && options.choose && !cursor) sheet?.close();
  }

  /** @param {string | null} key */
  const placeOf = (key) => items.findIndex((item) => options.key(item) === key);

  /**
   * The item that takes the place of the chosen one, which has left: the next one, at the end the one before.
   * @param {Item[]} before
   */
  function successor(before) {
    const at = before.findIndex((item) => options.key(item) === chosen);
    const order = [...before.slice(at + 1), ...before.slice(0, Math.max(at, 0)).reverse(), ...items].map(options.key);
    return order.find((key) => placeOf(key) >= 0) ?? null;
  }

  function show() {
    table.hidden = items.length === 0;
    none.hidden = items.length > 0;
    const active = document.activeElement instanceof HTMLElement && body.contains(document.activeElement) ? document.activeElement.dataset : {};
    body.replaceChildren(...items.map(options.row));
    if (active.choose) maybe(`[data-choose="${CSS.escape(active.choose)}"]`, body)?.focus({ preventScroll: true });
    if (active.tick) maybe(`[data-tick="${CSS.escape(active.tick)}"]`, body)?.focus({ preventScroll: true });
    if (active.act) maybe(`[data-act="${CSS.escape(active.act)}"]`, body)?.focus({ preventScroll: true });
    more.hidden = !cursor;
    if (page && items.length === 0 && !cursor) showNotice(options.empty(addressed(), filters.tab()));
    filters.show(options.chips?.(addressed(), items) ?? []);
    selection.show();
    showChosen();
    options.shown?.(page, items, Boolean(cursor));
  }

  /**
   * @param {Notice} notice
   * @param {() => void} [again]
   */
  function showNotice(notice, again) {
    const button = again && h("button", { class: "btn", type: "button" }, "Try again");
    if (button && again) button.addEventListener("click", again);
    table.hidden = true;
    none.hidden = false;
    refill(none, h("div", { class: "empty" }, icon(notice.icon, "lg"), h("h2", {}, notice.title), h("p", {}, notice.text), button));
  }

  /** @returns {Promise<number | null>} how many items came; null when none could be loaded */
  async function loadMore() {
    if (more.getAttribute("aria-busy")) return null;
    const mine = generation;
    more.setAttribute("aria-busy", "true");
    const next = await fetchPage(cursor).catch(() => null);
    more.removeAttribute("aria-busy");
    if (mine !== generation) return null;
    if (!next) {
      toast(`The next ${options.noun} did not load.`, { tone: "bad" });
      return null;
    }
    const fresh = options.items(next).filter((item) => placeOf(options.key(item)) < 0 && !gone.has(options.key(item)));
    cursor = next.nextCursor;
    isExtended = true;
    replaceItems([...items, ...fresh]);
    return fresh.length;
  }

  more.addEventListener("click", async () => {
    const count = await loadMore();
    // Reading goes on where the new rows begin, also when the button is gone.
    const start = count === null ? null : body.children[items.length - count];
    if (start instanceof HTMLElement && more.hidden) maybe("button, input", start)?.focus();
  });

  // -- Choice

  addEventListener("popstate", () => {
    if (options.chosenName) chosen = addressed().get(options.chosenName);
    void load();
  });

  function showChosen() {
    for (const button of all("[data-choose]", body)) button.setAttribute("aria-pressed", String(button.dataset.choose === chosen));
    const at = placeOf(chosen);
    setText(maybe("[data-sheet-place]"), at < 0 ? "" : `${at + 1} of ${items.length}${cursor ? "+" : ""}`);
    for (const button of all("[data-step]")) {
      const isEnd = button.dataset.step === "-1" ? at <= 0 : at === items.length - 1 && !cursor;
      button.setAttribute("aria-disabled", String(isEnd));
    }
  }

  /**
   * Chooses an item, as by a press on its row.
   * @param {string | null} key
   */
  function choose(key) {
    chosen = key;
    if (options.chosenName) setAddress({ [options.chosenName]: chosen ?? "" }, false);
    showChosen();
    options.choose?.(chosen, true);
  }

  /**
   * Chooses the next or the previous item; at the end of what is loaded, more is loaded.
   * @param {1 | -1} by
   * @returns {Promise<boolean>} whether there is one
   */
  async function step(by) {
    const isLast = () => placeOf(chosen) === items.length - 1;
    if (by > 0 && isLast() && cursor) await loadMore();
    const item = placeOf(chosen) < 0 ? items[0] : items[placeOf(chosen) + by];
    if (!item) {
      announce(by > 0 ? "This is the last one." : "This is the first one.");
      return false;
    }
    choose(options.key(item));
    if (!sheet?.isOpen()) maybe(`[data-choose="${CSS.escape(chosen ?? "")}"]`, body)?.closest("tr")?.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** @param {1 | -1} by */
  const stepByKey = async (by) => {
    if (!(await step(by))) return;
    sheet?.open();
    focusHeading(side);
  };

  for (const button of all("[data-step]")) {
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") void step(button.dataset.step === "-1" ? -1 : 1);
    });
  }
  maybe("[data-open-side]")?.addEventListener("click", () => sheet?.open());

  body.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const name = event.target.closest("[data-choose]");
    if (!(name instanceof HTMLElement)) return;
    choose(name.dataset.choose ?? null);
    sheet?.open();
    if (sheet?.isOpen()) focusHeading(side);
  });
  // The arrows lead to the same control of the next row.
  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const control = event.target instanceof Element ? event.target.closest("[data-choose], [data-tick]") : null;
    if (!step || !control) return;
    const kind = control.matches("[data-tick]") ? "[data-tick]:enabled" : "[data-choose]";
    const list = all(kind, body);
    const next = list[list.indexOf(/** @type {HTMLElement} */ (control)) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  // -- Renewal

  const { isIdle } = options;
  if (isIdle) {
    setInterval(async () => {
      const isFree = () => document.visibilityState === "visible" && !document.querySelector("dialog[open]") && isIdle()
        && !isExtended && selection.isEmpty() && !panel.contains(document.activeElement) && !side?.contains(document.activeElement);
      if (!isFree()) return;
      const [mine, left] = [generation, departures];
      const answer = await fetchPage(null).catch(() => null);
      if (answer && mine === generation && left === departures && isFree() && JSON.stringify(answer) !== JSON.stringify(page)) take(answer);
    }, renewal);
  }

  if (options.choose) {
    installShortcuts([
      ...(options.shortcuts ?? []),
      { keys: ["j", "J"], shown: ["J"], label: "Next", run: () => void stepByKey(1) },
      { keys: ["k", "K"], shown: ["K"], label: "Previous", run: () => void stepByKey(-1) },
    ]);
  }

  void load();

  return {
    load: () => {
      gone.clear();
      return load();
    },
    /**
     * Loads again what is listed, without a sign of it. Of a list that was extended only the figures are new.
     */
    renew: async () => {
      gone.clear();
      const [mine, left] = [generation, departures];
      const answer = await fetchPage(null).catch(() => null);
      if (!answer || mine !== generation || left !== departures) return;
      if (isExtended && items.length > 0) options.shown?.(answer, items, Boolean(cursor));
      else take(answer);
    },
    /**
     * Takes items out before the server knows of it; the next `renew` or `load` brings back those that it still lists. The
     * item after the chosen one is chosen.
     * @param {string[]} keys
     */
    remove: (keys) => {
      departures += 1;
      for (const key of keys) gone.add(key);
      replaceItems(items.filter((item) => !gone.has(options.key(item))));
      if (cursor && items.length < few) void loadMore();
    },
    choose,
    /** Puts the focus on the chosen item, where it is shown; without one on what the page says then. */
    focus: () => void (focusHeading(side) || focusHeading(none) || focusHeading(maybe("main"))),
    narrow: filters.narrow,
    selectedItems: selection.items,
    clearSelection: selection.clear,
    /** @param {string} key */
    find: (key) => items.find((item) => options.key(item) === key) ?? null,
    chosen: () => chosen,
    /**
     * Puts an item in the place of the one with its key.
     * @param {Item} item
     */
    replace: (item) => {
      items = items.map((known) => (options.key(known) === options.key(item) ? item : known));
      show();
    },
  };
}
