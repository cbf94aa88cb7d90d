// What the takes of the round have, as it changes: the site publishes the counts of a second in one message.

/**
 * @typedef {object} Counts
 * @property {string} seasonId
 * @property {number} slot
 * @property {number} votes the votes of the whole round
 * @property {{id: string, voteCount: number, weightedScore: number}[]} clips those whose counts have changed
 */

/** How often counts that had to wait are looked at again. */
const pause = 500;

export class LiveCounts {
  #feed;
  #onChange;
  /**
   * Counts that arrived while a vote of this page may have been newer. The message that holds the vote follows within a
   * second, so the last one is right.
   * @type {Map<string, Counts["clips"][number]>}
   */
  #held = new Map();
  /** @type {{slot: number, votes: number} | null} */
  #round = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {import("./feed.js").Feed} feed
   * @param {() => void} onChange
   */
  constructor(feed, onChange) {
    this.#feed = feed;
    this.#onChange = onChange;
  }

  /** @param {Record<string, any>} data `Counts`, unless it cannot be read */
  receive(data) {
    const message = /** @type {Counts} */ (data);
    if (!Array.isArray(message.clips) || message.seasonId !== this.#feed.season?.id || message.slot !== this.#feed.slot) return;
    for (const counts of message.clips) this.#held.set(counts.id, counts);
    this.#round = { slot: message.slot, votes: message.votes };
    this.#apply();
  }

  #apply() {
    clearTimeout(this.#timer);
    const clips = new Map(this.#feed.clips.map((clip) => [clip.id, clip]));
    let hasChanged = false;
    for (const [id, counts] of this.#held) {
      const clip = clips.get(id);
      if (clip && this.#feed.isAhead(clip)) continue;
      this.#held.delete(id);
      // Null where the season shows no counts.
      if (!clip || clip.weightedScore === null) continue;
      hasChanged ||= clip.weightedScore !== counts.weightedScore;
      Object.assign(clip, { voteCount: counts.voteCount, weightedScore: counts.weightedScore });
    }
    if (this.#round && !this.#feed.isAhead()) {
      if (this.#round.slot === this.#feed.slot) this.#feed.round.stream(this.#round.slot, this.#round.votes);
      this.#round = null;
      hasChanged = true;
    }
    if (hasChanged) this.#onChange();
    if (this.#held.size > 0 || this.#round) this.#timer = setTimeout(() => this.#apply(), pause);
  }
}
