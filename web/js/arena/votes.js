// Votes for the videos of a comparison: shown at once, and taken back when the server refuses.

import { read, Refusal, send } from "../core/api.js";
import { all, announce, h, maybe, setText } from "../core/dom.js";
import { faultText } from "../core/form.js";
import { count, counted } from "../core/format.js";
import { toast } from "../core/toast.js";

/** @typedef {import("../api.js").OwnVideoVotes} OwnVideoVotes */
/** @typedef {import("../api.js").VideoVote} VideoVote */

/** @param {string} comparison */
export function showVotes(comparison) {
  const cells = all("[data-video]");
  const loaded = load(comparison, cells);
  for (const cell of cells) {
    const button = maybe("[data-vote]", cell);
    button?.addEventListener("click", async () => {
      if (button.getAttribute("aria-busy") === "true") return;
      button.setAttribute("aria-busy", "true");
      // The first answer gives the browser the cookie by which its votes are known again.
      await loaded;
      await vote(cell, button);
      button.removeAttribute("aria-busy");
      showSum(cells);
    });
  }
}

/**
 * @param {string} comparison
 * @param {HTMLElement[]} cells
 */
async function load(comparison, cells) {
  try {
    /** @type {OwnVideoVotes} */
    const { own, votes } = await read(`/api/comparisons/${comparison}/votes`);
    for (const cell of cells) {
      const id = cell.dataset.video ?? "";
      show(cell, own.includes(id), votes[id] ?? shownVotes(cell));
    }
    showSum(cells);
  } catch {
    // The counts of the page stay, and a vote still counts.
  }
}

/**
 * @param {HTMLElement} cell
 * @param {HTMLElement} button
 */
async function vote(cell, button) {
  const isUndo = button.getAttribute("aria-pressed") === "true";
  const before = shownVotes(cell);
  show(cell, !isUndo, before + (isUndo ? -1 : 1));
  try {
    /** @type {VideoVote} */
    const answer = await send(isUndo ? "DELETE" : "POST", `/api/videos/${cell.dataset.video}/vote`);
    show(cell, !isUndo, answer.votes);
    announce(isUndo ? `Your vote for ${cell.dataset.name} is taken back.` : `You voted for ${cell.dataset.name}.`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "already_voted" || error.code === "not_voted") {
      show(cell, error.code === "already_voted", before);
      return;
    }
    show(cell, isUndo, before);
    toast(error.isOffline ? "Your vote could not be saved. It was not counted." : faultText(error, "Your vote was not counted."), { tone: "bad" });
  }
}

/** @param {HTMLElement} cell */
function shownVotes(cell) {
  return Number((maybe("[data-count]", cell)?.textContent ?? "0").replace(/\D/g, ""));
}

/**
 * @param {HTMLElement} cell
 * @param {boolean} isOwn
 * @param {number} votes
 */
function show(cell, isOwn, votes) {
  const button = maybe("[data-vote]", cell);
  if (!button) return;
  button.setAttribute("aria-pressed", String(isOwn));
  button.setAttribute("aria-label", `Vote for ${cell.dataset.name}, ${counted(votes, "vote", "votes")}`);
  setText(maybe("[data-count]", cell), count(votes));
}

/** @param {HTMLElement[]} cells */
function showSum(cells) {
  const sum = cells.reduce((total, cell) => total + shownVotes(cell), 0);
  const place = maybe("[data-votes]");
  if (place && place.textContent !== counted(sum, "vote", "votes")) place.replaceChildren(h("span", {}, counted(sum, "vote", "votes")));
}
