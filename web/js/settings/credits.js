// Older entries of the credit ledger; the newest are in the page.

import { read } from "../core/api.js";
import { h, maybe, one } from "../core/dom.js";
import { whileBusy } from "../core/form.js";
import { count } from "../core/format.js";

/** @typedef {import("../api.js").CreditEntry} Entry */

/** @param {Entry} entry */
function words({ kind, amount, reason }) {
  switch (kind) {
    case "allotment": return "Monthly credits";
    case "lapse": return "Unused monthly credits expired";
    case "grant": return `${amount > 0 ? "From an admin" : "Taken back by an admin"}${reason ? `: ${reason}` : ""}`;
    case "reserve": return "Reserved for a run";
    case "settle": return "Run finished";
    case "release": return "Run did not happen, credits are back";
  }
}

/** @param {Entry} entry */
function row(entry) {
  const day = new Date(entry.happenedAt).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return h("tr", {}, h("td", {}, words(entry)),
    h("td", { class: "r num", "data-label": "Credits" }, `${entry.amount > 0 ? "+" : ""}${count(entry.amount)}`),
    h("td", { class: "r num", "data-label": "Balance" }, count(entry.balance)),
    h("td", { class: "r num", "data-label": "On" }, h("time", { datetime: entry.happenedAt }, day)));
}

/** Where the page has a ledger with more entries than it shows. */
export function startCredits() {
  const more = maybe("[data-more-credits]");
  if (!more) return;
  const body = one("[data-ledger] tbody", HTMLTableSectionElement);
  let shown = 0;
  /** @type {string | null} */
  let cursor = null;
  more.addEventListener("click", () => whileBusy(more, async () => {
    /** @type {import("../api.js").OwnCredits} */
    const page = await read(`/api/credits?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    // The first answer holds what the page shows already, as it is now.
    if (shown === 0) body.replaceChildren();
    body.append(...page.entries.map(row));
    const first = body.rows[shown === 0 ? 8 : shown];
    shown += page.entries.length;
    cursor = page.nextCursor;
    if (!cursor) more.closest(".row")?.remove();
    if (first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
  }));
}
