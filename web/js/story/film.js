// The seasons and their winning takes, as the player needs them.

import { read } from "../core/api.js";

/**
 * @typedef {import("../api.js").Story} Story
 * @typedef {import("../api.js").StorySeason} StorySeason
 * @typedef {import("../api.js").StoryWinner} StoryWinner
 */

/**
 * @typedef {object} Segment a winning take that can be played
 * @property {number} slot
 * @property {string} id
 * @property {string} title
 * @property {string | null} username null for a former member
 * @property {string} creator
 * @property {string} avatarUrl
 * @property {string} genre
 * @property {string} videoUrl
 * @property {string} posterUrl
 * @property {string} thumbnailUrl
 * @property {number} seconds
 * @property {number} votes
 * @property {number} comments
 * @property {boolean} aiGenerated
 * @property {string} captionsUrl empty where there are none
 */

/**
 * @typedef {Pick<StorySeason, "id" | "number" | "label" | "description" | "genre" | "status" | "totalSlots" | "round"> & {segments: Segment[]}} Season
 */

/** @returns {Promise<{seasons: Season[], answer: Story}>} */
export async function readFilm() {
  /** @type {Story} */
  const answer = await read("/api/story");
  return { seasons: answer.seasons.map(season), answer };
}

/**
 * @param {StorySeason} one
 * @returns {Season}
 */
function season(one) {
  return {
    id: one.id, number: one.number, label: one.label, description: one.description, genre: one.genre, status: one.status,
    totalSlots: one.totalSlots, round: one.round,
    segments: one.slots.flatMap(({ position, winner }) => (winner?.videoUrl ? [segment(position, winner, winner.videoUrl)] : [])),
  };
}

/**
 * @param {number} slot
 * @param {StoryWinner} winner
 * @param {string} videoUrl
 * @returns {Segment}
 */
function segment(slot, winner, videoUrl) {
  return {
    slot, id: winner.id, title: winner.title, username: winner.username, creator: winner.username ?? "former member",
    avatarUrl: winner.avatarUrl, genre: winner.genre, videoUrl, posterUrl: winner.posterUrl ?? "",
    thumbnailUrl: winner.thumbnailUrl ?? "",
    seconds: winner.durationSeconds ?? 0, votes: winner.voteCount, comments: winner.commentCount, aiGenerated: winner.aiGenerated,
    captionsUrl: winner.captionsUrl ?? "",
  };
}

/** @param {Season} season */
export function length(season) {
  return season.segments.reduce((sum, one) => sum + one.seconds, 0);
}

/**
 * The season as its player needs it.
 * @param {Season} season
 * @returns {import("../player/film.js").Film}
 */
export function filmOf(season) {
  let start = 0;
  const chapters = season.segments.map((segment) => {
    const chapter = { ...segment, start };
    start += segment.seconds;
    return chapter;
  });
  return { number: season.number, label: season.label, seconds: start, file: null, chapters };
}
