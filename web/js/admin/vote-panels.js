// What is shown beside the votes: the ranking with and without the flagged ones, what they have in common, and
// what was taken out.

import { h, icon } from "../core/dom.js";
import { count, counted } from "../core/format.js";
import { flagText } from "./votes.js";

/**
 * @typedef {import("../api.js").VotePage} VotePage
 * @typedef {import("../api.js").VoteGroup} VoteGroup
 * @typedef {import("../api.js").VoidRecord} VoidRecord
 */

/**
 * @param {string} label
 * @param {string} name
 * @param {() => void} run
 * @param {string} [kind]
 */
function button(label, name, run, kind = "") {
  const made = h("button", { class: `btn btn--sm ${kind}`.trim(), type: "button", "aria-label": name }, label);
  made.addEventListener("click", run);
  return made;
}

/** @param {VotePage} page */
export function standing(page) {
  if (page.standing.length === 0) return null;
  const rows = page.standing.slice(0, 8).map((clip) => h("tr", {},
    h("td", { class: "num" }, String(clip.rank)), h("td", {}, clip.title),
    h("td", { class: "r num" }, count(clip.weightedScore)),
    h("td", { class: "r num" }, `${count(clip.cleanScore)} (${clip.cleanRank})`)));
  return h("section", { class: "panel stack stack--tight" }, h("h2", {}, "Standing"),
    h("p", { class: page.flaggedDecide ? "hint hint--bad" : "muted" }, page.flaggedDecide
      ? "Without the flagged votes, another clip would win."
      : "Without the flagged votes, the same clip wins."),
    h("table", { class: "table" }, h("caption", { class: "visually-hidden" }, "Scores with and without flagged votes"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "#"), h("th", { scope: "col" }, "Take"), h("th", { scope: "col", class: "r" }, "All"),
        h("th", { scope: "col", class: "r" }, "Unflagged"))),
      h("tbody", {}, ...rows)));
}

/**
 * @param {VotePage} page
 * @param {{onShow: (group: VoteGroup) => void, onVoid: (group: VoteGroup) => void}} actions
 */
export function groups(page, actions) {
  const suspicious = page.groups.filter((group) => group.kind === "flag" || group.voters > 1).slice(0, 12);
  if (suspicious.length === 0) return null;
  const lines = suspicious.map((group) => {
    const name = group.kind === "flag" ? flagText(group.name) : `Network ${group.name.slice(0, 8)}`;
    const left = group.votes - group.voided;
    return h("li", {}, h("b", {}, name),
      h("span", { class: "quiet num" }, `${counted(group.votes, "vote", "votes")} of ${counted(group.voters, "voter", "voters")}, ${count(group.flagged)} flagged, ${count(group.voided)} voided`),
      h("span", { class: "row" }, button("Show", `Show ${name}`, () => actions.onShow(group)),
        left > 0 && button(`Void ${count(left)}…`, `Void ${name}`, () => actions.onVoid(group), "btn--danger")));
  });
  return h("section", { class: "panel stack stack--tight" }, h("h2", {}, "Vote groups"), h("ul", { class: "stack" }, ...lines));
}

/**
 * @param {VotePage} page
 * @param {(made: VoidRecord) => void} onUndo
 */
export function voids(page, onUndo) {
  if (page.voids.length === 0) return null;
  const lines = page.voids.slice(0, 10).map((made) => {
    const where = made.slot === null ? "" : `, slot ${made.slot}`;
    const who = made.username ?? (made.origin === "review" ? "by rule" : "operator");
    const isBan = made.origin === "ban";
    const back = `${counted(made.restored ?? 0, "vote", "votes")} came back`;
    const end = made.undoneAt ? `${isBan ? "Ban lifted" : "Undone"}, ${back}` : null;
    const reason = !isBan || !made.member ? made.reason
      : `Ban of ${made.member}.${made.undoneAt ? "" : " The votes come back when it is lifted."}`;
    return h("li", {}, h("b", {}, `${counted(made.votes, "vote", "votes")}${where}`), h("span", { class: "muted" }, reason),
      h("span", { class: "quiet num" }, `${who}, ${made.voidedAt.slice(0, 16).replace("T", " ")} UTC`),
      end ? h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, end)
        : isBan ? made.member && h("a", { class: "link", href: `/admin/users?search=${encodeURIComponent(made.member)}` }, `Show the ban of ${made.member}`)
        : h("span", { class: "row" }, button("Undo…", `Undo the void of ${counted(made.votes, "vote", "votes")}: ${made.reason}`, () => onUndo(made))));
  });
  return h("section", { class: "panel stack stack--tight" }, h("h2", {}, "Voids"), h("ul", { class: "stack" }, ...lines));
}

/**
 * What asks for a decision while a round is under review.
 * @param {VotePage} page
 * @param {(decision: import("../api.js").ReviewRoundInput["decision"]) => void} onDecide
 */
export function review(page, onDecide) {
  const [all] = page.standing;
  const clean = page.standing.find((clip) => clip.cleanRank === 1);
  const until = page.reviewEndsAt ? `${page.reviewEndsAt.slice(0, 16).replace("T", " ")} UTC` : "the end of the review";
  return h("div", { class: "note note--warn" }, icon("warn"),
    h("div", { class: "stack stack--tight" },
      h("p", {}, h("strong", {}, `Slot ${page.slot} is under review. `),
        `All votes: “${all?.title ?? "–"}” wins with ${count(all?.weightedScore ?? 0)}. Without the flagged: “${clean?.title ?? "–"}” with ${count(clean?.cleanScore ?? 0)}. Undecided until ${until}, the flagged votes are voided.`),
      h("div", { class: "row" }, button("Accept all votes", "Accept all votes", () => onDecide("accept")),
        button("Void the flagged votes", "Void the flagged votes", () => onDecide("void"), "btn--danger"))));
}
