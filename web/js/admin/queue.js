// The moderation queue: its clips, and decisions about them.

import { send } from "../core/api.js";

/**
 * @typedef {object} Card
 * @property {string} id
 * @property {string} title
 * @property {string | null} username
 * @property {string} avatarUrl
 * @property {string} genre
 * @property {boolean} aiGenerated
 * @property {string | null} videoUrl
 * @property {string | null} posterUrl
 * @property {number | null} durationSeconds
 */

/**
 * @typedef {Card & {
 *   description: string, status: string, processing: "processing" | "ready" | "failed", processingError: string | null,
 *   rejectionReason: string | null, slot: number | null, voteCount: number, createdAt: string, decidedAt: string | null,
 *   nearDuplicates: {similarity: number, status: string, slot: number | null, voteCount: number, clip: Card}[],
 * }} QueuedClip
 */

/** @typedef {{clips: QueuedClip[], nextCursor: string | null, counts: Record<string, number>}} QueuePage */

/**
 * Decides on many clips at once; each has an outcome of its own.
 * @param {"approve" | "reject"} action
 * @param {string[]} ids
 * @param {string} [reason]
 * @returns {Promise<{done: number, results: {success: boolean, clipId: string, outcome: string, slot: number | null}[]}>}
 */
export function decide(action, ids, reason) {
  return send("POST", "/api/admin/bulk", { action, clipIds: ids, ...(reason ? { reason } : {}) });
}

/**
 * Why a decision was refused.
 * @param {string} outcome
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
