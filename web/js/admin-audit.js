// The audit log: filters in the address, the newest entries first.

import { read } from "./core/api.js";
import { h, one, setText, maybe } from "./core/dom.js";
import { counted } from "./core/format.js";
import { toast } from "./core/toast.js";
import { actionText, actorText, difference, subjectText } from "./admin/entry.js";
import { listStates, moment, setAddress, watchFilters } from "./admin/list.js";

/** @typedef {import("./admin/entry.js").AuditEntry} AuditEntry */
/** @typedef {{entries: AuditEntry[], nextCursor: string | null, actions: string[]}} AuditPage */

const rows = one("[data-rows]", HTMLElement);
const more = one("[data-more]", HTMLButtonElement);
const chosen = one("[data-chosen]", HTMLElement);
const action = one("#action", HTMLSelectElement);
const states = listStates(() => void load());

/** @type {AuditEntry[]} */
let entries = [];
/** @type {string | null} */
let cursor = null;
let generation = 0;

/** @param {string | null} after */
function address(after) {
  const given = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const name of ["text", "action", "actor", "operator", "subjectKind", "subjectId"]) {
    const value = given.get(name);
    if (value) query.set(name, value);
  }
  const [from, to] = [given.get("from"), given.get("to")];
  if (from) query.set("from", `${from}T00:00:00Z`);
  // Up to and with that day.
  if (to && !Number.isNaN(Date.parse(to))) query.set("to", new Date(Date.parse(to) + 86_400_000).toISOString());
  if (after) query.set("cursor", after);
  return `/api/admin/audit-logs?${query}`;
}

async function load() {
  const mine = (generation += 1);
  states.busy();
  try {
    /** @type {AuditPage} */
    const page = await read(address(null));
    if (mine !== generation) return;
    ({ entries, nextCursor: cursor } = page);
    showActions(page.actions);
    show();
  } catch (error) {
    if (mine === generation) states.failed(error);
  } finally {
    if (mine === generation) states.done();
  }
}

/** @param {string[]} known */
function showActions(known) {
  const wanted = new URLSearchParams(location.search).get("action") ?? "";
  const listed = wanted && !known.includes(wanted) ? [...known, wanted] : known;
  action.replaceChildren(h("option", { value: "" }, "Every action"), ...listed.map((name) => h("option", { value: name }, actionText(name))));
  action.value = wanted;
}

function show() {
  rows.replaceChildren(...entries.map(row));
  more.hidden = !cursor;
  showChosen();
  setText(maybe("[data-summary]"), `${counted(entries.length, "entry", "entries")}${cursor ? ", and more before these" : ""}. Nobody can change them.`);
  if (entries.length > 0) states.rows();
  else if (location.search) states.empty("info", "No match", "Nothing in the log matches these filters.");
  else states.empty("info", "Nothing yet", "What admins do appears here.");
}

/** Which person or thing the list is about, each with a button that takes the filter off. */
function showChosen() {
  const query = new URLSearchParams(location.search);
  const chips = [];
  const [actor, subject] = [query.get("actor"), query.get("subjectId")];
  if (actor) chips.push(chip(`By ${entries[0] ? actorText(entries[0]) : actor}`, ["actor"]));
  if (query.get("operator")) chips.push(chip("By the operator", ["operator"]));
  if (subject) chips.push(chip(`About ${entries[0] ? subjectText(entries[0]) : subject}`, ["subjectKind", "subjectId"]));
  chosen.hidden = chips.length === 0;
  chosen.replaceChildren(...chips);
}

/**
 * @param {string} text
 * @param {string[]} names
 */
function chip(text, names) {
  const button = h("button", { class: "chip", type: "button", "aria-label": `${text}: take this filter off` }, text, " ×");
  button.addEventListener("click", () => narrow(Object.fromEntries(names.map((name) => [name, ""]))));
  return button;
}

/** @param {Record<string, string>} values */
function narrow(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  setAddress(query, true);
  void load();
}

/** @param {AuditEntry} entry */
function row(entry) {
  const who = h("button", { class: "clip-name", type: "button", title: "Only what this one did" }, actorText(entry));
  who.addEventListener("click", () => narrow(entry.actor ? { actor: entry.actor.id, operator: "" } : { operator: "true", actor: "" }));
  const which = h("button", { class: "clip-name", type: "button", title: "Only what was done to this" }, subjectText(entry));
  which.addEventListener("click", () => narrow({ subjectKind: entry.subjectKind, subjectId: entry.subjectId }));
  return h("tr", { "data-entry": entry.id },
    h("td", { class: "num quiet" }, moment(entry.happenedAt)),
    h("td", {}, who),
    h("td", {}, h("b", {}, actionText(entry.action))),
    h("td", {}, which, h("br"), h("span", { class: "quiet" }, entry.subjectKind)),
    h("td", {}, difference(entry)));
}

more.addEventListener("click", async () => {
  more.setAttribute("aria-busy", "true");
  /** @type {AuditPage | null} */
  const page = await read(address(cursor)).catch(() => null);
  more.removeAttribute("aria-busy");
  if (!page) {
    toast("The next entries did not load.", { tone: "bad" });
    return;
  }
  entries.push(...page.entries);
  cursor = page.nextCursor;
  show();
});

watchFilters(one("[data-filters]", HTMLFormElement), () => void load());
void load();
