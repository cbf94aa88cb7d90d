// The votes of a day that are marked: the first, the 50th, the 100th and the 200th. Each is marked once a day, also after an undo.

import { mayNote } from "../core/preferences.js";

/** @typedef {1 | 50 | 100 | 200} Milestone */

/** @type {Milestone[]} */
const milestones = [1, 50, 100, 200];
const name = "milestones";

/** Works without storage too: then they are remembered as long as the page. */
let memory = "";

/** Of the site's own notes only those of this tab are kept without consent. */
const store = () => (mayNote() ? localStorage : sessionStorage);

/** @returns {Set<number>} those of today that were marked */
function marked() {
  let note = memory;
  try {
    note = store().getItem(name) ?? memory;
  } catch {
    // Private windows may refuse.
  }
  const [day, numbers = ""] = note.split(" ");
  return day === today() ? new Set(numbers.split(",").map(Number)) : new Set();
}

const today = () => new Date().toISOString().slice(0, 10);

/**
 * The milestone that a vote has reached and that is to be marked now.
 * @param {number} before the day's votes before it
 * @param {number} after the day's votes with it
 * @returns {Milestone | null}
 */
export function reachMilestone(before, after) {
  const reached = milestones.find((number) => before < number && number <= after);
  const known = marked();
  if (!reached || known.has(reached)) return null;
  memory = `${today()} ${[...known, reached].join(",")}`;
  try {
    store().setItem(name, memory);
  } catch {
    // Then it lasts as long as the page.
  }
  return reached;
}

/**
 * A milestone in words.
 * @param {Milestone} milestone
 * @param {boolean} isLast whether no vote is left for today, which the operator decides
 */
export function milestoneText(milestone, isLast) {
  if (milestone === 1) return "First vote of the day";
  if (milestone === 50) return "50 votes: the daily goal";
  return isLast ? `${milestone} votes: that was the last of today` : `${milestone} votes today`;
}
