// What the stage shows when there is nothing to vote on: what, why, and a way out.

import { h, icon, maybe } from "../core/dom.js";
import { counted } from "../core/format.js";
import { limitText } from "./vote-button.js";

/** @typedef {import("./feed.js").Feed} Feed */

/**
 * @param {string} symbol
 * @param {string} title
 * @param {(Node | string)[]} text
 * @param {Node[]} actions
 */
function vacant(symbol, title, text, actions) {
  return h("div", { class: "vacant", role: "group", "aria-label": title },
    h("div", { class: "empty" }, icon(symbol, "lg"), h("h1", {}, title), h("p", {}, ...text), h("div", { class: "row" }, ...actions)));
}

/**
 * @param {string} label
 * @param {string} path
 * @param {boolean} [isPrimary]
 */
function link(label, path, isPrimary = false) {
  return h("a", { class: isPrimary ? "btn btn--primary" : "btn", href: path }, label);
}

/**
 * @param {string} label
 * @param {() => void} run
 * @param {boolean} [isPrimary]
 */
function button(label, run, isPrimary = false) {
  const element = h("button", { class: isPrimary ? "btn btn--primary" : "btn", type: "button" }, label);
  element.addEventListener("click", run);
  return element;
}

/** The way to the ranks, where the site has them. */
function leaderboard() {
  return maybe('[href="/leaderboard"]') ? [link("Leaderboard", "/leaderboard")] : [];
}

/**
 * Why the round cannot be voted on.
 * @param {Feed} feed
 */
export function closedState(feed) {
  const story = link("Watch the film so far", "/story");
  switch (feed.state) {
    case "waiting_for_clips":
      return vacant("film", `Slot ${feed.slot} needs takes`,
        ["No takes yet. The first one to be approved starts a new round."], [link("Send in a take", "/upload", true), story]);
    case "under_review":
      return vacant("info", `Slot ${feed.slot} is under review`,
        ["Some votes are being reviewed. The result is final within 12 hours of the end of the round."], [story]);
    case "season_complete":
      return vacant("check", "The season is complete",
        [`Every slot of ${feed.season?.label ?? "the film"} is cut.`], [link("Watch the film", "/story", true), ...leaderboard()]);
    case "voting":
      return vacant("film", `Slot ${feed.slot} needs takes`,
        ["Nothing to vote on right now. New takes appear here automatically."], [link("Send in a take", "/upload", true), story]);
    default:
      return vacant("watch", "Between seasons", ["There is nothing to vote on until the next season opens."], [story]);
  }
}

/**
 * The takes could not be fetched.
 * @param {() => void} onAgain
 * @param {import("../core/api.js").Refusal | null} refusal
 */
export function failedState(onAgain, refusal) {
  if (refusal?.isOffline && !navigator.onLine) {
    return vacant("warn", "You are offline", ["Your votes are safe. The takes load when you are back online."],
      [button("Try again", onAgain, true)]);
  }
  const retryAfter = refusal?.retryAfter ?? null;
  const wait = retryAfter ? ` Try again in ${counted(retryAfter, "second", "seconds")}.` : "";
  return vacant("warn", "The takes did not load", [`Your votes are safe.${wait}`],
    [button("Try again", onAgain, true), link("Watch the film so far", "/story")]);
}

/**
 * After the last take.
 * @param {Feed} feed
 * @param {{onAgain: () => void, seconds: number}} options
 */
export function endState(feed, options) {
  const left = feed.unvoted;
  const isDone = left === 0;
  return vacant("check", "That's all for now",
    [isDone ? `You have voted on all ${feed.others}. ` : `You have not voted on ${counted(left, "take", "takes")}. `,
      feed.isSpent ? `${limitText(feed)}. ` : "",
      `We check for new ones every ${options.seconds} seconds.`],
    [button(isDone ? "See them again" : "Start over", options.onAgain, !isDone), link("Watch the film so far", "/story")]);
}
