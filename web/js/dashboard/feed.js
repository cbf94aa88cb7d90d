// The takes of the open round, in the order in which this voter gets to see them.

import { read, Refusal, send } from "../core/api.js";
import { RoundVotes } from "./round-votes.js";

/**
 * @typedef {import("../api.js").FeedClip} FeedClip
 * @typedef {import("../api.js").VoteTally} VoteTally
 */

/**
 * A clip with what this page knows of it besides: whether it is the voter's own, and what their vote counted, where this
 * page has cast it.
 * @typedef {FeedClip & {isOwn?: boolean, cast?: number}} Clip
 */

/** @typedef {NonNullable<import("../api.js").VoteInput["voteType"]>} Weight */

/** What each kind of vote counts. */
export const weights = { standard: 1, super: 3, mega: 10 };

const batch = 8;
const mostIds = 100;
/** How old published counts may be when they arrive, in milliseconds, with a slow line. */
const settleTime = 3000;

export class Feed {
  /** @type {Clip[]} */
  clips = [];
  /** @type {import("../api.js").Feed["state"]} */
  state = "no_season";
  /** @type {number | null} */
  slot = null;
  totalSlots = 0;
  clipCount = 0;
  hasMore = false;
  /** @type {import("../api.js").FeedSeason | null} */
  season = null;
  /** @type {string | null} */
  endsAt = null;
  spent = 0;
  /**
   * The voter's own name, when there is one.
   * @type {string | null}
   */
  me = null;
  /** Heavier votes are for members. */
  isMember = false;
  /** Whether the site has heavier votes. */
  isPowerOn = true;
  /**
   * Why no one, or only members, may vote at the moment.
   * @type {"off" | "members" | null}
   */
  gate = null;
  /** @type {{standard: number, super: number | null, mega: number | null}} null until the first answer */
  left;
  /** The votes of all. */
  round = new RoundVotes();
  /** @type {string | null} */
  #token = null;
  /** @type {Set<string>} */
  #seen = new Set();
  /** @type {Set<string>} */
  #pending = new Set();
  /**
   * When this page's votes were answered, by take.
   * @type {Map<string, number>}
   */
  #answered = new Map();

  /** @param {number} daily how many votes a day has, until the first answer says how many are left */
  constructor(daily) {
    this.left = { standard: daily, super: null, mega: null };
  }

  /** How many votes a day has. */
  get daily() {
    return Math.max(1, this.spent + this.left.standard);
  }

  get isSpent() {
    return this.left.standard <= 0;
  }

  /** Takes that the voter could still vote for: one's own are not among them. */
  get unvoted() {
    return this.clips.filter((clip) => !clip.hasVoted && !this.isOwn(clip)).length;
  }

  /** How many of the takes are not one's own. */
  get others() {
    return this.clips.filter((clip) => !this.isOwn(clip)).length;
  }

  /** @param {Clip} clip */
  isOwn(clip) {
    return clip.isOwn ?? (this.me !== null && clip.username === this.me);
  }

  /** @param {Clip} clip */
  isPending(clip) {
    return this.#pending.has(clip.id);
  }

  /**
   * Whether a vote of this page may be newer than counts that have just arrived: it is on its way, or was answered in the
   * last seconds. Without a take, whether that is so for any.
   * @param {Clip} [clip]
   */
  isAhead(clip) {
    const since = performance.now() - settleTime;
    if (!clip) return this.#pending.size > 0 || [...this.#answered.values()].some((at) => at > since);
    return this.isPending(clip) || (this.#answered.get(clip.id) ?? -Infinity) > since;
  }

  /**
   * Notes that a take was watched, so that a later batch shows others first.
   * @param {Clip} clip
   */
  markSeen(clip) {
    this.#seen.add(clip.id);
  }

  /**
   * Starts with the first batch.
   * @param {string | null} [first] the take that comes first, if it is in the round
   * @param {boolean} [isWish] whether a person asked for it; else it is not shown again after a vote for it
   * @returns {Promise<boolean>} whether `first` is the first one
   */
  async load(first = null, isWish = false) {
    const sentAt = performance.now();
    const answer = await this.#fetch([], batch, first);
    this.#adopt(answer, sentAt);
    this.clips = answer.clips;
    const clip = this.clips.find((one) => one.id === first);
    if (!clip || this.state !== "voting") return false;
    const others = this.clips.filter((one) => one !== clip);
    const isFirst = isWish || !clip.hasVoted;
    this.clips = isFirst ? [clip, ...others] : [...others, clip];
    return isFirst;
  }

  /**
   * Takes up a round where it was left in this tab; `refresh` then brings it up to date.
   * @param {Pick<Feed, "clips" | "slot" | "season">} round
   */
  restore(round) {
    Object.assign(this, { state: "voting", clips: round.clips, slot: round.slot, season: round.season });
  }

  /** Adds the next batch. Answers how many takes came. */
  async more() {
    const sentAt = performance.now();
    const answer = await this.#fetch(this.clips.map((clip) => clip.id));
    if (answer.currentSlot !== this.slot) return 0;
    this.#adopt(answer, sentAt);
    return this.#append(answer.clips);
  }

  /** Brings counts up to date and adds takes that have come since. Answers whether another round is open now. */
  async refresh() {
    const sentAt = performance.now();
    const answer = await this.#fetch([], 20);
    const hasChanged = answer.currentSlot !== this.slot || answer.state !== this.state || answer.season?.id !== this.season?.id;
    this.#adopt(answer, sentAt);
    if (hasChanged) {
      this.clips = answer.clips;
      return true;
    }
    const fresh = new Map(answer.clips.map((clip) => [clip.id, clip]));
    for (const old of this.clips) {
      // What this page has voted since it asked is not in the answer.
      if (this.#pending.has(old.id) || this.#hasVotedSince(sentAt, old.id)) continue;
      const clip = fresh.get(old.id);
      // The answer's counts are as old as the stream's.
      if (clip && !this.isAhead(old)) Object.assign(old, { voteCount: clip.voteCount, weightedScore: clip.weightedScore });
      old.hasVoted = clip?.hasVoted ?? answer.votedClipIds.includes(old.id);
    }
    this.#append(answer.clips);
    return false;
  }

  /**
   * Casts a vote: it shows at once and is taken back when it is refused.
   * @param {Clip} clip
   * @param {Weight} kind
   * @param {() => void} changed
   */
  async vote(clip, kind, changed) {
    await this.#change(clip, 1, weights[kind], changed, async () => {
      /** @type {import("../api.js").VoteInput} */
      const body = { clipId: clip.id, ...(kind === "standard" ? {} : { voteType: kind }) };
      const token = this.#token;
      return send("POST", "/api/vote", body, token ? { "X-Feed-Token": token } : {});
    });
  }

  /**
   * Takes a vote back.
   * @param {Clip} clip
   * @param {() => void} changed
   */
  async undo(clip, changed) {
    await this.#change(clip, -1, -(clip.cast ?? 1), changed, () => send("DELETE", "/api/vote", { clipId: clip.id }));
  }

  /**
   * @param {Clip} clip
   * @param {1 | -1} votes
   * @param {number} weight
   * @param {() => void} changed
   * @param {() => Promise<VoteTally>} call
   */
  async #change(clip, votes, weight, changed, call) {
    if (this.#pending.has(clip.id)) return;
    const before = { hasVoted: clip.hasVoted, weightedScore: clip.weightedScore };
    this.#pending.add(clip.id);
    clip.hasVoted = votes > 0;
    if (clip.weightedScore !== null) clip.weightedScore = Math.max(0, clip.weightedScore + weight);
    this.#spend(votes);
    this.round.begin(votes);
    let isCounted = false;
    changed();
    try {
      const answer = await call();
      isCounted = true;
      // Null where the season does not show counts, or only to those who have voted.
      if (answer.newScore !== undefined) clip.weightedScore = answer.newScore;
      clip.cast = Math.max(1, weight);
      this.#count(answer);
    } catch (error) {
      const code = error instanceof Refusal ? error.code : "";
      // The wish is fulfilled already: an earlier answer was lost on its way.
      if ((code === "already_voted" && votes > 0) || (code === "vote_not_found" && votes < 0)) {
        this.#spend(/** @type {1 | -1} */ (-votes));
        this.#count(/** @type {Partial<import("../api.js").VoteConflict>} */ (/** @type {Refusal} */ (error).body));
        return;
      }
      Object.assign(clip, before);
      this.#spend(/** @type {1 | -1} */ (-votes));
      throw error;
    } finally {
      this.#pending.delete(clip.id);
      this.#answered.set(clip.id, performance.now());
      this.round.end(votes, isCounted);
      changed();
    }
  }

  /** @param {1 | -1} votes */
  #spend(votes) {
    this.spent = Math.max(0, this.spent + votes);
    this.left = { ...this.left, standard: this.left.standard - votes };
  }

  /** @param {Partial<Pick<import("../api.js").VoteConflict, "totalVotesToday" | "remainingVotes">>} answer */
  #count(answer) {
    if (typeof answer.totalVotesToday === "number") this.spent = answer.totalVotesToday;
    if (answer.remainingVotes) this.left = answer.remainingVotes;
  }

  /**
   * @param {string[]} exclude
   * @param {number} [limit]
   * @param {string | null} [first]
   * @returns {Promise<import("../api.js").Feed>}
   */
  #fetch(exclude, limit = batch, first = null) {
    const query = new URLSearchParams({ limit: String(limit) });
    // The address may ask for anything.
    if (first && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(first)) query.set("firstId", first);
    if (exclude.length) query.set("excludeIds", exclude.slice(-mostIds).join(","));
    if (this.#seen.size) query.set("seenIds", [...this.#seen].slice(-mostIds).join(","));
    return read(`/api/vote?${query}`);
  }

  /**
   * Whether a vote for a take, or without one for any, was answered since then.
   * @param {number} time
   * @param {string} [id]
   */
  #hasVotedSince(time, id) {
    return id ? (this.#answered.get(id) ?? -Infinity) > time : [...this.#answered.values()].some((at) => at > time);
  }

  /**
   * @param {import("../api.js").Feed} answer
   * @param {number} sentAt when it was asked for
   */
  #adopt(answer, sentAt) {
    this.state = answer.state;
    this.slot = answer.currentSlot;
    this.totalSlots = answer.totalSlots ?? 0;
    this.clipCount = answer.totalClipsInSlot;
    this.hasMore = answer.hasMoreClips;
    this.season = answer.season;
    this.endsAt = answer.votingEndsAt;
    this.#token = answer.feedToken;
    if (this.#pending.size === 0 && !this.#hasVotedSince(sentAt)) this.#count(answer);
  }

  /** @param {Clip[]} clips */
  #append(clips) {
    const known = new Set(this.clips.map((clip) => clip.id));
    const fresh = clips.filter((clip) => !known.has(clip.id));
    this.clips.push(...fresh);
    return fresh.length;
  }
}
