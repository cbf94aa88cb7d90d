// Comments on a take or a comparison: the list, the order, and the field. The arena and the story show it in a sheet, the pages of
// takes and comparisons in a section.

import { prepareChanges } from "../core/api.js";
import { announce, h, icon, setText } from "../core/dom.js";
import { isOn } from "../core/features.js";
import { faultText } from "../core/form.js";
import { count, counted } from "../core/format.js";
import { session } from "../core/session.js";
import { toast } from "../core/toast.js";
import { Composer } from "./composer.js";
import { ago, showEntry } from "./entry.js";
import { CommentList } from "./list.js";

/** @typedef {import("./list.js").Entry} Entry */
/** @typedef {import("./list.js").Sort} Sort */
/** @typedef {import("./list.js").Subject} Subject */

/** How often an open panel looks for comments of others, in milliseconds. */
const lookInterval = 20_000;

/**
 * @typedef {object} Topic
 * @property {Subject} subject
 * @property {string} title its title
 * @property {string} thing what it is, in words: `this take`
 * @property {string | null} creator the name of who made it
 * @property {string} address where a visitor returns to after signing in
 */

export class CommentPanel {
  /** @type {CommentList | null} */
  #list = null;
  /** @type {Topic | null} */
  #topic = null;
  /** @type {Composer | null} */
  #composer = null;
  /** @type {import("./list.js").AccountUser | null} */
  #user = null;
  /** Whether the site takes no comments, likes and replies at the moment. */
  #isClosed = false;
  /** Whether it is known who is signed in. */
  #isKnown = false;
  /** @type {Sort} */
  #sort = "top";
  /** The comments whose further buttons are shown. @type {Set<string>} */
  #opened = new Set();
  /** @type {number | undefined} */
  #look;
  #counted;
  #head;
  #number = h("span", { class: "muted num", "data-comment-count": true });
  #items = h("ul", { class: "comments__list", tabindex: 0, "aria-label": "Comment list" });
  #foot = h("div", { class: "comments__foot" });
  #news = h("button", { class: "btn btn--sm comments__news", type: "button", hidden: true });
  /** @type {Record<Sort, HTMLButtonElement>} */
  #orders;
  element;

  /**
   * @param {{close?: () => void, counted: (total: number) => void, isTitled: boolean}} options `close`: the panel has a button for it;
   *   `isTitled`: it has a heading, which its place lacks
   */
  constructor({ close, counted: known, isTitled }) {
    this.#counted = known;
    this.#orders = { top: this.#order("top", "Top"), newest: this.#order("newest", "Newest") };
    const closer = close && h("button", { class: "btn btn--icon btn--ghost", type: "button", "aria-label": "Close comments", "data-close-comments": true }, icon("close"));
    closer?.addEventListener("click", () => close?.());
    this.#head = h("div", { class: "panel__head comments__head" }, isTitled && h("h2", { tabindex: -1 }, "Comments ", this.#number),
      h("div", { class: "row row--tight" }, h("div", { class: "seg", role: "group", "aria-label": "Order" }, this.#orders.top, this.#orders.newest), closer));
    this.element = h("div", { class: "comments__panel" }, this.#head, this.#items, this.#foot);
    this.#news.addEventListener("click", () => void this.#reload("newest"));
  }

  /** The part by which a sheet can be dragged. */
  get handle() {
    return this.#head;
  }

  /**
   * @param {Sort} sort
   * @param {string} text
   */
  #order(sort, text) {
    const button = h("button", { type: "button", "aria-pressed": String(sort === this.#sort) }, text);
    button.addEventListener("click", () => void this.#reload(sort));
    return button;
  }

  /**
   * Shows the comments on something.
   * @param {Topic} topic
   */
  async open(topic) {
    if (JSON.stringify(this.#topic?.subject) === JSON.stringify(topic.subject)) {
      this.#watch();
      return;
    }
    this.#topic = topic;
    this.#opened.clear();
    this.#list = new CommentList(topic.subject, this.#sort);
    this.#items.replaceChildren();
    setText(this.#number, "");
    if (this.#isKnown) this.#showFoot();
    this.#watch();
    prepareChanges();
    const [user, isOpen] = await Promise.all([session(), isOn("comments_enabled"), this.#load(this.#list)]);
    if (this.#topic !== topic || this.#isKnown) return;
    this.#isKnown = true;
    this.#user = user;
    this.#isClosed = !isOpen;
    this.#showFoot();
    this.#show();
  }

  /** Nothing is read while the panel is closed. */
  close() {
    clearInterval(this.#look);
  }

  focus() {
    (this.#head.querySelector("h2") ?? this.#items).focus({ preventScroll: true });
  }

  #watch() {
    clearInterval(this.#look);
    this.#look = setInterval(() => {
      for (const time of this.#items.querySelectorAll("time")) setText(time, ago(time.dateTime));
      if (document.visibilityState === "visible") void this.#lookForNews();
    }, lookInterval);
  }

  async #lookForNews() {
    const news = await this.#list?.look().catch(() => 0) ?? 0;
    if (news <= 0) {
      this.#news.hidden = true;
      return;
    }
    const text = `Show ${counted(news, "new comment", "new comments")}`;
    if (this.#news.hidden || this.#news.textContent !== text) announce(counted(news, "new comment", "new comments"));
    setText(this.#news, text);
    this.#news.hidden = false;
  }

  /** @param {Sort} sort */
  async #reload(sort) {
    if (!this.#topic) return;
    this.#sort = sort;
    for (const [name, button] of Object.entries(this.#orders)) button.setAttribute("aria-pressed", String(name === sort));
    this.#list = new CommentList(this.#topic.subject, sort);
    this.#items.scrollTop = 0;
    await this.#load(this.#list);
  }

  /** @param {CommentList} list */
  async #load(list) {
    this.#items.setAttribute("aria-busy", "true");
    try {
      if (!(await list.load()) || list !== this.#list) return;
      this.#news.hidden = true;
      this.#show();
    } catch (error) {
      if (list !== this.#list) return;
      const again = h("button", { class: "btn", type: "button" }, "Try again");
      again.addEventListener("click", () => void this.#load(list));
      this.#items.replaceChildren(h("li", { class: "stack stack--tight" }, h("p", {}, faultText(error, "The comments did not load.")), h("div", { class: "row" }, again)));
    } finally {
      if (list === this.#list) this.#items.removeAttribute("aria-busy");
    }
  }

  /** The field, or where a visitor signs in, or that neither is of use. */
  #showFoot() {
    if (!this.#topic) return;
    if (this.#isClosed) {
      this.#composer = null;
      this.#foot.replaceChildren(h("p", { class: "comments__form quiet" }, "Comments are closed right now."));
      return;
    }
    if (this.#user) {
      this.#composer = new Composer(this.#topic.thing, (text, parent) => this.#post(text, parent));
      this.#foot.replaceChildren(this.#composer.element);
      return;
    }
    this.#composer = null;
    this.#foot.replaceChildren(h("div", { class: "comments__form row row--apart" }, h("span", { class: "quiet" }, "Members can comment."),
      h("a", { class: "btn btn--primary btn--sm", href: this.#signIn() }, "Sign in to comment")));
  }

  #signIn() {
    return `/sign-in?next=${encodeURIComponent(this.#topic?.address ?? location.pathname)}`;
  }

  #show = () => {
    const list = this.#list;
    if (!list) return;
    setText(this.#number, list.total > 0 ? count(list.total) : "");
    this.#counted(list.total);
    const focused = focusOf(this.#items);
    const view = { creator: this.#topic?.creator ?? null, opened: this.#opened, isMember: Boolean(this.#user), isClosed: this.#isClosed };
    const entries = list.entries.map((entry) => showEntry(entry, this.#acts, view));
    /** @type {HTMLElement[]} */
    const rest = [];
    if (entries.length === 0) {
      rest.push(h("li", { class: "empty" }, h("p", {}, "No comments yet. What did you notice?")));
    } else if (list.hasMore) {
      const more = h("button", { class: "btn btn--ghost btn--block", type: "button", "data-more-comments": true }, "Load more");
      more.addEventListener("click", () => void this.#more(more));
      rest.push(h("li", {}, more));
    }
    this.#items.replaceChildren(h("li", { class: "comments__newsplace" }, this.#news), ...entries, ...rest);
    focused?.();
  };

  /** @param {HTMLButtonElement} button */
  async #more(button) {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const added = await this.#list?.more() ?? [];
      this.#show();
      announce(counted(added.length, "more comment", "more comments"));
      const [first] = added;
      const place = first && this.#items.querySelector(`[data-comment="${first.id}"] button`);
      if (place instanceof HTMLElement) place.focus();
    } catch (error) {
      toast(faultText(error, "No more comments were loaded."), { tone: "bad" });
      button.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {string} text
   * @param {Entry | null} parent
   */
  async #post(text, parent) {
    const list = this.#list;
    if (!list || !this.#user) return;
    if (!parent) this.#items.scrollTop = 0;
    await list.post(text, parent, this.#user, this.#show);
    announce(parent ? "Reply sent" : "Comment sent");
  }

  /** @type {import("./entry.js").Acts} */
  #acts = {
    like: (entry) => {
      if (!this.#user) {
        location.assign(this.#signIn());
        return;
      }
      void this.#try(async () => this.#list?.like(entry, this.#show), "Your like was not saved.");
    },
    reply: (entry) => {
      if (this.#composer) this.#composer.answer(entry);
      else location.assign(this.#signIn());
    },
    remove: (entry) => {
      void this.#try(async () => {
        const restore = await this.#list?.remove(entry, this.#show);
        this.focus();
        announce("Comment deleted");
        toast("Comment deleted", {
          ...(restore && !this.#isClosed ? { action: { label: "Undo", run: () => void this.#try(restore, "The comment was not restored.") } } : {}),
        });
      }, "The comment was not deleted.");
    },
    report: (entry) => {
      void import("../core/report.js").then(({ askToReport }) => askToReport({ id: entry.id, title: `a comment by ${entry.username ?? "a member"}`, isComment: true }));
    },
    block: (entry) => {
      const { userId, username } = entry;
      if (!userId) return;
      void this.#try(async () => {
        await this.#list?.block(userId, true, this.#show);
        this.focus();
        const text = `You don't see comments of ${username ?? "this member"} any more.`;
        announce(text);
        toast(text, {
          action: {
            label: "Undo",
            run: () => void this.#try(async () => {
              await this.#list?.block(userId, false, this.#show);
              await this.#reload(this.#sort);
            }, "The member is still blocked."),
          },
        });
      }, "The member was not blocked.");
    },
    showReplies: (entry) => {
      void this.#try(async () => {
        await this.#list?.readReplies(entry);
        this.#show();
      }, "The replies did not load.");
    },
  };

  /**
   * @param {() => Promise<void> | undefined} change
   * @param {string} nothing what did not happen
   */
  async #try(change, nothing) {
    try {
      await change();
    } catch (error) {
      toast(faultText(error, nothing), { tone: "bad" });
    }
  }
}

/**
 * What puts the focus back on the same button once the list is drawn anew.
 * @param {HTMLElement} list
 * @returns {(() => void) | null}
 */
function focusOf(list) {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !list.contains(focused) || focused === list) return null;
  const id = focused.closest("[data-comment]")?.getAttribute("data-comment");
  const { act } = focused.dataset;
  return () => {
    const place = id && act ? list.querySelector(`[data-comment="${CSS.escape(id)}"] [data-act="${act}"]`) : null;
    if (place instanceof HTMLElement) place.focus({ preventScroll: true });
    else list.focus({ preventScroll: true });
  };
}
