// What a refused vote says: what happened, whether it counts, what to do.

import { Refusal } from "../core/api.js";
import { counted } from "../core/format.js";

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
      return { text: "Only members vote at the moment. The vote is not counted.", way: "sign-in", gate: "members" };
    case "banned":
      return { text: "Your account cannot vote. The vote is not counted.", way: null };
    case "rate_limited": {
      const wait = error.retryAfter ? ` Go on in ${counted(error.retryAfter, "second", "seconds")}.` : "";
      return { text: `That was faster than 30 votes a minute. This one is not counted.${wait}`, way: "again" };
    }
    case "feature_off":
      return { text: "Voting is switched off at the moment. The vote is not counted.", way: null, gate: "off" };
    case "own_clip":
      return { text: "This take is yours. Others vote for it.", way: null, isOwn: true };
    case "super_used":
      return { text: "Your super vote of this slot is used. The vote is not counted.", way: null, isOutdated: true };
    case "mega_used":
      return { text: "Your mega vote of this slot is used. The vote is not counted.", way: null, isOutdated: true };
    case "daily_limit":
      return { text: "Daily limit reached. You can vote again at 00:00 UTC.", way: null, isOutdated: true };
    case "captcha_required":
      return { text: "Votes need a proof at the moment that you are a person. The vote is not counted.", way: "again" };
    case "round_over":
    case "wrong_slot":
    case "clip_not_active":
    case "clip_not_found":
      return {
        text: isUndo ? "The round is over. The vote stands." : "The round closed before the vote arrived. It is not counted.",
        way: null, isOutdated: true,
      };
    default:
      if (error.isOffline && !navigator.onLine) {
        return { text: `There is no connection. ${isUndo ? "The vote still counts." : "The vote is not counted."}`, way: "again" };
      }
      return {
        text: isUndo ? "The vote was not taken back. It still counts." : "The vote did not arrive. It is not counted.",
        way: "again",
      };
  }
}
