// Notifications in the settings: choices are saved as they are made; push is turned on for this browser, and off.

import { read, send } from "../core/api.js";
import { all, announce, h, maybe } from "../core/dom.js";
import { faultText, whileBusy } from "../core/form.js";
import { ownSubscription, pushState, turnOff, turnOn } from "../core/push.js";
import { toast } from "../core/toast.js";
import { deviceName, since } from "./words.js";

/** @typedef {import("../api.js").NotificationPreferences} Preferences */

const words = {
  unsupported: "This browser cannot receive pushed messages here. On an iPhone or iPad, add the site to the Home Screen and open it from there.",
  denied: "You have blocked notifications of this site. Allow them in your browser’s settings for this site, then load this page again.",
  off: "Push is off in this browser.",
  on: "Push is on in this browser.",
};

/** Saves what was chosen. */
function startChoices() {
  const form = maybe("[data-notification-choices]");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLSelectElement) void save({ digest: field.value }, () => {});
    if (!(field instanceof HTMLInputElement)) return;
    const undo = () => (field.checked = !field.checked);
    if (["comparisons", "winners"].includes(field.name)) void save({ [field.name]: field.checked }, undo);
    else {
      const kinds = all(`[type=checkbox][name="${field.name}"]:checked`, form).map((box) => /** @type {HTMLInputElement} */ (box).value);
      void save({ [field.name]: kinds }, undo);
      hint();
    }
  });
}

/**
 * @param {Record<string, unknown>} change
 * @param {() => void} undo
 */
async function save(change, undo) {
  try {
    await send("PATCH", "/api/notifications/preferences", change);
    announce("Saved.");
  } catch (error) {
    undo();
    toast(faultText(error), { tone: "bad" });
  }
}

/** Push that is on and sends nothing needs a word. */
function hint() {
  const state = maybe("[data-push-state]");
  if (!state || state.dataset.state !== "on") return;
  const isChosen = all("[data-notification-choices] [name=push]:checked").length > 0;
  state.textContent = isChosen ? words.on : `${words.on} Nothing is pushed yet: choose at least one kind in the column “Push”.`;
}

async function show() {
  const state = await pushState();
  const place = maybe("[data-push-state]");
  if (place) {
    place.dataset.state = state;
    place.textContent = words[state];
  }
  for (const [selector, isShown] of /** @type {[string, boolean][]} */ ([["[data-push-on]", state === "off"], ["[data-push-off]", state === "on"]])) {
    const element = maybe(selector);
    if (element) element.hidden = !isShown;
  }
  hint();
  await showBrowsers();
}

/** The member's other browsers, each of which can be removed here. */
async function showBrowsers() {
  const list = maybe("[data-push-browsers]");
  if (!list) return;
  /** @type {Preferences | null} */
  const preferences = await read("/api/notifications/preferences").catch(() => null);
  const own = (await ownSubscription())?.endpoint;
  const others = (preferences?.browsers ?? []).filter((browser) => browser.endpoint !== own);
  list.hidden = others.length === 0;
  list.replaceChildren(...others.map((browser) => {
    const name = deviceName(browser.userAgent);
    const remove = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Remove ${name}` }, "Remove");
    remove.addEventListener("click", () => whileBusy(remove, async () => {
      await send("POST", "/api/notifications/unsubscribe", { id: browser.id });
      announce(`${name} gets no more messages.`);
      await showBrowsers();
    }));
    return h("li", {}, h("div", { class: "grow" }, h("b", {}, name), h("p", { class: "quiet" }, `Push turned on ${since(browser.createdAt)}`)), remove);
  }));
}

/** Starts the section. */
export function startNotifications() {
  startChoices();
  if (!maybe("[data-push]")) return;
  const on = maybe("[data-push-on]");
  on?.addEventListener("click", () => whileBusy(on, async () => {
    try {
      await turnOn();
    } catch (error) {
      toast(error instanceof DOMException ? "Your browser did not turn push on. Try again." : faultText(error), { tone: "bad" });
    }
    await show();
    (maybe("[data-push-off]:not([hidden])") ?? maybe("[data-push-on]:not([hidden])"))?.focus();
  }));
  const off = maybe("[data-push-off]");
  off?.addEventListener("click", () => whileBusy(off, async () => {
    await turnOff();
    await show();
    on?.focus();
  }));
  void show();
}
