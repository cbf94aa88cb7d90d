// What was sent to one webhook: each delivery with its attempts, and sending it again.

import { read, send } from "../core/api.js";
import { announce, h, one, setText } from "../core/dom.js";
import { faultText, whileBusy } from "../core/form.js";
import { count, counted } from "../core/format.js";
import { toast } from "../core/toast.js";
import { moment } from "./times.js";

/**
 * @typedef {import("../api.js").WebhookDelivery} Delivery
 * @typedef {import("../api.js").WebhookAttempt} Attempt
 * @typedef {import("../api.js").Webhook} Webhook
 */

/** How often what is under way is looked at again, in milliseconds. */
const renewal = 1500;

/** @type {Record<string, string>} */
export const eventNames = {
  "clip.approved": "Clip approved", "slot.won": "Slot won", "season.finished": "Season finished", "video.done": "Video done", "webhook.test": "Test",
};

/** @type {Record<Delivery["state"], {word: string, tone: string, shape: string | null}>} */
const states = {
  waiting: { word: "Waiting", tone: "info", shape: "ring" },
  delivered: { word: "Delivered", tone: "good", shape: null },
  failed: { word: "Failed", tone: "bad", shape: "square" },
};

/**
 * The deliveries of a webhook, with filters.
 * @param {Webhook} webhook
 * @param {() => void} changed what was sent has changed the figures of the webhook
 */
export function deliveryPanel(webhook, changed) {
  const state = choice("delivery-state", "State", [["", "All states"], ...Object.entries(states).map(([value, { word }]) => /** @type {[string, string]} */ ([value, word]))]);
  const event = choice("delivery-event", "Event", [["", "All events"], ...Object.entries(eventNames)]);
  const list = h("ol", { class: "hooks__deliveries" });
  const note = h("p", { class: "quiet", role: "status" }, "Loading the deliveries.");
  const more = h("button", { class: "btn btn--sm", type: "button", hidden: true }, "Load more");
  const place = h("section", { class: "stack", "aria-labelledby": "deliveries-title", "data-deliveries": webhook.id },
    h("h3", { id: "deliveries-title" }, "Deliveries"), h("div", { class: "filters" }, state, event), note, list, h("div", { class: "row" }, more));

  /** @type {Delivery[]} */
  let items = [];
  /** @type {string | null} */
  let cursor = null;
  let generation = 0;
  let isExtended = false;

  /** @param {string | null} after */
  function fetchPage(after) {
    const query = new URLSearchParams({ webhook: webhook.id, limit: "20" });
    const [wantedState, wantedEvent] = [one("select", HTMLSelectElement, state).value, one("select", HTMLSelectElement, event).value];
    if (wantedState) query.set("state", wantedState);
    if (wantedEvent) query.set("event", wantedEvent);
    if (after) query.set("cursor", after);
    return /** @type {Promise<import("../api.js").WebhookDeliveries>} */ (read(`/api/admin/webhooks/deliveries?${query}`));
  }

  async function load() {
    const mine = (generation += 1);
    list.setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(null);
      if (mine !== generation) return;
      const isNews = JSON.stringify(page.deliveries) !== JSON.stringify(items);
      [items, cursor, isExtended] = [page.deliveries, page.nextCursor, false];
      if (isNews || items.length === 0) show();
    } catch (error) {
      if (mine === generation) setText(note, `The deliveries did not load. ${faultText(error)}`);
    } finally {
      if (mine === generation) list.removeAttribute("aria-busy");
    }
  }

  function show() {
    const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.id));
    const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    list.replaceChildren(...items.map((item) => row(item, open)));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-focus="${focused}"]`))?.focus({ preventScroll: true });
    more.hidden = !cursor;
    note.hidden = items.length > 0;
    setText(note, "Nothing was sent yet, or nothing matches. A test event shows whether the target answers.");
  }

  /**
   * @param {Delivery} delivery
   * @param {Set<string>} open
   */
  function row(delivery, open) {
    const { id, messageId, event: type, state: is, createdAt, nextAttemptAt, attempts, body } = delivery;
    const { word, tone, shape } = states[is];
    const again = h("button", { class: "btn btn--sm", type: "button", "data-focus": `again-${id}`, "aria-label": `Send again: ${eventNames[type] ?? type}, ${word.toLowerCase()}` }, "Send again");
    again.addEventListener("click", () => void whileBusy(again, async () => {
      await send("POST", "/api/admin/webhooks/redeliver", { delivery: id });
      tell("The event is sent again.");
      await load();
      changed();
    }));
    const name = `delivery-${id}`;
    const latest = attempts[0];
    return h("li", { "data-delivery": id, "data-state": is },
      h("div", { class: "row row--apart" },
        h("div", {}, h("b", {}, eventNames[type] ?? type), h("br"), h("span", { class: "quiet" }, moment(createdAt))),
        h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, word)),
      h("p", { class: "quiet" }, latest ? `${counted(attempts.length, "attempt", "attempts")}; the last: ${result(latest)}.` : "Not tried yet.",
        nextAttemptAt && latest && " Next: ", nextAttemptAt && latest && moment(nextAttemptAt)),
      h("details", { id: name, open: open.has(name) }, h("summary", { "data-focus": name }, "Attempts and message"),
        attempts.length > 0 && h("ol", { class: "queue__attempts stack stack--tight" }, ...attempts.map(attemptRow)),
        h("p", { class: "quiet" }, `webhook-id: ${messageId}`),
        h("pre", { class: "queue__json", tabindex: 0, "aria-label": `Message ${messageId}` }, pretty(body))),
      webhook.enabled && is !== "waiting" && h("div", { class: "row" }, again));
  }

  /** @param {Attempt} attempt */
  function attemptRow(attempt) {
    return h("li", {}, h("b", {}, `${attempt.number}. ${result(attempt)}`), h("p", { class: "quiet" }, moment(attempt.startedAt), ` · ${count(attempt.durationMs)} ms`),
      attempt.answer && h("pre", { class: "queue__json", tabindex: 0, "aria-label": `Answer to attempt ${attempt.number}` }, attempt.answer));
  }

  state.addEventListener("change", () => void load());
  event.addEventListener("change", () => void load());
  more.addEventListener("click", () => void whileBusy(more, async () => {
    const mine = generation;
    const page = await fetchPage(cursor);
    if (mine !== generation) return;
    [items, cursor, isExtended] = [[...items, ...page.deliveries], page.nextCursor, true];
    show();
  }));

  void load();
  const timer = setInterval(async () => {
    if (!place.isConnected) {
      clearInterval(timer);
      return;
    }
    const isUnderWay = items.some((item) => item.nextAttemptAt && new Date(item.nextAttemptAt).getTime() < Date.now() + 60_000);
    if (!isUnderWay || isExtended || document.visibilityState !== "visible" || place.closest("[inert]")) return;
    await load();
    if (!items.some((item) => item.state === "waiting")) changed();
  }, renewal);
  return { place, load };
}

/** @param {Attempt} attempt */
function result(attempt) {
  return attempt.status ? `status ${attempt.status}` : attempt.fault ?? "no answer";
}

/** @param {string} body */
function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/**
 * @param {string} id
 * @param {string} label
 * @param {[string, string][]} options
 */
function choice(id, label, options) {
  return h("div", { class: "field" }, h("label", { for: id }, label),
    h("select", { class: "input", id }, ...options.map(([value, text]) => h("option", { value }, text))));
}

/** @param {string} text */
function tell(text) {
  announce(text);
  toast(text);
}
