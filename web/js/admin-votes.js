// The votes of a round: evidence, a selection, voids and their undoing, and the decision of a review.

import { groups, review, standing, voids } from "./admin/vote-panels.js";
import { voteRow } from "./admin/vote-row.js";
import { decideReview, flagText, readVotes, restoreVotes, voidVotes } from "./admin/votes.js";
import { Refusal } from "./core/api.js";
import { all, announce, h, icon, maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./admin/votes.js").Vote} Vote
 * @typedef {import("./admin/votes.js").VotePage} VotePage
 * @typedef {import("./admin/votes.js").VoteQuery} VoteQuery
 */

const rows = one("[data-rows]", HTMLElement);
const panel = one("[data-panel]", HTMLElement);
const none = one("[data-none]", HTMLElement);
const side = one("[data-side]", HTMLElement);
const bulk = one("[data-bulk]", HTMLElement);
const more = one("[data-more]", HTMLButtonElement);
const everything = one("[data-all]", HTMLInputElement);
const decision = one("[data-decision]", HTMLDialogElement);
const reasonField = one("[data-decision-reason]", HTMLTextAreaElement);
const slotField = one("[data-slot]", HTMLInputElement);
const voterField = one("[data-voter]", HTMLInputElement);

let view = "flagged";
/**
 * A group whose votes alone are shown.
 * @type {import("./admin/votes.js").Group | null}
 */
let group = null;
/** @type {VotePage | null} */
let page = null;
/** @type {Vote[]} */
let votes = [];
/** @type {Set<string>} */
const selected = new Set();
/** Answers that come late belong to another question. */
let generation = 0;

/** @param {Vote} vote */
const nameOf = (vote) => `${vote.voterKey} ${vote.clipId} ${vote.createdAt}`;

/** @returns {VoteQuery} */
function query() {
  return {
    slot: slotField.value, voter: voterField.value.trim(),
    ...(view === "flagged" && group?.kind !== "network" ? { flagged: "true" } : {}),
    ...(view === "voided" ? { voided: "true" } : {}),
    ...(group?.kind === "flag" ? { reason: group.name } : {}), ...(group?.kind === "network" ? { network: group.name } : {}),
  };
}

/** @param {boolean} [isQuiet] whether what is selected stays */
async function load(isQuiet = false) {
  const mine = (generation += 1);
  if (!isQuiet) panel.setAttribute("aria-busy", "true");
  try {
    const answer = await readVotes(query());
    if (mine !== generation) return;
    page = answer;
    votes = answer.votes;
    if (!isQuiet) selected.clear();
    for (const name of selected) if (!votes.some((vote) => nameOf(vote) === name)) selected.delete(name);
    show();
  } catch (error) {
    if (mine !== generation || isQuiet) return;
    const code = error instanceof Refusal ? error.code : "";
    votes = [];
    page = null;
    rows.replaceChildren();
    side.replaceChildren();
    const text = code === "no_season" ? "Votes stand here once a season runs." : code === "slot_not_found" ? "The season has no such slot." : "Nothing was changed.";
    showNone(code ? "info" : "warn", code ? "No round" : "The votes did not load", text);
    setText(maybe("[data-summary]"), "");
  } finally {
    if (mine === generation) panel.removeAttribute("aria-busy");
  }
}

function show() {
  if (!page) return;
  const status = { voting: "open", under_review: "under review", locked: "closed", waiting_for_clips: "waiting for takes" }[page.status] ?? page.status;
  setText(maybe("[data-summary]"), `Slot ${page.slot} of ${page.season.label}, ${status}.`);
  showFilter();
  showRows();
  const asks = one("[data-review]", HTMLElement);
  asks.hidden = page.status !== "under_review";
  asks.replaceChildren(...(asks.hidden ? [] : [review(page, askReview)]));
  const panels = [standing(page), groups(page, { onShow: showGroup, onVoid: askGroup }), voids(page, askUndo)];
  side.replaceChildren();
  for (const made of panels) if (made) side.append(made);
}

function showFilter() {
  const place = one("[data-filter]", HTMLElement);
  place.hidden = !group;
  if (!group) return;
  const name = group.kind === "flag" ? flagText(group.name) : `Network ${group.name.slice(0, 8)}`;
  const clear = h("button", { class: "chip", type: "button", "aria-label": `Stop showing only ${name}` }, name, icon("close", "sm"));
  clear.addEventListener("click", () => {
    group = null;
    void load();
  });
  place.replaceChildren(h("span", { class: "label" }, "Only"), clear);
}

function showRows() {
  one("[data-table]", HTMLElement).hidden = votes.length === 0;
  none.hidden = votes.length > 0;
  if (votes.length === 0) showNone("check", "Nothing here", view === "flagged" ? "No vote of this round is flagged." : view === "voided" ? "No vote of this round was voided." : "Nobody has voted like that.");
  rows.replaceChildren(...votes.map(row));
  more.hidden = !page?.nextCursor;
  showSelection();
}

/**
 * @param {string} symbol
 * @param {string} title
 * @param {string} text
 */
function showNone(symbol, title, text) {
  one("[data-table]", HTMLElement).hidden = true;
  none.hidden = false;
  none.replaceChildren(h("div", { class: "empty" }, icon(symbol, "lg"), h("h2", {}, title), h("p", {}, text)));
}

/** @param {Vote} vote */
function row(vote) {
  return voteRow(vote, nameOf(vote), (isOn) => {
    if (isOn) selected.add(nameOf(vote));
    else selected.delete(nameOf(vote));
    showSelection();
  });
}

function showSelection() {
  for (const tick of all("[data-tick]", rows)) if (tick instanceof HTMLInputElement) tick.checked = selected.has(tick.dataset.tick ?? "");
  const live = votes.filter((vote) => !vote.voidedAt);
  bulk.hidden = selected.size === 0;
  setText(maybe("[data-selected]"), `${selected.size} selected`);
  everything.checked = live.length > 0 && selected.size === live.length;
  everything.indeterminate = selected.size > 0 && selected.size < live.length;
  everything.disabled = live.length === 0;
}

/** @type {((reason: string) => Promise<string>) | null} */
let pending = null;

/**
 * Asks for a reason, then does it. `run` answers what there is to say.
 * @param {string} title
 * @param {string} text
 * @param {string} label
 * @param {(reason: string) => Promise<string>} run
 */
function ask(title, text, label, run) {
  pending = run;
  setText(maybe("#decision-title"), title);
  setText(maybe("[data-decision-text]"), text);
  setText(maybe("[data-confirm]"), label);
  reasonField.value = "";
  one("[data-decision-fault]", HTMLElement).hidden = true;
  decision.showModal();
  reasonField.focus();
}

function place() {
  return { seasonId: page?.season.id ?? "", slot: page?.slot ?? 0 };
}

function askSelected() {
  const chosen = votes.filter((vote) => selected.has(nameOf(vote)));
  if (chosen.length === 0) return;
  ask(`Void ${counted(chosen.length, "vote", "votes")}`, "They leave the count at once and stay here as evidence. You can undo it.", "Void", async (reason) => {
    const made = await voidVotes({ ...place(), votes: chosen.map((vote) => ({ voter: vote.voterKey, clipId: vote.clipId })), reason });
    return `${counted(made.votes, "vote", "votes")} voided`;
  });
}

/** @param {import("./admin/votes.js").Group} chosen */
function askGroup(chosen) {
  const name = chosen.kind === "flag" ? flagText(chosen.name) : `network ${chosen.name.slice(0, 8)}`;
  const choice = chosen.kind === "flag" ? { flag: chosen.name } : { network: chosen.name };
  ask(`Void ${counted(chosen.votes - chosen.voided, "vote", "votes")}: ${name}`, "Every counted vote of this slot that has this in common leaves the count at once. You can undo it.", "Void", async (reason) => {
    const made = await voidVotes({ ...place(), ...choice, reason });
    return `${counted(made.votes, "vote", "votes")} voided`;
  });
}

/** @param {import("./admin/votes.js").Group} chosen */
function showGroup(chosen) {
  group = chosen;
  void load();
}

/** @param {import("./admin/votes.js").VoidRecord} made */
function askUndo(made) {
  ask(`Undo the void of ${counted(made.votes, "vote", "votes")}`, "The votes count again, except where the voter has voted again since or is banned. The result of a closed round stays; its export gets a correction.", "Undo", async (reason) => {
    const undone = await restoreVotes(made.id, reason);
    return `${counted(undone.restored, "vote counts", "votes count")} again${undone.kept ? `, ${undone.kept} stay out` : ""}`;
  });
}

/** @param {"accept" | "void"} choice */
function askReview(choice) {
  const isVoid = choice === "void";
  ask(isVoid ? "Void the flagged votes" : "Accept all votes", "The slot locks with this result, and the next one opens. This cannot be undone.", isVoid ? "Void and lock" : "Accept and lock", async (reason) => {
    await decideReview({ ...place(), decision: choice, reason });
    return "The slot is locked";
  });
}

async function settle() {
  const run = pending;
  const reason = reasonField.value.trim();
  one("[data-decision-fault]", HTMLElement).hidden = Boolean(reason);
  if (!reason || !run) return;
  decision.close();
  pending = null;
  try {
    const text = await run(reason);
    toast(text);
    announce(text);
  } catch (error) {
    toast(error instanceof Refusal && !error.isOffline ? error.message : "That did not arrive. Nothing was changed.", { tone: "bad" });
  }
  await load();
}

for (const tab of all("[data-view]")) {
  tab.addEventListener("click", () => {
    view = tab.dataset.view ?? "flagged";
    for (const other of all("[data-view]")) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    setText(maybe("[data-caption]"), `${tab.textContent ?? ""} votes`);
    void load();
  });
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const tabs = all("[data-view]");
    const next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
    next?.focus();
    next?.click();
  });
}

everything.addEventListener("change", () => {
  for (const vote of votes) {
    if (everything.checked && !vote.voidedAt) selected.add(nameOf(vote));
    else selected.delete(nameOf(vote));
  }
  showSelection();
});
one("[data-clear]", HTMLButtonElement).addEventListener("click", () => {
  selected.clear();
  showSelection();
});
one("[data-void]", HTMLButtonElement).addEventListener("click", askSelected);
one("[data-keep]", HTMLButtonElement).addEventListener("click", () => decision.close());
one("[data-decision-form]", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void settle();
});
more.addEventListener("click", async () => {
  more.setAttribute("aria-busy", "true");
  const next = await readVotes({ ...query(), cursor: page?.nextCursor ?? "" }).catch(() => null);
  more.removeAttribute("aria-busy");
  if (!next || !page) {
    toast("The next votes did not load.", { tone: "bad" });
    return;
  }
  votes.push(...next.votes);
  page.nextCursor = next.nextCursor;
  showRows();
});

/** @type {number | undefined} */
let typing;
for (const field of [slotField, voterField]) {
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => void load(), 300);
  });
}

void load();
// The tallies are live. What is being chosen or has been loaded further stays as it is.
setInterval(() => {
  const isIdle = !decision.open && selected.size === 0 && votes.length <= 50 && !side.contains(document.activeElement) && !panel.contains(document.activeElement);
  if (document.visibilityState === "visible" && isIdle) void load(true);
}, 5000);
