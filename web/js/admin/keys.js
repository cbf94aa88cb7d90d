// The API keys of a member: their tiers, limits and requests, and putting one into another tier.

import { send } from "../core/api.js";
import { all, h } from "../core/dom.js";
import { count, counted } from "../core/format.js";
import { askFor } from "./confirmation.js";
import { date } from "./times.js";

/** @typedef {import("../api.js").APIKey} APIKey */

/** @type {Record<APIKey["tier"], string>} */
const tiers = { standard: "Standard", partner: "Partner", own: "Own limits" };

/** The classes of requests that have a limit, by their name in the API's answers and in its input. */
const classes = [
  ["read", "read", "Reads"], ["api", "api", "Changes"], ["upload", "upload", "Uploads"], ["comment", "comment", "Comments"],
  ["admin_sensitive", "adminSensitive", "Sensitive admin actions"],
];

/**
 * @param {APIKey[]} keys
 * @param {(text: string) => Promise<void>} done
 */
export function keyList(keys, done) {
  if (keys.length === 0) return h("p", { class: "quiet" }, "No API keys.");
  return h("ul", { class: "stack stack--tight", "data-member-keys": true }, ...keys.map((key) => {
    const { name, tier, limits, scopes, createdAt, usage } = key;
    const requests = usage.reduce((sum, day) => sum + day.requests, 0);
    const refused = usage.reduce((sum, day) => sum + day.refused, 0);
    const button = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Change the tier of ${name}` }, "Change tier…");
    button.addEventListener("click", () => ask(key, done));
    return h("li", { class: "stack stack--tight", "data-key": key.id }, h("div", { class: "row row--apart" }, h("b", { class: "quote" }, name), h("span", { class: "badge", "data-shape": "ring" }, tiers[tier])),
      h("p", { class: "quiet" }, `${scopes.join(", ")} · created `, date(createdAt), ` · ${counted(requests, "request", "requests")} in 30 days, ${count(refused)} refused`),
      h("p", { class: "quiet" }, `A minute: ${classes.map(([inAnswer = "", , label = ""]) => `${label.toLowerCase()} ${count(limits[inAnswer] ?? 0)}`).join(", ")}`),
      h("div", { class: "row" }, button));
  }));
}

/**
 * @param {APIKey} key
 * @param {(text: string) => Promise<void>} done
 */
function ask(key, done) {
  const select = h("select", { class: "input", id: "tier", name: "tier" }, ...Object.entries(tiers).map(([value, text]) => h("option", { value, selected: value === key.tier }, text)));
  const numbers = h("fieldset", { class: "field", hidden: key.tier !== "own" }, h("legend", {}, "Requests a minute"), ...classes.map(([inAnswer = "", inInput = "", label = ""]) => h("div", { class: "field" },
    h("label", { for: inInput }, label),
    h("input", { class: "input", id: inInput, name: inInput, type: "number", min: 1, max: 1_000_000, inputmode: "numeric", value: key.limits[inAnswer] ?? "", "data-wants": "Enter a number from 1 to 1,000,000.", "aria-describedby": `${inInput}-fault` }),
    h("p", { class: "hint hint--bad", id: `${inInput}-fault`, role: "alert", hidden: true }))));
  select.addEventListener("change", () => {
    numbers.hidden = select.value !== "own";
    for (const field of /** @type {HTMLInputElement[]} */ (all("input", numbers))) field.disabled = numbers.hidden;
  });
  askFor({
    title: `Tier of ${key.name}`, confirm: "Save", tone: "primary", text: "It takes effect at once. Keys of the standard tier share the limits of their member's programs.",
    fields: [h("div", { class: "field" }, h("label", { for: "tier" }, "Tier"), select), numbers],
    run: async (values) => {
      const given = classes.map(([, inInput = ""]) => [inInput, Number(values[inInput])]).filter(([, number]) => number);
      await send("PATCH", `/api/admin/keys/${key.id}`, { tier: values.tier, ...(values.tier === "own" ? { limits: Object.fromEntries(given) } : {}) });
      await done(`${key.name} is in the tier ${tiers[/** @type {APIKey["tier"]} */ (values.tier)].toLowerCase()}.`);
    },
  });
}
