// The filters, tabs and orders of a list. They are in the address, so that reload, back and a link keep them.

import { all, h, icon, maybe, one } from "./dom.js";

/** How long typing must pause before it filters. */
const typingPause = 300;

/** @typedef {{text: string, names: string[]}} Chip a filter without a field: its words, and the names that it takes off */

/** What the address asks for. */
export function addressed() {
  return new URLSearchParams(location.search);
}

/**
 * @param {{panel: HTMLElement, changed: () => void}} on what the tabs show, and what is done when the address is another one
 */
export function listFilters(on) {
  const form = maybe("[data-filters]");
  const tabs = maybe("[data-tabs]");
  const chips = one("[data-chips]", HTMLElement);
  const fields = form ? /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ (all("[name]", form)) : [];

  /**
   * The timer of what has been entered and is not in the address yet.
   * @type {number | undefined}
   */
  let entry;

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  const plain = (field) => (field instanceof HTMLSelectElement ? (field.options[0]?.value ?? "") : "");

  /** The order of the rows; that of the first choice when the address names none. */
  const order = () => addressed().get("sort") ?? plain(/** @type {HTMLSelectElement} */ (fields.find((field) => field.name === "sort")));

  /**
   * Shows what the address says.
   * @param {Chip[]} extra
   */
  function show(extra) {
    const given = addressed();
    for (const field of fields) {
      const value = given.get(field.name) ?? "";
      // A choice that comes with the first answer must not be lost before.
      if (field instanceof HTMLSelectElement && value && ![...field.options].some((option) => option.value === value)) {
        field.append(h("option", { value }, value));
      }
      // What has been entered and is not in the address yet must not be lost to an answer that comes meanwhile.
      if (entry === undefined && field !== document.activeElement) field.value = value || plain(field);
    }
    const current = tab();
    for (const button of tabs ? all("[data-tab]", tabs) : []) {
      const isCurrent = button.dataset.tab === current;
      button.setAttribute("aria-selected", String(isCurrent));
      button.tabIndex = isCurrent ? 0 : -1;
      if (isCurrent) on.panel.setAttribute("aria-labelledby", button.id);
    }
    for (const button of all("[data-sort]")) {
      const orders = (button.dataset.sort ?? "").split(" ");
      const at = orders.indexOf(order());
      // The first order of numbers and times is the one with the greatest on top.
      const isDown = (at === 0) === (orders.length > 1);
      button.closest("th")?.setAttribute("aria-sort", at < 0 ? "none" : isDown ? "descending" : "ascending");
    }
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
    on.changed();
  }

  const entered = () => {
    clearTimeout(entry);
    entry = undefined;
    narrow(Object.fromEntries(fields.map((field) => [field.name, field.value === plain(field) ? "" : field.value.trim()])), false);
  };
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    entered();
  });
  form?.addEventListener("input", (event) => {
    clearTimeout(entry);
    const isTyped = event.target instanceof HTMLInputElement && ["search", "number"].includes(event.target.type);
    // A choice counts at once: an answer that arrives between the choice and a timer would put the old one back.
    if (isTyped) entry = setTimeout(entered, typingPause);
    else entered();
  });
  for (const button of all("[data-sort]")) {
    button.addEventListener("click", () => {
      const orders = (button.dataset.sort ?? "").split(" ");
      narrow({ sort: orders[(orders.indexOf(order()) + 1) % orders.length] ?? "" });
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

  /** The name of the tab that is shown; empty without tabs. */
  function tab() {
    const first = maybe("[data-tab]", tabs ?? document)?.dataset.tab ?? "";
    return tabs ? (addressed().get(tabs.dataset.tabs ?? "") ?? first) : "";
  }

  return { tab, show, narrow };
}

/**
 * Gives a filter the choices that an answer names. The filter keeps its value, and is left alone while it is used.
 * @param {HTMLSelectElement} select
 * @param {string} any the words of the choice that filters nothing
 * @param {string[][]} choices value and words of each
 */
export function fillChoices(select, any, choices) {
  const wanted = JSON.stringify(choices);
  const isUsed = document.activeElement === select && select.dataset.shown !== undefined;
  if (isUsed || select.dataset.shown === wanted) return;
  select.dataset.shown = wanted;
  const { value } = select;
  select.replaceChildren(h("option", { value: "" }, any), ...choices.map(([name, text]) => h("option", { value: name }, text ?? "")));
  if (value && !choices.some(([name]) => name === value)) select.append(h("option", { value }, value));
  select.value = value;
}

/**
 * Changes the address.
 * @param {Record<string, string>} values those that are empty leave the address
 * @param {boolean} isStep
 */
export function setAddress(values, isStep) {
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
