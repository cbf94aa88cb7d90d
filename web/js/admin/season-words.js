// How seasons and slots are described on their page of the administration.

import { h } from "../core/dom.js";

/**
 * @typedef {import("../api.js").Season} Season
 * @typedef {import("../api.js").StripSlot} StripSlot
 */

/** @type {Record<Season["status"], {word: string, tone: string | null, shape: string | null}>} */
const seasons = {
  draft: { word: "Draft", tone: null, shape: "ring" },
  active: { word: "Running", tone: "live", shape: null },
  finished: { word: "Finished", tone: "good", shape: "square" },
  archived: { word: "Archived", tone: null, shape: "square" },
};

/** @type {Record<StripSlot["status"], {word: string, tone: string | null, shape: string | null}>} */
const slots = {
  upcoming: { word: "Upcoming", tone: null, shape: "ring" },
  voting: { word: "Voting", tone: "live", shape: null },
  waiting_for_clips: { word: "Waiting", tone: "warn", shape: "ring" },
  under_review: { word: "Review", tone: "info", shape: "ring" },
  locked: { word: "Locked", tone: "good", shape: "square" },
};

/** @param {{word: string, tone: string | null, shape: string | null}} state */
const badge = ({ word, tone, shape }) => h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, word);

/** @param {Season["status"]} status */
export const seasonBadge = (status) => badge(seasons[status]);

/** @param {StripSlot} slot */
export const slotBadge = (slot) => badge(isRemoved(slot) ? { word: "Removed", tone: "bad", shape: "square" } : slots[slot.status]);

/**
 * Whether the clip was taken down and none could take its place.
 * @param {StripSlot} slot
 */
export const isRemoved = (slot) => slot.status === "locked" && !slot.winner;

/** @type {Record<string, string>} */
const interventions = {
  winner_assigned: "Winner assigned", clip_taken_down: "Clip taken down", clip_restored: "Clip back after an appeal", slot_unlocked: "Unlocked", round_cancelled: "Round cancelled",
  round_advanced: "Closed early", round_rescheduled: "End changed", season_reset: "Season reset", votes_reset: "Votes reset",
  votes_voided: "Votes voided", votes_restored: "Votes restored", review_opened: "Put under review", review_accepted: "Flagged votes accepted",
  review_voided: "Flagged votes voided", review_expired: "Review expired",
};

/** @param {string} kind */
export const interventionText = (kind) => interventions[kind] ?? kind.replace(/_/g, " ");

/** The units in which the length of a round is given. */
const units = [["days", 86_400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];

/**
 * A length in the greatest unit that divides it: `[24, "hours"]` is one day.
 * @param {number} seconds
 * @returns {[number, string]}
 */
export function inUnits(seconds) {
  const [name, length] = units.find(([, unit]) => seconds % Number(unit) === 0) ?? ["seconds", 1];
  return [seconds / Number(length), String(name)];
}

/**
 * @param {number} number
 * @param {string} unit
 */
export function toSeconds(number, unit) {
  return Math.round(number * Number(units.find(([name]) => name === unit)?.[1] ?? 1));
}
