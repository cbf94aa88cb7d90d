// The panel beside the stage: the round and what the voter has left.

import { deadline } from "../core/countdown.js";
import { h, icon, maybe, setText } from "../core/dom.js";
import { count } from "../core/format.js";

/** @typedef {import("./feed.js").Clip} Clip */
/** @typedef {import("./feed.js").Feed} Feed */

/**
 * @param {Feed} feed
 * @param {{number: number} | null} story
 */
export function showSide(feed, story) {
  const side = maybe("[data-side]");
  if (!side) return;
  const slate = maybe("[data-slate]", side);
  if (slate) slate.hidden = feed.slot === null;
  setText(maybe("[data-season-label]", side), feed.season?.label ?? "Between seasons");
  if (story) setText(maybe("[data-season-number]", side), `Season ${story.number}`);
  setText(maybe('[data-fact="slot"]', side), `${feed.slot ?? "–"} / ${feed.totalSlots}`);
  setText(maybe('[data-fact="takes"]', side), count(feed.clipCount));
  if (story) setText(maybe('[data-fact="votes"]', side), feed.round.total === null ? "–" : count(feed.round.total));
  showDeadline(maybe('[data-fact="closes"]', side), feed.endsAt);
  showBudget(side, feed);
}

/**
 * @param {HTMLElement | null} place
 * @param {string | null} endsAt
 */
function showDeadline(place, endsAt) {
  if (!place) return;
  if (!endsAt) {
    place.replaceChildren("–");
  } else if (place.querySelector("time")?.getAttribute("datetime") !== endsAt) {
    place.replaceChildren(deadline(endsAt));
  }
}

/**
 * @param {HTMLElement} side
 * @param {Feed} feed
 */
function showBudget(side, feed) {
  setText(maybe("[data-spent]", side), count(feed.spent));
  setText(maybe("[data-daily]", side), count(feed.daily));
  setText(maybe("[data-left]", side), count(Math.max(0, feed.left.standard)));
  const bar = maybe("[data-spent-bar]", side);
  if (bar instanceof HTMLProgressElement) {
    bar.max = feed.daily;
    bar.value = feed.spent;
    bar.setAttribute("aria-label", `${feed.spent} of ${feed.daily} votes used today`);
  }
  const power = maybe("[data-power-status]", side);
  if (!power) return;
  power.hidden = !feed.isMember || !feed.isPowerOn;
  showPower(maybe("[data-super]", power), feed.left.super);
  showPower(maybe("[data-mega]", power), feed.left.mega);
}

/**
 * @param {HTMLElement | null} badge
 * @param {number | null} left
 */
function showPower(badge, left) {
  if (!badge) return;
  badge.dataset.tone = left ? "accent" : "";
  badge.dataset.shape = left ? "" : "ring";
  setText(badge, left ? "Ready" : "Used");
}

/**
 * The strip of takes at the left: the eight around the one that plays.
 * @param {Clip[]} clips
 * @param {number} index
 * @param {(index: number) => void} onChoose
 */
export function showQueue(clips, index, onChoose) {
  const queue = maybe("[data-queue]");
  if (!queue) return;
  const first = Math.floor(Math.max(0, Math.min(index, clips.length - 1)) / 8) * 8;
  const shown = clips.slice(first, first + 8);
  const content = shown.map((clip) => `${clip.id} ${clip.hasVoted}`).join();
  // What shows the same stays, and with it the focus.
  if (queue.dataset.queue !== content) {
    queue.dataset.queue = content;
    queue.replaceChildren(...shown.map((clip, offset) => {
      const link = h("button", { type: "button", "aria-label": clip.hasVoted ? `${clip.title}, voted` : clip.title },
        h("img", { loading: "lazy", src: clip.thumbnailUrl, alt: "", width: 54, height: 96 }), clip.hasVoted && icon("check", "sm"));
      link.addEventListener("click", () => onChoose(first + offset));
      return h("li", {}, link);
    }));
  }
  [...queue.children].forEach((item, offset) => {
    const link = item.querySelector("button");
    if (first + offset === index) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  });
}
