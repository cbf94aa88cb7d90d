// How often an API key may be used, and how often it was.

import { h } from "../core/dom.js";
import { count } from "../core/format.js";

/** @typedef {import("../api.js").APIKey} APIKey */

/** @type {Record<APIKey["tier"], string>} */
const tiers = { standard: "Standard limits", partner: "Partner limits", own: "Limits of its own" };

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/**
 * The limits of a key, and its requests by day in a table that unfolds.
 * @param {APIKey} key
 */
export function keyUsage({ name, tier, limits, usage }) {
  const requests = usage.reduce((sum, one) => sum + one.requests, 0);
  const most = Math.max(1, ...usage.map((one) => one.requests));
  const limitText = `${tiers[tier]}: ${count(limits.read ?? 0)} reads and ${count(limits.api ?? 0)} changes a minute`;
  const limitLine = h("p", { class: "quiet" }, limitText);
  if (usage.length === 0) return h("div", { "data-key-usage": true }, limitLine, h("p", { class: "rows__fold" }, "No requests in 30 days"));
  return h("div", { "data-key-usage": true }, limitLine,
    h("details", {}, h("summary", {}, `${count(requests)} ${requests === 1 ? "request" : "requests"} in 30 days`),
      h("table", { class: "table key-days" }, h("caption", { class: "visually-hidden" }, `Requests of ${name} by day, UTC`),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Day"), h("th", { scope: "col", class: "r" }, "Requests"), h("th", { scope: "col", class: "r" }, "Refused"))),
        h("tbody", {}, ...usage.map((one) => h("tr", {}, h("td", {}, h("time", { datetime: one.day }, day.format(new Date(`${one.day}T00:00:00Z`)))),
          h("td", { class: "r num" }, h("meter", { min: 0, max: most, value: one.requests, "aria-hidden": "true" }), ` ${count(one.requests)}`),
          h("td", { class: "r num" }, count(one.refused))))))));
}
