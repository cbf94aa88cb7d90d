// The seasons and their winning takes, as the player needs them.

import { read } from "../core/api.js";

/**
 * @typedef {object} Segment
 * @property {number} slot
 * @property {string} id
 * @property {string} title
 * @property {string} creator
 * @property {string} avatarUrl
 * @property {string} genre
 * @property {string} videoUrl
 * @property {string} posterUrl
 * @property {number} seconds
 * @property {number} votes
 */

/**
 * @typedef {object} Season
 * @property {string} id
 * @property {number} number
 * @property {string} label
 * @property {string} genre
 * @property {"draft" | "active" | "finished"} status
 * @property {number} totalSlots
 * @property {{slot: number, status: string, votingEndsAt: string | null} | null} round
 * @property {Segment[]} segments
 */

/** @returns {Promise<{seasons: Season[], answer: any}>} */
export async function readFilm() {
  const answer = await read("/api/story");
  return { seasons: answer.seasons.map(season), answer };
}

/**
 * @param {any} one
 * @returns {Season}
 */
function season(one) {
  return {
    id: one.id, number: one.number, label: one.label, genre: one.genre, status: one.status, totalSlots: one.totalSlots,
    round: one.round,
    segments: one.slots.filter((/** @type {any} */ slot) => slot.winner?.videoUrl).map(segment),
  };
}

/**
 * @param {any} slot
 * @returns {Segment}
 */
function segment(slot) {
  const { winner } = slot;
  return {
    slot: slot.position, id: winner.id, title: winner.title, creator: winner.username ?? "former member",
    avatarUrl: winner.avatarUrl, genre: winner.genre, videoUrl: winner.videoUrl, posterUrl: winner.posterUrl ?? "",
    seconds: winner.durationSeconds ?? 0, votes: winner.voteCount ?? 0,
  };
}

/** @param {Season} season */
export function length(season) {
  return season.segments.reduce((sum, one) => sum + one.seconds, 0);
}

/**
 * Where a segment starts in its film.
 * @param {Season} season
 * @param {number} index
 */
export function startOf(season, index) {
  return season.segments.slice(0, index).reduce((sum, one) => sum + one.seconds, 0);
}
