// Follows the member's videos while they are being made: events of the member's own stream, and polling in its place, only
// while something is unfinished. The words are the server's alone, so a change of state reads the page again.

import { maybe } from "../core/dom.js";
import { inTurn } from "../core/in-turn.js";
import { ownEvents } from "../core/own-events.js";

/** How often the page asks when there is no stream, in milliseconds. */
const interval = 2000;

/**
 * @typedef {object} Following
 * @property {() => boolean} isUnfinished whether something is being made
 * @property {() => Promise<void>} refresh reads the page again
 * @property {(id: string, percent: number) => void} progress shows how far one video is
 * @property {(isLive: boolean) => void} [live] whether events arrive
 */

/**
 * @param {Following} following
 * @returns {() => void} what to call when the member has changed something
 */
export function followVideos({ isUnfinished, refresh, progress, live = () => {} }) {
  /** @type {number | undefined} */
  let timer;
  const readAgain = inTurn(async () => {
    await refresh().catch(() => {});
    plan();
  });

  function listen() {
    ownEvents.on("live", () => live(ownEvents.isLive));
    if (ownEvents.isLive) live(true);
    ownEvents.on("generation", (event) => {
      const { id, status, progress: percent } = JSON.parse(event.data);
      const known = maybe(`[data-job="${id}"], [data-video="${id}"]`);
      const state = known?.dataset.state?.split("|")[0];
      if (status === state && status === "processing") progress(id, Number(percent));
      else void readAgain();
    });
  }

  function plan() {
    clearTimeout(timer);
    if (!isUnfinished()) return;
    // The stream says everything; a slow look now and then catches what it lost.
    timer = setTimeout(() => {
      if (document.visibilityState === "visible") void readAgain();
      else plan();
    }, ownEvents.isLive ? interval * 5 : interval);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && isUnfinished()) void readAgain();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) void readAgain();
  });
  listen();
  plan();
  return () => void readAgain();
}

/** The page as it is now. */
export async function freshPage() {
  const response = await fetch(location.href, { cache: "no-cache" });
  if (!response.ok) throw new Error(`the page answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
