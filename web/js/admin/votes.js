// The votes of a round as admins look after them: what the server knows of them.

import { send } from "../core/api.js";

/**
 * @param {import("../api.js").VoidVotesInput} choice
 * @returns {Promise<import("../api.js").VoteVoid>}
 */
export function voidVotes(choice) {
  return send("POST", "/api/admin/votes/void", choice);
}

/**
 * @param {string} voidId
 * @param {string} reason
 * @returns {Promise<import("../api.js").VoidUndone>}
 */
export function restoreVotes(voidId, reason) {
  /** @type {import("../api.js").UndoVoidInput} */
  const input = { voidId, reason };
  return send("POST", "/api/admin/votes/unvoid", input);
}

/**
 * @param {import("../api.js").ReviewRoundInput} decision
 * @returns {Promise<import("../api.js").RoundEvents>}
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
