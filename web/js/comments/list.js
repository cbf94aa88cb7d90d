// The comments on one take or comparison: what was read of them, and every change with its way back.

import { read, Refusal, send } from "../core/api.js";

/** @typedef {import("../api.js").Comment} Comment */
/** @typedef {import("../api.js").CommentReply} CommentReply */
/** @typedef {import("../api.js").CommentPage} CommentPage */
/** @typedef {"newest" | "top"} Sort */
/** @typedef {{clipId: string} | {comparisonId: string}} Subject */
/** @typedef {import("../api.js").AccountUser} AccountUser */

/** How many comments a page has. */
const pageSize = 20;

/** A second press within this time is part of a double click or tap, in milliseconds. */
const doublePress = 400;

/**
 * A comment on this page. A reply has a parent and no replies.
 * @typedef {CommentReply & {replies: Entry[], replyCount: number, parent: Entry | null, isSending: boolean}} Entry
 */

/**
 * @param {CommentReply | Comment} comment
 * @param {Entry | null} [parent]
 * @returns {Entry}
 */
function entryOf(comment, parent = null) {
  /** @type {Entry} */
  const entry = { ...comment, replies: [], replyCount: 0, parent, isSending: false };
  if ("replies" in comment) {
    entry.replyCount = comment.replyCount;
    entry.replies = comment.replies.map((reply) => entryOf(reply, entry));
  }
  return entry;
}

export class CommentList {
  /** @type {Entry[]} */
  entries = [];
  total = 0;
  /** @type {Sort} */
  sort;
  /** @type {string | null} */
  #next = null;
  #query;
  #subject;
  /** A change of the order or another subject makes answers that are on their way void. */
  #turn = 0;
  /** The comments whose like is on its way. @type {Set<string>} */
  #liking = new Set();
  /** When each comment's like was last pressed. @type {Map<string, number>} */
  #pressed = new Map();

  /**
   * @param {Subject} subject
   * @param {Sort} sort
   */
  constructor(subject, sort) {
    this.#subject = subject;
    this.#query = new URLSearchParams(subject).toString();
    this.sort = sort;
  }

  get hasMore() {
    return this.#next !== null;
  }

  /** Every comment that is shown, replies among them. */
  *all() {
    for (const entry of this.entries) {
      yield entry;
      yield* entry.replies;
    }
  }

  /** Reads the first page. @returns {Promise<boolean>} whether it is still wanted */
  async load() {
    this.#turn += 1;
    const turn = this.#turn;
    /** @type {CommentPage} */
    const page = await read(`/api/comments?${this.#query}&sort=${this.sort}&limit=${pageSize}`);
    if (turn !== this.#turn) return false;
    this.entries = page.comments.map((comment) => entryOf(comment));
    this.total = page.total;
    this.#next = page.nextCursor;
    return true;
  }

  /** Reads the next page. @returns {Promise<Entry[]>} what has come */
  async more() {
    if (!this.#next) return [];
    const turn = this.#turn;
    /** @type {CommentPage} */
    const page = await read(`/api/comments?${this.#query}&sort=${this.sort}&limit=${pageSize}&cursor=${encodeURIComponent(this.#next)}`);
    if (turn !== this.#turn) return [];
    const known = new Set(this.entries.map(({ id }) => id));
    const added = page.comments.filter(({ id }) => !known.has(id)).map((comment) => entryOf(comment));
    this.entries.push(...added);
    this.total = page.total;
    this.#next = page.nextCursor;
    return added;
  }

  /**
   * Reads all replies of a thread.
   * @param {Entry} entry
   */
  async readReplies(entry) {
    const turn = this.#turn;
    /** @type {Entry[]} */
    const replies = [];
    let cursor = null;
    do {
      /** @type {CommentPage} */
      const page = await read(`/api/comments?${this.#query}&parentId=${entry.id}&limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      replies.push(...page.comments.map((comment) => entryOf(comment, entry)));
      cursor = page.nextCursor;
    } while (cursor && turn === this.#turn);
    if (turn !== this.#turn) return;
    entry.replies = replies;
    entry.replyCount = replies.length;
  }

  /**
   * Looks for comments that others have written since.
   * @returns {Promise<number>} how many there are more
   */
  async look() {
    const turn = this.#turn;
    /** @type {CommentPage} */
    const page = await read(`/api/comments?${this.#query}&sort=newest&limit=1`);
    return turn === this.#turn ? page.total - this.total : 0;
  }

  /**
   * Shows a comment at once and sends it. It is taken away again when it does not arrive.
   * @param {string} text
   * @param {Entry | null} parent
   * @param {AccountUser} author
   * @param {() => void} changed
   */
  async post(text, parent, author, changed) {
    /** @type {Entry} */
    const entry = {
      id: `new-${crypto.randomUUID()}`, userId: null, username: author.username, avatarUrl: author.avatarUrl, text, likes: 0, liked: false,
      isOwn: true, isGone: false, createdAt: new Date().toISOString(), replies: [], replyCount: 0, parent, isSending: true,
    };
    if (parent) {
      parent.replies.push(entry);
      parent.replyCount += 1;
    } else {
      this.entries.unshift(entry);
    }
    this.total += 1;
    changed();
    try {
      /** @type {Comment} */
      const stored = await send("POST", "/api/comments", { text, ...this.#subject, ...(parent ? { parentId: parent.id } : {}) });
      Object.assign(entry, { id: stored.id, userId: stored.userId, text: stored.text, createdAt: stored.createdAt, isSending: false });
      changed();
    } catch (error) {
      this.#drop(entry);
      changed();
      throw error;
    }
  }

  /** @param {Entry} entry */
  #drop(entry) {
    const list = entry.parent ? entry.parent.replies : this.entries;
    const at = list.indexOf(entry);
    if (at < 0) return;
    list.splice(at, 1);
    if (entry.parent) entry.parent.replyCount -= 1;
    this.total -= 1;
  }

  /**
   * Likes a comment, or takes that back. Quick double taps count once, and a press before the answer to the last one counts nothing.
   * @param {Entry} entry
   * @param {() => void} changed
   */
  async like(entry, changed) {
    const now = performance.now();
    if (this.#liking.has(entry.id) || now - (this.#pressed.get(entry.id) ?? -Infinity) < doublePress) return;
    this.#pressed.set(entry.id, now);
    this.#liking.add(entry.id);
    const before = { liked: entry.liked, likes: entry.likes };
    entry.liked = !entry.liked;
    entry.likes += entry.liked ? 1 : -1;
    changed();
    try {
      /** @type {import("../api.js").CommentLikes} */
      const answer = await send("PATCH", "/api/comments", { commentId: entry.id, like: entry.liked });
      Object.assign(entry, { likes: answer.likes, liked: answer.liked });
    } catch (error) {
      Object.assign(entry, before);
      throw error;
    } finally {
      this.#liking.delete(entry.id);
      changed();
    }
  }

  /**
   * Takes an own comment away at once and deletes it.
   * @param {Entry} entry
   * @param {() => void} changed
   * @returns {Promise<() => Promise<void>>} what restores it
   */
  async remove(entry, changed) {
    const list = entry.parent ? entry.parent.replies : this.entries;
    const at = list.indexOf(entry);
    const before = { text: entry.text, username: entry.username, avatarUrl: entry.avatarUrl, likes: entry.likes, liked: entry.liked, isOwn: true, isGone: false };
    const keepsThread = entry.replyCount > 0;
    const hide = () => {
      if (keepsThread) {
        Object.assign(entry, { text: "", username: null, avatarUrl: null, likes: 0, liked: false, isOwn: false, isGone: true });
        this.total -= 1;
      } else {
        this.#drop(entry);
      }
      changed();
    };
    const show = () => {
      if (keepsThread) {
        Object.assign(entry, before);
      } else {
        list.splice(Math.min(at, list.length), 0, entry);
        if (entry.parent) entry.parent.replyCount += 1;
      }
      this.total += 1;
      changed();
    };
    hide();
    try {
      await send("DELETE", "/api/comments", { commentId: entry.id });
    } catch (error) {
      // Deleted in another tab: that is what was wanted.
      if (!(error instanceof Refusal && error.status === 404)) {
        show();
        throw error;
      }
    }
    return async () => {
      show();
      try {
        await send("PATCH", "/api/comments", { commentId: entry.id, deleted: false });
      } catch (error) {
        hide();
        throw error;
      }
    };
  }

  /**
   * Blocks the author of a comment or unblocks, and takes the author's comments away at once.
   * @param {string} userId
   * @param {boolean} block
   * @param {() => void} changed
   */
  async block(userId, block, changed) {
    const before = { entries: this.entries, replies: this.entries.map((entry) => ({ entry, replies: entry.replies, replyCount: entry.replyCount })) };
    if (block) {
      this.entries = this.entries.filter((entry) => entry.userId !== userId);
      for (const entry of this.entries) {
        const shown = entry.replies.length;
        entry.replies = entry.replies.filter((reply) => reply.userId !== userId);
        entry.replyCount -= shown - entry.replies.length;
      }
      changed();
    }
    try {
      await send("POST", "/api/user/block", { userId, block });
    } catch (error) {
      this.entries = before.entries;
      for (const { entry, replies, replyCount } of before.replies) Object.assign(entry, { replies, replyCount });
      changed();
      throw error;
    }
    // The count is of what the reader sees, so that what is new is only what others have written since.
    this.total += await this.look().catch(() => 0);
    changed();
  }
}
