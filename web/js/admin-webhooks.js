// Webhooks: the list, the selected one with its deliveries, and everything that an admin can do with it.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { deliveryPanel, eventNames } from "./admin/deliveries.js";
import { date, moment } from "./admin/times.js";
import { prepareChanges, send, serverNow } from "./core/api.js";
import { all, announce, h, icon, maybe, one, refill, setText } from "./core/dom.js";
import { copyText } from "./core/copy.js";
import { whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").Webhook} Webhook */

const side = one("[data-detail]", HTMLElement);
const create = one("[data-new-webhook]", HTMLButtonElement);

/** The events that a webhook can subscribe to. */
const events = Object.keys(eventNames).filter((name) => name !== "webhook.test");

/**
 * The secret that was just made, for as long as its webhook is shown.
 * @type {{id: string, secret: string} | null}
 */
let fresh = null;

/** What the column shows, so that it is built again only when something else is there. */
let shown = "";

/** @type {ReturnType<typeof deliveryPanel> | null} */
let deliveries = null;

/** @type {ReturnType<typeof pagedList<Webhook, import("./api.js").WebhookList & {nextCursor?: null}>>} */
const list = pagedList({
  path: "/api/admin/webhooks",
  noun: "webhooks",
  query: () => ({}),
  items: (page) => page.webhooks,
  key: ({ id }) => id,
  row,
  empty: () => ({ icon: "share", title: "No webhooks", text: "A webhook notifies another system when a clip is approved, a slot is won, a season ends or a video is done." }),
  shown: (page, webhooks) => {
    create.disabled = !page;
    if (!page) return;
    const troubled = webhooks.filter(isTroubled).length;
    setText(maybe("[data-summary]"), `${counted(webhooks.length, "webhook", "webhooks")}${troubled > 0 ? `, ${counted(troubled, "needs", "need")} attention` : ""}.`);
  },
  chosenName: "webhook",
  choosesFirst: true,
  choose: showDetail,
  isIdle: () => true,
});

/** @param {Webhook} webhook */
const isTroubled = (webhook) => Boolean(webhook.disabledReason) || webhook.failures > 0;

/** @param {Webhook} webhook */
function badge({ enabled, disabledReason, failures }) {
  const [tone, shape, word] = disabledReason ? ["bad", "square", "Switched off"] : !enabled ? [null, "ring", "Paused"] : failures > 0 ? ["warn", "ring", "Failing"] : ["good", null, "On"];
  return h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, word);
}

/** @param {Webhook} webhook */
function row(webhook) {
  const { id, name, url, events: subscribed, delivered, failed } = webhook;
  return h("tr", { "data-webhook": id },
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": id }, h("b", {}, name)), h("br"), h("span", { class: "quiet quote" }, url.length > 60 ? `${url.slice(0, 60)}…` : url)),
    h("td", {}, h("span", { class: "quiet" }, subscribed.map((event) => eventNames[event] ?? event).join(", "))),
    h("td", {}, badge(webhook)),
    h("td", { class: "r num", "data-label": "Delivered" }, count(delivered)),
    h("td", { class: "r num", "data-label": "Failed" }, count(failed)));
}

/** @param {string | null} key */
function showDetail(key) {
  const webhook = key ? list.find(key) : null;
  if (!webhook) {
    [shown, deliveries] = ["", null];
    side.replaceChildren();
    return;
  }
  if (fresh && fresh.id !== webhook.id) fresh = null;
  const next = JSON.stringify([webhook, fresh]);
  if (next === shown) return;
  shown = next;
  // The figures of the webhook change while its deliveries are looked at: those stay as they are.
  const kept = deliveries?.place.dataset.deliveries === webhook.id && deliveries.place.dataset.enabled === String(webhook.enabled) ? deliveries : null;
  deliveries = kept ?? deliveryPanel(webhook, () => void list.renew());
  deliveries.place.dataset.enabled = String(webhook.enabled);
  const head = h("div", { class: "stack", "data-head": true }, ...headOf(webhook));
  const place = maybe("[data-head]", side);
  if (kept && place && side.contains(kept.place)) {
    const hadFocus = place.contains(document.activeElement);
    const act = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.act : undefined;
    place.replaceWith(head);
    if (hadFocus) (act ? maybe(`[data-act="${act}"]`, head) ?? one("h2", HTMLElement, head) : one("h2", HTMLElement, head)).focus({ preventScroll: true });
    return;
  }
  refill(side, h("div", { class: "panel stack", "data-chosen-webhook": webhook.id }, head, deliveries.place));
}

/**
 * The name, how it is, and what can be done.
 * @param {Webhook} webhook
 * @returns {Node[]}
 */
function headOf(webhook) {
  const { name, url, events: subscribed, enabled, disabledReason, failures, failingSince, succeededAt, formerSecretUntil, createdAt, waiting, failed } = webhook;
  const off = disabledReason === "gone"
    ? "The target answered 410: it wants no more events. Nothing is sent until you resume the webhook."
    : "Every attempt of three days failed. Nothing is sent until you resume the webhook.";
  return [
    h("h2", { tabindex: -1 }, name), h("p", {}, badge(webhook)),
    ...(fresh ? [secretNote(fresh.secret)] : []),
    ...(disabledReason ? [h("div", { class: "note note--bad", role: "note" }, icon("warn"), h("p", {}, h("strong", {}, "Switched off. "), off))] : []),
    ...(!disabledReason && failures > 0 && failingSince ? [h("div", { class: "note note--warn", role: "note" }, icon("warn"), h("p", {}, h("strong", {}, `${counted(failures, "attempt", "attempts")} failed `), "since ", moment(failingSince), ". After three days the webhook is switched off."))] : []),
    h("dl", { class: "facts" },
      h("dt", {}, "Address"), h("dd", {}, url),
      h("dt", {}, "Events"), h("dd", {}, subscribed.map((event) => eventNames[event] ?? event).join(", ")),
      h("dt", {}, "Created"), h("dd", {}, date(createdAt)),
      h("dt", {}, "Last success"), h("dd", {}, succeededAt ? moment(succeededAt) : "never"),
      h("dt", {}, "Waiting"), h("dd", {}, count(waiting)),
      ...(formerSecretUntil ? [h("dt", {}, "Old secret"), h("dd", {}, "also signs until ", moment(formerSecretUntil))] : [])),
    h("div", { class: "row" },
      action("test", "Send a test event", "", (button) => whileBusy(button, async () => {
        await send("POST", "/api/admin/webhooks/test", { id: webhook.id });
        tell("The test event is on its way.");
        await deliveries?.load();
        await list.renew();
      })),
      action("edit", "Edit…", "", () => ask(webhook)),
      enabled
        ? action("pause", "Pause", "", (button) => whileBusy(button, () => change(webhook, { enabled: false }, `${name} is paused.`)))
        : action("resume", "Resume", "btn--primary", (button) => whileBusy(button, () => change(webhook, { enabled: true }, `${name} is on.`))),
      enabled && failed > 0 && action("failed", "Send failed ones again…", "", () => askForFailed(webhook)),
      action("secret", "New secret…", "", () => askForSecret(webhook)),
      action("delete", "Delete…", "btn--danger", () => askFor({
        title: `Delete ${name}`, text: "Nothing more is sent to it, and its deliveries are deleted. This cannot be undone.", confirm: "Delete", tone: "danger-solid", fields: [],
        run: async () => {
          await send("DELETE", "/api/admin/webhooks", { id: webhook.id });
          tell(`${name} is deleted.`);
          await list.load();
        },
      }))),
  ];
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} style
 * @param {(button: HTMLButtonElement) => void | Promise<void>} run
 */
function action(name, label, style, run) {
  const button = h("button", { class: `btn btn--sm ${style}`, type: "button", "data-act": name }, label);
  button.addEventListener("click", () => void run(button));
  return button;
}

/** @param {string} secret */
function secretNote(secret) {
  const code = h("code", { "data-secret": true }, secret);
  const button = h("button", { class: "btn btn--sm", type: "button", "data-act": "copy" }, "Copy");
  button.addEventListener("click", () => void copyText(code, "secret"));
  return h("div", { class: "note", role: "note" }, icon("info"), h("div", { class: "stack stack--tight grow" },
    h("p", {}, h("strong", {}, "This is the secret of the webhook. "), "Copy it now; it is not shown again."),
    h("pre", { class: "queue__json", tabindex: 0, "aria-label": "Secret of the webhook" }, code), h("div", { class: "row" }, button)));
}

/**
 * @param {Webhook} webhook
 * @param {Partial<import("./api.js").ChangeWebhookInput>} changes
 * @param {string} done
 */
async function change(webhook, changes, done) {
  await send("PATCH", "/api/admin/webhooks", { id: webhook.id, ...changes });
  tell(done);
  await list.load();
}

/** @param {string} text */
function tell(text) {
  announce(text);
  toast(text);
}

/**
 * Asks for a new webhook, or for the changes of one.
 * @param {Webhook} [webhook]
 */
function ask(webhook) {
  const nameField = h("div", { class: "field" }, h("label", { for: "name" }, "Name"),
    h("input", { class: "input", id: "name", name: "name", maxlength: 60, required: true, autocomplete: "off", value: webhook?.name ?? "", "data-wants": "Enter a name.", "aria-describedby": "name-fault" }),
    h("p", { class: "hint hint--bad", id: "name-fault", role: "alert", hidden: true }));
  const urlField = h("div", { class: "field" }, h("label", { for: "url" }, "Address"),
    h("input", { class: "input", id: "url", name: "url", type: "url", maxlength: 2000, required: true, autocomplete: "off", spellcheck: "false", value: webhook?.url ?? "", "data-wants": "Enter an address like https://example.org/hook.", "aria-describedby": "url-hint url-fault" }),
    h("p", { class: "hint", id: "url-hint" }, "https, on the public internet. Redirects are not followed."),
    h("p", { class: "hint hint--bad", id: "url-fault", role: "alert", hidden: true }));
  const boxes = h("fieldset", { class: "field" }, h("legend", {}, "Events"), ...events.map((event) => h("label", { class: "check" },
    h("input", { type: "checkbox", name: "event", value: event, checked: webhook ? webhook.events.includes(/** @type {any} */ (event)) : true }), h("span", {}, eventNames[event] ?? event, " ", h("code", { class: "quiet" }, event)))));
  const chosen = () => /** @type {HTMLInputElement[]} */ (all("[name=event]", boxes)).filter((box) => box.checked).map((box) => box.value);
  askFor({
    title: webhook ? `Edit ${webhook.name}` : "New webhook", confirm: webhook ? "Save" : "Create", tone: "primary", fields: [nameField, urlField, boxes],
    text: webhook ? "" : "Its secret is shown once, after it was created.",
    isReady: () => chosen().length > 0,
    run: async ({ name, url }) => {
      if (webhook) {
        await change(webhook, { name, url, events: /** @type {any} */ (chosen()) }, `${name} is changed.`);
        return;
      }
      /** @type {import("./api.js").NewWebhook} */
      const made = await send("POST", "/api/admin/webhooks", { name, url, events: chosen() });
      fresh = { id: made.id, secret: made.secret };
      tell(`${name} is created.`);
      await list.load();
      list.choose(made.id);
    },
  });
}

/** @param {Webhook} webhook */
function askForSecret(webhook) {
  askFor({
    title: `New secret for ${webhook.name}`, confirm: "Make a new secret", tone: "primary", fields: [],
    text: "It is shown once. For 24 hours the old secret signs too, so that the target can change without losing an event.",
    run: async () => {
      /** @type {import("./api.js").NewWebhookSecret} */
      const { secret } = await send("POST", "/api/admin/webhooks/secret", { id: webhook.id });
      fresh = { id: webhook.id, secret };
      tell("The webhook has a new secret.");
      await list.load();
    },
  });
}

/** @param {Webhook} webhook */
function askForFailed(webhook) {
  const yesterday = new Date(serverNow() - 86_400_000).toISOString().slice(0, 16);
  const since = h("div", { class: "field" }, h("label", { for: "since" }, "Failed, and created since (UTC)"),
    h("input", { class: "input", id: "since", name: "since", type: "datetime-local", required: true, value: yesterday, "data-wants": "Enter a time.", "aria-describedby": "since-fault" }),
    h("p", { class: "hint hint--bad", id: "since-fault", role: "alert", hidden: true }));
  askFor({
    title: `Send failed events of ${webhook.name} again`, confirm: "Send again", tone: "primary", fields: [since],
    text: "Each keeps its webhook-id, so that the target can tell what it has had.",
    run: async ({ since: from = "" }) => {
      /** @type {import("./api.js").Redelivered} */
      const { deliveries: sent } = await send("POST", "/api/admin/webhooks/redeliver", { webhook: webhook.id, since: `${from.slice(0, 16)}:00.000Z` });
      tell(sent === 0 ? "Nothing has failed since then." : `${counted(sent, "event is", "events are")} sent again.`);
      await deliveries?.load();
      await list.renew();
    },
  });
}

create.addEventListener("click", () => ask());

prepareChanges();
