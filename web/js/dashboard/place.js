// Where the voter is in the round, so that a reload and the way back lead to the same take in the same order. It is kept
// for this tab only, and for this round.

const key = "arena";

/**
 * @typedef {object} Place
 * @property {number | null} slot
 * @property {import("./feed.js").Feed["season"]} season
 * @property {import("./feed.js").Clip[]} clips
 * @property {string | null} at the take on the stage; null after the last one
 */

/** @returns {Place | null} */
export function savedPlace() {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {import("./feed.js").Feed} feed
 * @param {number} index
 */
export function savePlace(feed, index) {
  try {
    if (feed.state !== "voting" || feed.clips.length === 0) {
      sessionStorage.removeItem(key);
      return;
    }
    // What depends on who votes is asked for anew.
    const clips = feed.clips.map(({ isOwn, cast, ...clip }) => clip);
    /** @type {Place} */
    const place = { slot: feed.slot, season: feed.season, clips, at: clips[index]?.id ?? null };
    sessionStorage.setItem(key, JSON.stringify(place));
  } catch {
    // Without storage each visit starts from the first take.
  }
}
