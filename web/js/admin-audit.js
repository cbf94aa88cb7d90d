// The audit log: filters in the address, the newest entries first.

import "./site.js";
import { h, maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";
import { fillChoices } from "./core/list-filters.js";
import { pagedList } from "./core/paged-list.js";
import { actionText, actorText, difference, subjectText } from "./admin/entry.js";
import { moment } from "./admin/times.js";

/** @typedef {import("./api.js").AuditEntry} AuditEntry */

const action = one("#action", HTMLSelectElement);

/** @type {ReturnType<typeof pagedList<AuditEntry, import("./api.js").AuditLog>>} */
const list = pagedList({
  path: "/api/admin/audit-logs",
  noun: "entries",
  query: (filters) => {
    /** @type {Record<string, string | null>} */
    const query = {};
    for (const name of ["text", "action", "actor", "operator", "subjectKind", "subjectId"]) query[name] = filters.get(name);
    const [from, to] = [filters.get("from"), filters.get("to")];
    if (from) query.from = `${from}T00:00:00Z`;
    // Up to and including that day.
    if (to && !Number.isNaN(Date.parse(to))) query.to = new Date(Date.parse(to) + 86_400_000).toISOString();
    return query;
  },
  items: (page) => page.entries,
  key: (entry) => String(entry.id),
  row,
  empty: (filters) => filters.toString()
    ? { icon: "info", title: "No match", text: "No entry of the log matches these filters." }
    : { icon: "info", title: "Nothing yet", text: "What admins do appears here." },
  shown: (page, entries, hasMore) => {
    if (page) fillChoices(action, "All actions", page.actions.map((/** @type {string} */ name) => [name, actionText(name)]));
    setText(maybe("[data-summary]"), `${counted(entries.length, "entry", "entries")}${hasMore ? ", and older ones" : ""}. Entries cannot be changed.`);
  },
  chips: (filters, [first]) => {
    const chips = [];
    const [actor, subject] = [filters.get("actor"), filters.get("subjectId")];
    if (actor) chips.push({ text: `By ${first ? actorText(first) : actor}`, names: ["actor"] });
    if (filters.get("operator")) chips.push({ text: "By the operator", names: ["operator"] });
    if (subject) chips.push({ text: `About ${first ? subjectText(first) : subject}`, names: ["subjectKind", "subjectId"] });
    return chips;
  },
});

/** @param {AuditEntry} entry */
function row(entry) {
  const who = h("button", { class: "clip-name", type: "button", title: "Show only what this person did" }, actorText(entry));
  who.addEventListener("click", () => list.narrow(entry.actor ? { actor: entry.actor.id, operator: "" } : { operator: "true", actor: "" }));
  const which = h("button", { class: "clip-name", type: "button", title: "Show only what was done to this" }, subjectText(entry));
  which.addEventListener("click", () => list.narrow({ subjectKind: entry.subjectKind, subjectId: entry.subjectId }));
  return h("tr", { "data-entry": entry.id },
    h("td", { class: "num quiet" }, moment(entry.happenedAt)),
    h("td", {}, who),
    h("td", {}, h("b", {}, actionText(entry.action))),
    h("td", {}, which, h("br"), h("span", { class: "quiet" }, entry.subjectKind)),
    h("td", {}, difference(entry)));
}
