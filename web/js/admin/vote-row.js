// One vote in the admins' table, with what is known of where it came from.

import { serverNow } from "../core/api.js";
import { h } from "../core/dom.js";
import { waiting } from "../core/format.js";
import { flagText, shortKey } from "./votes.js";

/**
 * @param {import("../api.js").VoteEvidence} vote
 * @param {string} name what tells it from the others
 */
export function voteRow(vote, name) {
  const who = vote.username ?? shortKey(vote.voterKey);
  const tick = h("input", { type: "checkbox", "aria-label": `Select the vote of ${who} for ${vote.title}`, "data-tick": name });
  tick.disabled = vote.voidedAt !== null;
  const flags = vote.flags.map((flag) => h("span", { class: "badge", "data-tone": "warn" }, flagText(flag)));
  const shared = [vote.networkVoters > 1 && `${vote.networkVoters} voters in its network`, vote.deviceVoters > 1 && `${vote.deviceVoters} on its device`].filter(Boolean).join(", ");
  return h("tr", { "data-void": vote.voidedAt ? "" : null },
    h("td", {}, tick), h("td", {}, h("b", {}, vote.title), h("br"), h("span", { class: "quiet num" }, vote.weight === 1 ? "1 vote" : `weight ${vote.weight}`)),
    h("td", {}, who, h("br"), h("span", { class: "key num" }, vote.network ? `net ${vote.network.slice(0, 8)}` : "no network")),
    h("td", {}, ...flags, vote.voidedAt && h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, "Voided"),
      shared && h("span", { class: "quiet" }, ` ${shared}`), !shared && flags.length === 0 && !vote.voidedAt && h("span", { class: "quiet" }, "No findings")),
    h("td", { class: "r num" }, waiting(serverNow() - Date.parse(vote.createdAt))));
}
