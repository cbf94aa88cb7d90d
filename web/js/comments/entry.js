// One comment on the page.

import { serverNow } from "../core/api.js";
import { avatar, h, icon } from "../core/dom.js";
import { count, counted } from "../core/format.js";

/** @typedef {import("./list.js").Entry} Entry */

/**
 * @typedef {object} Acts
 * @property {(entry: Entry) => void} like
 * @property {(entry: Entry) => void} reply
 * @property {(entry: Entry) => void} remove
 * @property {(entry: Entry) => void} report
 * @property {(entry: Entry) => void} block
 * @property {(entry: Entry) => void} showReplies
 */

/**
 * How long ago: `now`, `5 min`, `2 h`, `3 d`, then the day.
 * @param {string} moment
 */
export function ago(moment) {
  const minutes = Math.floor((serverNow() - Date.parse(moment)) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  if (minutes < 30 * 24 * 60) return `${Math.floor(minutes / (24 * 60))} d`;
  return new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

/** A name behind an @ that is no part of an address or of a longer word. */
const mention = /(?<![\p{L}\p{N}_@./-])@([a-z0-9_]{3,20})(?![\p{L}\p{N}_@]|\.\p{L})/gu;

/**
 * A text whose mentions lead to the members' pages. An old name redirects from there.
 * @param {string} text
 */
function withMentions(text) {
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(mention)) {
    const { index = 0 } = found;
    parts.push(text.slice(end, index), h("a", { class: "link", href: `/u/${found[1]}`, "data-act": `mention-${index}` }, found[0]));
    end = index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

/**
 * A comment with its replies. Elements of what has not changed are used again, so that the focus stays where it was.
 * @param {Entry} entry
 * @param {Acts} acts
 * @param {{creator: string | null, opened: Set<string>, isMember: boolean, isClosed: boolean}} view
 * @returns {HTMLLIElement}
 */
export function showEntry(entry, acts, view) {
  const item = h("li", { class: "comment", "data-comment": entry.id, "data-sending": entry.isSending, "aria-busy": entry.isSending && "true" });
  if (entry.isGone) {
    item.append(h("span", { class: "avatar comment__nobody" }), h("div", {}, h("p", { class: "comment__body quiet" }, "This comment was removed.")));
  } else {
    item.append(avatar(entry.avatarUrl ?? ""), body(entry, acts, view));
  }
  if (entry.parent) return item;
  const replies = h("ul", { class: "comment__replies", "aria-label": entry.username ? `Replies to ${entry.username}` : "Replies" },
    ...entry.replies.map((reply) => showEntry(reply, acts, view)));
  const left = entry.replyCount - entry.replies.length;
  if (left > 0) {
    const more = h("button", { class: "btn btn--ghost btn--sm", type: "button", "data-act": "replies" }, `Show ${counted(left, "more reply", "more replies")}`);
    more.addEventListener("click", () => acts.showReplies(entry));
    replies.append(h("li", {}, more));
  }
  if (replies.childElementCount > 0) item.append(replies);
  return item;
}

/**
 * @param {Entry} entry
 * @param {Acts} acts
 * @param {{creator: string | null, opened: Set<string>, isMember: boolean, isClosed: boolean}} view
 */
function body(entry, acts, view) {
  const name = entry.username ?? "a member";
  /**
   * @param {string} act
   * @param {string} text
   * @param {(entry: Entry) => void} run
   * @param {Record<string, string>} [attributes]
   */
  const button = (act, text, run, attributes = {}) => {
    const made = h("button", { type: "button", "data-act": act, disabled: entry.isSending, ...attributes }, text);
    made.addEventListener("click", () => run(entry));
    return made;
  };
  const like = button("like", "", acts.like, { "aria-pressed": String(entry.liked), "aria-label": `Like, ${count(entry.likes)}` });
  if (view.isClosed) like.disabled = true;
  like.append(icon("heart", "sm"), entry.likes > 0 ? count(entry.likes) : "");
  const isOpen = view.opened.has(entry.id);
  const more = button("more", "More", () => {
    if (view.opened.has(entry.id)) view.opened.delete(entry.id);
    else view.opened.add(entry.id);
    showMore();
  }, { "aria-expanded": String(isOpen), "aria-label": `More about the comment of ${name}` });
  const extra = [
    button("report", "Report", acts.report, { "aria-label": `Report the comment of ${name}` }),
    ...(view.isMember && entry.userId ? [button("block", "Block", acts.block, { "aria-label": `Block ${name}` })] : []),
  ];
  const showMore = () => {
    const opens = view.opened.has(entry.id);
    more.setAttribute("aria-expanded", String(opens));
    for (const one of extra) one.hidden = !opens;
  };
  showMore();
  const time = h("time", { class: "quiet", datetime: entry.createdAt, title: `${entry.createdAt.slice(0, 16).replace("T", " ")} UTC` }, ago(entry.createdAt));
  return h("div", {},
    h("p", { class: "comment__meta" }, h("bdi", {}, name),
      view.creator !== null && view.creator === entry.username && h("span", { class: "badge", "data-tone": "accent" }, "Creator"),
      entry.isSending ? h("span", { class: "quiet" }, "Sending…") : time),
    // Texts in any direction, which end with the comment.
    h("p", { class: "comment__body", dir: "auto" }, ...withMentions(entry.text)),
    h("p", { class: "comment__acts" }, like,
      !entry.parent && !view.isClosed && button("reply", "Reply", acts.reply, { "aria-label": `Reply to ${name}` }),
      ...(entry.isOwn ? [button("delete", "Delete", acts.remove, { "aria-label": "Delete your comment" })] : [more, ...extra])));
}
