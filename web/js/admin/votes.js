// The votes of a round as admins look after them: what the server knows of them.

import { send } from "../core/api.js";

/**
 * @typedef {object} Vote
 * @property {string} clipId
 * @property {string} title
 * @property {string} voterKey
 * @property {string | null} username
 * @property {number} casts
 * @property {number} weight
 * @property {string[]} flags
 * @property {string | null} network
 * @property {number} networkVoters
 * @property {number} deviceVoters
 * @property {string} createdAt
 * @property {string | null} voidedAt
 * @property {string | null} voidId
 */

/**
 * @typedef {{clipId: string, title: string, voteCount: number, weightedScore: number, rank: number, cleanCount: number, cleanScore: number, cleanRank: number}} Standing
 * @typedef {{kind: "flag" | "network", name: string, votes: number, flagged: number, voided: number, voters: number, weight: number}} Group
 * @typedef {{id: string, origin: "admin" | "review" | "ban", member: string | null, username: string | null, reason: string, slot: number | null, votes: number, weight: number, voidedAt: string, undoneAt: string | null, restored: number | null}} VoidRecord
 */

/**
 * @typedef {object} VotePage
 * @property {{id: string, number: number, label: string, totalSlots: number}} season
 * @property {number} slot
 * @property {string} status
 * @property {string | null} reviewEndsAt
 * @property {Vote[]} votes
 * @property {string | null} nextCursor
 * @property {Standing[]} standing
 * @property {boolean} flaggedDecide
 * @property {Group[]} groups
 * @property {VoidRecord[]} voids
 */

/**
 * @param {Record<string, unknown>} choice
 * @returns {Promise<{voidId: string, votes: number, weight: number}>}
 */
export function voidVotes(choice) {
  return send("POST", "/api/admin/votes/void", choice);
}

/**
 * @param {string} voidId
 * @param {string} reason
 * @returns {Promise<{restored: number, kept: number}>}
 */
export function restoreVotes(voidId, reason) {
  return send("POST", "/api/admin/votes/unvoid", { voidId, reason });
}

/**
 * @param {{seasonId: string, slot: number, decision: "accept" | "void", reason: string}} decision
 */
export function decideReview(decision) {
  return send("POST", "/api/admin/rounds/review", decision);
}

const flagWords = /** @type {Record<string, string>} */ ({
  missing_headers: "Missing headers",
  feed_token_missing: "Voted without a feed",
  feed_token_stale: "Outdated feed",
  burst: "Burst",
  new_devices: "New devices",
  upload_order: "Voted in upload order",
  network_cap: "Network limit",
});

/**
 * A reason in people's words.
 * @param {string} flag
 */
export function flagText(flag) {
  return flagWords[flag] ?? flag.replaceAll("_", " ");
}

/**
 * A short form of a key: short enough to read, long enough to tell apart.
 * @param {string} key
 */
export function shortKey(key) {
  const [kind, rest = ""] = key.split("_");
  return `${kind} ${rest.slice(0, 8)}`;
}
