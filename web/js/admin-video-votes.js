// Votes for videos of comparisons with their evidence: a selection is taken out of the counts, and comes back.

import "./site.js";
import { askWhy, askedOf, chipsOf, evidenceCell, showVoids, sinceCell } from "./admin/arena-oversight.js";
import { shortKey } from "./admin/votes.js";
import { prepareChanges, send } from "./core/api.js";
import { h, one } from "./core/dom.js";
import { counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";

/**
 * @typedef {import("./api.js").VideoVoteEvidence} VideoVoteEvidence
 * @typedef {import("./api.js").VideoVoteOversight} VideoVoteOversight
 */

/** @param {VideoVoteEvidence} vote */
const keyOf = (vote) => `${vote.voterKey} ${vote.videoId} ${vote.voidId ?? ""}`;

/** @param {VideoVoteEvidence} vote */
function row(vote) {
  const who = vote.username ?? shortKey(vote.voterKey);
  const tick = h("input", { type: "checkbox", "aria-label": `Select the vote of ${who} for ${vote.model} in ${vote.comparison}`, "data-tick": keyOf(vote) });
  tick.disabled = vote.voidId !== null;
  const voter = h("button", { class: "link", type: "button", "aria-label": `Show all votes of ${who}` }, who);
  voter.addEventListener("click", () => list.narrow({ voter: vote.voterKey }));
  return h("tr", { "data-void": vote.voidId ? "" : null },
    h("td", {}, tick), h("td", {}, h("b", {}, vote.model), h("br"), h("a", { class: "link", href: `/comparisons/${vote.comparison}` }, vote.comparison)),
    h("td", {}, voter, h("br"), h("span", { class: "key num" }, vote.network ? `net ${vote.network.slice(0, 8)}` : "no network")),
    evidenceCell(vote, (filters) => list.narrow(filters)), sinceCell(vote.createdAt));
}

/** @type {ReturnType<typeof pagedList<VideoVoteEvidence, VideoVoteOversight>>} */
const list = pagedList({
  path: "/api/admin/video-votes",
  noun: "votes",
  query: (filters, view) => ({ ...askedOf(filters, view), voided: view === "voided" ? "true" : null }),
  items: (answer) => answer.votes,
  key: keyOf,
  row,
  empty: (_, view) => ({
    icon: "check", title: "No votes",
    text: view === "flagged" ? "No vote for a video is flagged." : view === "voided" ? "No vote for a video is voided." : "No vote matches.",
  }),
  shown: (answer) => {
    if (answer) showVoids(answer.voids, () => void list.load());
  },
  chips: chipsOf,
  isSelectable: (vote) => !vote.voidId,
  isIdle: () => true,
});

one("[data-void]", HTMLButtonElement).addEventListener("click", () => {
  const chosen = list.selectedItems();
  askWhy(
    { title: `Void ${counted(chosen.length, "vote", "votes")}`, confirm: "Void", text: "They stop counting at once and stay here as evidence. You can undo it." },
    async (reason) => {
      // A void is about voters of one video, so that it takes out nothing that was not selected.
      let votes = 0;
      for (const videoId of new Set(chosen.map((vote) => vote.videoId))) {
        /** @type {import("./api.js").VoidVideoVotesInput} */
        const input = { videoId, voters: chosen.filter((vote) => vote.videoId === videoId).map((vote) => vote.voterKey), reason };
        /** @type {import("./api.js").ArenaVoided} */
        const made = await send("POST", "/api/admin/video-votes/void", input);
        votes += made.votes;
      }
      return `${counted(votes, "vote", "votes")} voided`;
    }, () => void list.load());
});

prepareChanges();
