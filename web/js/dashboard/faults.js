// What a refused vote says: what happened, whether it counts, what to do.

import { Refusal } from "../core/api.js";
import { counted } from "../core/format.js";
import { limitText } from "./vote-button.js";

/**
 * @typedef {object} VoteFault
 * @property {string} text
 * @property {"again" | "sign-in" | null} way
 * @property {boolean} [isOutdated] what the page shows is no longer so
 * @property {boolean} [isOwn]
 * @property {"off" | "members"} [gate] what keeps every vote from counting
 */

/**
 * @param {unknown} error
 * @param {boolean} isUndo
 * @returns {VoteFault}
 */
export function voteFault(error, isUndo) {
  if (!(error instanceof Refusal)) throw error;
  switch (error.code) {
    case "auth_required":
      return { text: "Only members can vote at the moment. Your vote was not counted.", way: "sign-in", gate: "members" };
    case "banned":
      return { text: "Your account is banned from voting. Your vote was not counted.", way: null };
    case "rate_limited": {
      const wait = error.retryAfter ? ` Try again in ${counted(error.retryAfter, "second", "seconds")}.` : "";
      return { text: `You are voting too fast. Your last vote was not counted.${wait}`, way: "again" };
    }
    case "feature_off":
      return { text: "Voting is switched off at the moment. Your vote was not counted.", way: null, gate: "off" };
    case "own_clip":
      return { text: "You cannot vote for your own take.", way: null, isOwn: true };
    case "super_used":
      return { text: "You have already used your super vote in this slot. Your vote was not counted.", way: null, isOutdated: true };
    case "mega_used":
      return { text: "You have already used your mega vote in this slot. Your vote was not counted.", way: null, isOutdated: true };
    case "daily_limit":
      return { text: "Daily limit reached. You can vote again at 00:00 UTC.", way: null, isOutdated: true };
    case "captcha_required":
      return { text: "Complete the captcha to vote. Your vote was not counted.", way: "again" };
    case "round_over":
    case "wrong_slot":
    case "clip_not_active":
    case "clip_not_found":
      return {
        text: isUndo ? "The round is over, so your vote can no longer be undone." : "The round closed before your vote arrived, so it was not counted.",
        way: null, isOutdated: true,
      };
    default:
      if (error.isOffline && !navigator.onLine) {
        return { text: `You are offline. ${isUndo ? "Your vote still counts." : "Your vote was not counted."}`, way: "again" };
      }
      return {
        text: isUndo ? "Your vote could not be undone. It still counts." : "Your vote could not be sent, so it was not counted.",
        way: "again",
      };
  }
}

/**
 * Why a vote for a take cannot count, in one line; null when it can.
 * @param {import("./feed.js").Clip} clip
 * @param {import("./feed.js").Feed} feed
 */
export function obstacle(clip, feed) {
  if (clip.isOwn) return "This is your own take.";
  if (feed.gate === "off") return "Voting is switched off at the moment.";
  return feed.isSpent && !clip.hasVoted ? limitText(feed) : null;
}
