// The votes of a round: evidence, a selection, voids and their undoing, and the decision of a review.

import "./site.js";
import { askFor, reasonField } from "./admin/confirmation.js";
import { groups, review, standing, voids } from "./admin/vote-panels.js";
import { voteRow } from "./admin/vote-row.js";
import { decideReview, flagText, restoreVotes, voidVotes } from "./admin/votes.js";
import { prepareChanges, Refusal } from "./core/api.js";
import { all, announce, maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").VoteEvidence} VoteEvidence
 * @typedef {import("./api.js").VoteGroup} VoteGroup
 * @typedef {import("./api.js").VotePage} VotePage
 */

const side = one("[data-detail]", HTMLElement);

/** @type {VotePage | null} */
let page = null;

/** @param {VoteEvidence} vote */
const keyOf = (vote) => `${vote.voterKey} ${vote.clipId} ${vote.createdAt}`;

/** @type {ReturnType<typeof pagedList<VoteEvidence, VotePage>>} */
const list = pagedList({
  path: "/api/admin/votes",
  noun: "votes",
  query: (filters, view) => {
    const [flag, network] = [filters.get("flag"), filters.get("network")];
    return {
      slot: filters.get("slot"), voter: filters.get("voter"), reason: flag, network,
      flagged: view === "flagged" && !network ? "true" : null, voided: view === "voided" ? "true" : null,
    };
  },
  items: (answer) => answer.votes,
  key: keyOf,
  row: (vote) => voteRow(vote, keyOf(vote)),
  empty: (_, view) => ({
    icon: "check", title: "No votes",
    text: view === "flagged" ? "No vote of this round is flagged." : view === "voided" ? "No vote of this round is voided." : "No vote matches.",
  }),
  failed: (error) => {
    const code = error instanceof Refusal ? error.code : "";
    if (code === "no_season") return { icon: "info", title: "No round", text: "Votes appear here once a season is running." };
    if (code === "slot_not_found") return { icon: "info", title: "No round", text: "The season has no such slot." };
    return null;
  },
  shown: (answer) => {
    page = answer;
    side.replaceChildren();
    const asks = one("[data-review]", HTMLElement);
    asks.hidden = answer?.status !== "under_review";
    asks.replaceChildren(...(answer && !asks.hidden ? [review(answer, askReview)] : []));
    setText(maybe("[data-caption]"), `${all("[data-tab][aria-selected=true]")[0]?.textContent ?? ""} votes`);
    if (!answer) {
      setText(maybe("[data-summary]"), "");
      return;
    }
    const status = /** @type {Record<string, string>} */ ({ voting: "open", under_review: "under review", locked: "closed", waiting_for_clips: "waiting for clips" })[answer.status] ?? answer.status;
    setText(maybe("[data-summary]"), `Slot ${answer.slot} of ${answer.season.label}, ${status}.`);
    for (const made of [standing(answer), groups(answer, { onShow: showGroup, onVoid: askGroup }), voids(answer, askUndo)]) if (made) side.append(made);
  },
  chips: (filters) => {
    const [flag, network] = [filters.get("flag"), filters.get("network")];
    return [
      ...(flag ? [{ text: `Only ${flagText(flag)}`, names: ["flag"] }] : []),
      ...(network ? [{ text: `Only network ${network.slice(0, 8)}`, names: ["network"] }] : []),
    ];
  },
  isSelectable: (vote) => !vote.voidedAt,
  isIdle: () => true,
});

/**
 * Asks for a reason, then does it. `run` returns what to tell.
 * @param {string} title
 * @param {string} text
 * @param {string} confirm
 * @param {(reason: string) => Promise<string>} run
 */
function ask(title, text, confirm, run) {
  askFor({
    title, text, confirm, tone: "danger-solid",
    fields: [reasonField("Reason, published with the result", "Say why. The reason is published with the result.")],
    run: async ({ reason = "" }) => {
      const done = await run(reason);
      toast(done);
      announce(done);
      void list.load();
    },
  });
}

function place() {
  return { seasonId: page?.season.id ?? "", slot: page?.slot ?? 0 };
}

one("[data-void]", HTMLButtonElement).addEventListener("click", () => {
  const chosen = list.selectedItems();
  ask(`Void ${counted(chosen.length, "vote", "votes")}`, "They stop counting at once and stay here as evidence. You can undo it.", "Void", async (reason) => {
    const made = await voidVotes({ ...place(), votes: chosen.map((vote) => ({ voter: vote.voterKey, clipId: vote.clipId })), reason });
    return `${counted(made.votes, "vote", "votes")} voided`;
  });
});

/** @param {VoteGroup} chosen */
function askGroup(chosen) {
  const name = chosen.kind === "flag" ? flagText(chosen.name) : `network ${chosen.name.slice(0, 8)}`;
  const choice = chosen.kind === "flag" ? { flag: chosen.name } : { network: chosen.name };
  ask(`Void ${counted(chosen.votes - chosen.voided, "vote", "votes")}: ${name}`, "Every counted vote of this slot in this group stops counting at once. You can undo it.", "Void", async (reason) => {
    const made = await voidVotes({ ...place(), ...choice, reason });
    return `${counted(made.votes, "vote", "votes")} voided`;
  });
}

/** @param {VoteGroup} chosen */
function showGroup(chosen) {
  list.narrow(chosen.kind === "flag" ? { flag: chosen.name, network: "" } : { network: chosen.name, flag: "" });
}

/** @param {import("./api.js").VoidRecord} made */
function askUndo(made) {
  ask(`Undo the void of ${counted(made.votes, "vote", "votes")}`, "The votes count again, unless the voter has voted again since or is banned. The result of a closed round stays; its export gets a correction.", "Undo", async (reason) => {
    const undone = await restoreVotes(made.id, reason);
    return `${counted(undone.restored, "vote counts", "votes count")} again${undone.kept ? `, ${undone.kept} stay voided` : ""}`;
  });
}

/** @param {import("./api.js").ReviewRoundInput["decision"]} choice */
function askReview(choice) {
  const isVoid = choice === "void";
  ask(isVoid ? "Void the flagged votes" : "Accept all votes", "The slot locks with this result, and the next one opens. This cannot be undone.", isVoid ? "Void and lock" : "Accept and lock", async (reason) => {
    await decideReview({ ...place(), decision: choice, reason });
    return "The slot is locked";
  });
}

prepareChanges();
