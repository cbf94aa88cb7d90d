// Messages of visitors: the list by state, the selected message, and what an admin does with it.

import "./site.js";
import { prepareChanges, send } from "./core/api.js";
import { all, announce, h, maybe, one, refill, setText } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";
import { moment } from "./admin/times.js";

/** @typedef {import("./api.js").ReceivedMessage} ReceivedMessage */
/** @typedef {ReceivedMessage["state"]} State */

const side = one("[data-detail]", HTMLElement);

/** @type {Record<State, {word: string, tone: string | null, mark: string, none: string}>} */
const states = {
  new: { word: "New", tone: "accent", mark: "Mark as new", none: "No message is waiting for an answer." },
  answered: { word: "Answered", tone: "good", mark: "Mark as answered", none: "No message is marked as answered." },
  archived: { word: "Archived", tone: null, mark: "Archive", none: "No message is archived." },
};

/** @type {ReturnType<typeof pagedList<ReceivedMessage, import("./api.js").MessageList>>} */
const list = pagedList({
  path: "/api/admin/messages",
  noun: "messages",
  query: (filters, tab) => ({ state: tab === "all" ? null : tab, search: filters.get("search") }),
  items: (page) => page.messages,
  key: (message) => String(message.id),
  row,
  empty: (filters, tab) => filters.get("search")
    ? { icon: "info", title: "No match", text: `No message here contains “${filters.get("search")}”.` }
    : { icon: "comment", title: "No messages", text: states[/** @type {State} */ (tab)]?.none ?? "What visitors write on the contact page appears here." },
  shown: (page) => {
    if (!page) return;
    const total = Object.values(page.counts).reduce((sum, number) => sum + number, 0);
    for (const tab of all("[data-tab]")) {
      setText(tab.querySelector("[data-count]"), String(page.counts[tab.dataset.tab ?? ""] ?? total));
    }
    setText(maybe("[data-summary]"), `${counted(page.counts.new, "new message", "new messages")}.`);
  },
  selected: (messages) => {
    for (const button of all("[data-mark]")) button.hidden = messages.every(({ state }) => state === button.dataset.mark);
  },
  chosenName: "message",
  choosesFirst: true,
  choose: showDetail,
  isIdle: () => true,
});

/** @param {State} state */
function badge(state) {
  const { word, tone } = states[state];
  return h("span", { class: "badge", "data-tone": tone, "data-shape": state === "new" ? null : "ring" }, word);
}

/** @param {ReceivedMessage} message */
function row(message) {
  const { id, name, email, subject, message: text, state, createdAt } = message;
  const start = text.length > 120 ? `${text.slice(0, 120).trimEnd()}…` : text;
  return h("tr", { "data-message": id },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Select the message of ${name}`, "data-tick": id })),
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": id }, h("b", {}, name)), h("br"), h("span", { class: "quote quiet" }, email)),
    h("td", {}, h("b", { class: "quote" }, subject || "No subject"), h("br"), h("span", { class: "quote quiet" }, start.replace(/\s+/g, " "))),
    h("td", {}, badge(state)),
    h("td", { class: "r num" }, moment(createdAt)));
}

/** @param {string | null} key */
function showDetail(key) {
  const message = key && list.find(key);
  if (!message) {
    side.replaceChildren();
    return;
  }
  const { name, email, subject, userId, state, decidedAt, decidedBy } = message;
  const reply = `mailto:${encodeURIComponent(email)}?subject=${encodeURIComponent(`Re: ${subject || "your message"}`)}`;
  const others = /** @type {State[]} */ (Object.keys(states)).filter((other) => other !== state);
  refill(side, h("div", { class: "panel stack", "data-chosen-message": key },
    h("h2", { tabindex: -1 }, subject || "No subject"),
    h("dl", { class: "facts" },
      h("dt", {}, "From"), h("dd", {}, userId ? h("a", { class: "link", href: `/admin/users?user=${userId}` }, name) : name),
      h("dt", {}, "Address"), h("dd", {}, email),
      h("dt", {}, "Received"), h("dd", {}, moment(message.createdAt)),
      h("dt", {}, "State"), h("dd", {}, badge(state)),
      decidedAt && h("dt", {}, states[state].word), decidedAt && h("dd", {}, moment(decidedAt), decidedBy && ` by ${decidedBy}`)),
    h("p", { class: "quote" }, message.message),
    h("div", { class: "row" }, h("a", { class: "btn btn--primary", href: reply }, "Reply by mail"), ...others.map((other) => {
      const button = h("button", { class: "btn", type: "button" }, states[other].mark);
      button.addEventListener("click", () => void whileBusy(button, () => mark(other, [message])));
      return button;
    }))));
}

/**
 * @param {State} state
 * @param {number[]} ids
 * @returns {Promise<import("./api.js").MessagesChanged>}
 */
function change(state, ids) {
  /** @type {import("./api.js").ChangeMessagesInput} */
  const input = { ids, state };
  return send("PATCH", "/api/admin/messages", input);
}

/**
 * Puts messages into a state, with a toast that offers to undo it.
 * @param {State} state
 * @param {ReceivedMessage[]} messages
 */
async function mark(state, messages) {
  const { changed } = await change(state, messages.map(({ id }) => id));
  const text = `${counted(changed.length, "message", "messages")} marked as ${states[state].word.toLowerCase()}`;
  announce(text);
  const before = messages.filter(({ id }) => changed.includes(id));
  toast(text, before.length > 0 ? { action: { label: "Undo", run: () => void undo(before) } } : {});
  await list.load();
}

/**
 * Puts each message back into the state that it had.
 * @param {ReceivedMessage[]} messages
 */
async function undo(messages) {
  await whileBusy(side, async () => {
    for (const state of /** @type {State[]} */ (Object.keys(states))) {
      const ids = messages.filter((message) => message.state === state).map(({ id }) => id);
      if (ids.length > 0) await change(state, ids);
    }
    announce(`${counted(messages.length, "message", "messages")} restored`);
    await list.load();
  });
}

for (const button of all("[data-mark]")) {
  button.addEventListener("click", () => void whileBusy(button, () => mark(/** @type {State} */ (button.dataset.mark), list.selectedItems())));
}

prepareChanges();
