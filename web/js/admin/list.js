// What the lists of the administration share: their states, their filters in the address, paging.

import { Refusal } from "../core/api.js";
import { all, h, icon, one } from "../core/dom.js";

/**
 * A table, and what stands in its place while it has no rows.
 * @param {() => void} onAgain
 */
export function listStates(onAgain) {
  const panel = one("[data-panel]", HTMLElement);
  const table = one("[data-table]", HTMLElement);
  const none = one("[data-none]", HTMLElement);
  /**
   * @param {string} symbol
   * @param {string} title
   * @param {string} text
   * @param {HTMLElement | null} [button]
   */
  const empty = (symbol, title, text, button = null) => {
    table.hidden = true;
    none.hidden = false;
    none.replaceChildren(h("div", { class: "empty" }, icon(symbol, "lg"), h("h2", {}, title), h("p", {}, text), button));
  };
  return {
    busy: () => panel.setAttribute("aria-busy", "true"),
    done: () => panel.removeAttribute("aria-busy"),
    rows: () => {
      table.hidden = false;
      none.hidden = true;
    },
    empty,
    /** @param {unknown} error */
    failed: (error) => {
      const again = h("button", { class: "btn", type: "button" }, "Try again");
      again.addEventListener("click", onAgain);
      empty("warn", "The list did not load", faultText(error), again);
    },
  };
}

/**
 * What went wrong, in words.
 * @param {unknown} error
 */
export function faultText(error) {
  if (!(error instanceof Refusal)) return "Something went wrong on this page.";
  if (error.isOffline) return "There is no connection. Nothing was changed.";
  if (error.status === 401) return "Your session has ended. Sign in again.";
  return [...error.faults.values()][0] ?? error.message;
}

/**
 * Keeps a form of filters and the address the same, so that a view can be sent to somebody else.
 * @param {HTMLFormElement} form
 * @param {() => void} onChange
 */
export function watchFilters(form, onChange) {
  const fields = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ (all("[name]", form));
  const show = () => {
    const query = new URLSearchParams(location.search);
    for (const field of fields) {
      const value = query.get(field.name) ?? "";
      // A choice that comes with the first answer must not be lost before.
      if (field instanceof HTMLSelectElement && value && ![...field.options].some((option) => option.value === value)) {
        field.append(h("option", { value }, value));
      }
      field.value = value || (field instanceof HTMLSelectElement ? (field.options[0]?.value ?? "") : "");
    }
  };
  /** @type {number | undefined} */
  let typing;
  const changed = () => {
    clearTimeout(typing);
    const query = new URLSearchParams(location.search);
    for (const field of fields) {
      const plain = field instanceof HTMLSelectElement ? (field.options[0]?.value ?? "") : "";
      if (field.value.trim() && field.value !== plain) query.set(field.name, field.value.trim());
      else query.delete(field.name);
    }
    setAddress(query);
    onChange();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    changed();
  });
  form.addEventListener("input", (event) => {
    clearTimeout(typing);
    const isTyped = event.target instanceof HTMLInputElement && event.target.type === "search";
    typing = setTimeout(changed, isTyped ? 300 : 0);
  });
  addEventListener("popstate", () => {
    show();
    onChange();
  });
  show();
}

/**
 * @param {URLSearchParams} query
 * @param {boolean} [isStep] whether the back button leads to what was before
 */
export function setAddress(query, isStep = false) {
  const text = query.toString();
  const path = text ? `${location.pathname}?${text}` : location.pathname;
  if (isStep) history.pushState(null, "", path);
  else history.replaceState(null, "", path);
}

const dayAndTime = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/**
 * A time of the past, exact to the minute.
 * @param {string} text
 */
export function moment(text) {
  return h("time", { datetime: text }, `${dayAndTime.format(new Date(text))} UTC`);
}

/**
 * A time of the past, to the day.
 * @param {string} text
 */
export function date(text) {
  return h("time", { datetime: text, title: `${dayAndTime.format(new Date(text))} UTC` }, day.format(new Date(text)));
}
