// The moderation queue: its clips, and decisions about them.

import { send } from "../core/api.js";

/**
 * Decides on many clips at once; each has an outcome of its own.
 * @param {import("../api.js").DecideClipsInput["action"]} action
 * @param {string[]} ids
 * @param {string} [reason]
 * @returns {Promise<import("../api.js").ClipDecisions>}
 */
export function decide(action, ids, reason) {
  /** @type {import("../api.js").DecideClipsInput} */
  const input = { action, clipIds: ids, ...(reason ? { reason } : {}) };
  return send("POST", "/api/admin/bulk", input);
}

/**
 * Why a decision was refused.
 * @param {import("../api.js").ClipDecision["outcome"]} outcome
 */
export function outcomeText(outcome) {
  switch (outcome) {
    case "not_ready": return "its file is not ready yet";
    case "not_open": return "it is in the film or no longer competes";
    case "creator_banned": return "its creator is banned";
    case "not_found": return "it no longer exists";
    default: return "it could not be done";
  }
}

/**
 * Undoes decisions; each has an outcome of its own.
 * @param {string[]} ids
 * @returns {Promise<import("../api.js").UndoneDecisions>}
 */
export function undo(ids) {
  /** @type {import("../api.js").UndoDecisionsInput} */
  const input = { decisionIds: ids };
  return send("POST", "/api/admin/clips/undo", input);
}

/**
 * Why a decision was not undone.
 * @param {import("../api.js").ClipUndo["outcome"]} outcome
 */
export function undoText(outcome) {
  switch (outcome) {
    case "superseded": return "it was undone or decided again since";
    case "has_votes": return "the clip has votes. Reject it instead";
    case "round_over": return "its round is over";
    case "not_open": return "the clip has changed since";
    case "creator_banned": return "its creator is banned";
    default: return "it could not be done";
  }
}
