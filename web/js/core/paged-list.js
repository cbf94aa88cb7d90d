// A list of the administration: its filters and tabs are in the address, so that reload, back and a link keep them; it
// says that it loads, that there is nothing and that it failed; it pages by cursor, selects rows with ranges, marks the
// chosen one and renews itself while it is idle. The markup is AdminList's.

import { read } from "./api.js";
import { all, h, icon, maybe, one, setText } from "./dom.js";
import { faultText } from "./form.js";
import { toast } from "./toast.js";

/** How long typing must pause before it filters, and how often an idle list is renewed. */
const typingPause = 300;
const renewal = 5000;

/** @typedef {{icon: string, title: string, text: string}} Notice */
/** @typedef {{text: string, names: string[]}} Chip a filter without a field: its words, and the names that it takes off */

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
 * @property {(filters: URLSearchParams, items: Item[]) => Chip[]} [chips]
 * @property {(item: Item) => boolean} [isSelectable]
 * @property {(selected: Item[], tab: string) => void} [selected] after every change of the selection
 * @property {string} [chosenName] the name under which the address holds the chosen item
 * @property {(key: string | null, isPressed: boolean) => void} [choose] the chosen item is another one; by a press or by what the list holds
 * @property {boolean} [choosesFirst] whether the first item is chosen when none is
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
  const chips = one("[data-chips]", HTMLElement);
  const side = maybe("[data-detail]");
  const form = maybe("[data-filters]");
  const tabs = maybe("[data-tabs]");
  const everything = maybe("[data-all]");

  /** @type {Item[]} */
  let items = [];
  /** @type {Page | null} */
  let page = null;
  /** @type {string | null} */
  let cursor = null;
  let isExtended = false;
  /** @type {Set<string>} */
  const ticked = new Set();
  /** Where the last tick was set, from which Shift draws a range. */
  let anchor = -1;
  /** @type {string | null} */
  let chosen = options.chosenName ? filters().get(options.chosenName) : null;
  /** Answers that come late belong to other filters. */
  let generation = 0;

  function filters() {
    return new URLSearchParams(location.search);
  }

  function tab() {
    const first = maybe("[data-tab]", tabs ?? document)?.dataset.tab ?? "";
    return tabs ? (filters().get(tabs.dataset.tabs ?? "") ?? first) : "";
  }

  /**
   * @param {string | null} after
   * @returns {Promise<any>}
   */
  function fetchPage(after) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...options.query(filters(), tab()), cursor: after })) if (value) query.set(name, value);
    return read(`${options.path}?${query}`);
  }

  async function load() {
    const mine = (generation += 1);
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await fetchPage(null);
      if (mine !== generation) return;
      ticked.clear();
      anchor = -1;
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
    items = options.items(answer);
    cursor = answer.nextCursor;
    isExtended = false;
    for (const key of ticked) if (!items.some((item) => options.key(item) === key)) ticked.delete(key);
    if (options.choosesFirst && !items.some((item) => options.key(item) === chosen)) chosen = items[0] ? options.key(items[0]) : null;
    show();
    options.choose?.(chosen, false);
  }

  function show() {
    table.hidden = items.length === 0;
    none.hidden = items.length > 0;
    body.replaceChildren(...items.map(options.row));
    more.hidden = !cursor;
    if (page && items.length === 0) showNotice(options.empty(filters(), tab()));
    showControls();
    showSelection();
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
    none.replaceChildren(h("div", { class: "empty" }, icon(notice.icon, "lg"), h("h2", {}, notice.title), h("p", {}, notice.text), button));
  }

  more.addEventListener("click", async () => {
    if (more.getAttribute("aria-busy")) return;
    const mine = generation;
    more.setAttribute("aria-busy", "true");
    const next = await fetchPage(cursor).catch(() => null);
    more.removeAttribute("aria-busy");
    if (mine !== generation) return;
    if (!next) {
      toast(`The next ${options.noun} did not load.`, { tone: "bad" });
      return;
    }
    const last = body.lastElementChild;
    items.push(...options.items(next));
    cursor = next.nextCursor;
    isExtended = true;
    show();
    // Reading goes on where the new rows begin, also when the button is gone.
    const start = last ? body.children[items.length - options.items(next).length] : null;
    if (more.hidden) maybe("button, input", /** @type {HTMLElement | null} */ (start) ?? body)?.focus();
  });

  // -- Filters and tabs

  const fields = form ? /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ (all("[name]", form)) : [];

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  const plain = (field) => (field instanceof HTMLSelectElement ? (field.options[0]?.value ?? "") : "");

  function showControls() {
    const given = filters();
    for (const field of fields) {
      const value = given.get(field.name) ?? "";
      // A choice that comes with the first answer must not be lost before.
      if (field instanceof HTMLSelectElement && value && ![...field.options].some((option) => option.value === value)) {
        field.append(h("option", { value }, value));
      }
      if (field !== document.activeElement) field.value = value || plain(field);
    }
    const current = tab();
    for (const button of tabs ? all("[data-tab]", tabs) : []) {
      const isCurrent = button.dataset.tab === current;
      button.setAttribute("aria-selected", String(isCurrent));
      button.tabIndex = isCurrent ? 0 : -1;
      if (isCurrent) panel.setAttribute("aria-labelledby", button.id);
    }
    const order = given.get("sort");
    for (const button of all("[data-sort]")) {
      const orders = (button.dataset.sort ?? "").split(" ");
      const at = orders.indexOf(order ?? plain(/** @type {HTMLSelectElement} */ (fields.find((field) => field.name === "sort"))));
      // The first order of numbers and times is the one with the greatest on top.
      const isDown = (at === 0) === (orders.length > 1);
      button.closest("th")?.setAttribute("aria-sort", at < 0 ? "none" : isDown ? "descending" : "ascending");
    }
    const extra = options.chips?.(given, items) ?? [];
    chips.hidden = extra.length === 0;
    chips.replaceChildren(...extra.map(({ text, names }) => {
      const button = h("button", { class: "chip", type: "button", "aria-label": `${text}: remove this filter` }, text, icon("close", "sm"));
      button.addEventListener("click", () => narrow(Object.fromEntries(names.map((name) => [name, ""]))));
      return button;
    }));
  }

  /**
   * Changes filters in the address and loads.
   * @param {Record<string, string>} values
   * @param {boolean} [isStep] whether the back button leads to what was before
   */
  function narrow(values, isStep = true) {
    setAddress(values, isStep);
    void load();
  }

  /** @type {number | undefined} */
  let typing;
  const changed = () => {
    clearTimeout(typing);
    narrow(Object.fromEntries(fields.map((field) => [field.name, field.value === plain(field) ? "" : field.value.trim()])), false);
  };
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    changed();
  });
  form?.addEventListener("input", (event) => {
    clearTimeout(typing);
    const isTyped = event.target instanceof HTMLInputElement && ["search", "number"].includes(event.target.type);
    typing = setTimeout(changed, isTyped ? typingPause : 0);
  });
  for (const button of all("[data-sort]")) {
    button.addEventListener("click", () => {
      const orders = (button.dataset.sort ?? "").split(" ");
      const at = orders.indexOf(filters().get("sort") ?? plain(/** @type {HTMLSelectElement} */ (fields.find((field) => field.name === "sort"))));
      narrow({ sort: orders[(at + 1) % orders.length] ?? "" });
    });
  }
  for (const button of tabs ? all("[data-tab]", tabs) : []) {
    button.addEventListener("click", () => {
      const first = maybe("[data-tab]", tabs ?? document)?.dataset.tab;
      narrow({ [tabs?.dataset.tabs ?? ""]: button.dataset.tab === first ? "" : (button.dataset.tab ?? "") });
    });
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const list = tabs ? all("[data-tab]", tabs) : [];
      const next = list.at((list.indexOf(button) + step) % list.length);
      next?.focus();
      next?.click();
    });
  }
  addEventListener("popstate", () => {
    if (options.chosenName) chosen = filters().get(options.chosenName);
    void load();
  });

  // -- Selection and choice

  const selectable = () => items.filter((item) => options.isSelectable?.(item) ?? true);
  const selectedItems = () => items.filter((item) => ticked.has(options.key(item)));

  function showSelection() {
    if (!everything) return;
    for (const tick of all("[data-tick]", body)) if (tick instanceof HTMLInputElement) tick.checked = ticked.has(tick.dataset.tick ?? "");
    const known = selectable().length;
    const box = /** @type {HTMLInputElement} */ (everything);
    box.disabled = known === 0;
    box.checked = known > 0 && ticked.size === known;
    box.indeterminate = ticked.size > 0 && ticked.size < known;
    box.setAttribute("aria-label", `Select all ${known}`);
    one("[data-bulk]", HTMLElement).hidden = ticked.size === 0;
    setText(maybe("[data-selected]"), `${ticked.size} selected`);
    options.selected?.(selectedItems(), tab());
  }

  function showChosen() {
    for (const button of all("[data-choose]", body)) button.setAttribute("aria-pressed", String(button.dataset.choose === chosen));
  }

  function clearSelection() {
    ticked.clear();
    showSelection();
  }

  body.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const tick = event.target.closest("[data-tick]");
    if (tick instanceof HTMLInputElement) {
      const at = items.findIndex((item) => options.key(item) === tick.dataset.tick);
      const [from, to] = event.shiftKey && anchor >= 0 ? [Math.min(anchor, at), Math.max(anchor, at)] : [at, at];
      for (const item of items.slice(from, to + 1)) {
        if (!(options.isSelectable?.(item) ?? true)) continue;
        if (tick.checked) ticked.add(options.key(item));
        else ticked.delete(options.key(item));
      }
      anchor = at;
      showSelection();
      return;
    }
    const name = event.target.closest("[data-choose]");
    if (!(name instanceof HTMLElement)) return;
    chosen = name.dataset.choose ?? null;
    if (options.chosenName) setAddress({ [options.chosenName]: chosen ?? "" }, false);
    showChosen();
    options.choose?.(chosen, true);
    // Where the column is not beside the list.
    if (side && matchMedia("(width < 75rem)").matches) side.scrollIntoView({ block: "start" });
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
  everything?.addEventListener("change", () => {
    ticked.clear();
    if (/** @type {HTMLInputElement} */ (everything).checked) for (const item of selectable()) ticked.add(options.key(item));
    showSelection();
  });
  maybe("[data-clear]")?.addEventListener("click", clearSelection);

  // -- Renewal

  const { isIdle } = options;
  if (isIdle) {
    setInterval(async () => {
      const isFree = () => document.visibilityState === "visible" && !document.querySelector("dialog[open]") && isIdle()
        && !isExtended && ticked.size === 0 && !panel.contains(document.activeElement) && !side?.contains(document.activeElement);
      if (!isFree()) return;
      const mine = generation;
      const answer = await fetchPage(null).catch(() => null);
      if (answer && mine === generation && isFree() && JSON.stringify(answer) !== JSON.stringify(page)) take(answer);
    }, renewal);
  }

  void load();

  return {
    load,
    narrow,
    selectedItems,
    clearSelection,
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

/**
 * @param {Record<string, string>} values those that are empty leave the address
 * @param {boolean} isStep
 */
function setAddress(values, isStep) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  const path = text ? `${location.pathname}?${text}` : location.pathname;
  if (isStep) history.pushState(null, "", path);
  else history.replaceState(null, "", path);
}
