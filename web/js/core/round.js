// The round as the top bar shows it.

import { deadline } from "./countdown.js";
import { all, h, maybe, setIcon, setText } from "./dom.js";

/**
 * @typedef {object} Round
 * @property {import("../api.js").Feed["state"] | import("../api.js").StoryRound["status"]} state
 * @property {number | null} slot
 * @property {number | null} totalSlots
 * @property {string | null} genre
 * @property {string | null} endsAt
 */

/**
 * Puts the round into every place of the page that tells it.
 * @param {Round} round
 */
export function showRound(round) {
  const standing = round.slot && round.totalSlots ? `Slot ${round.slot}/${round.totalSlots}` : "";
  for (const element of all("[data-standing]")) setText(element, [standing, round.genre].filter(Boolean).join(" · "));
  for (const pill of all("[data-onair]")) showPill(pill, round);
  showTab(round);
}

/**
 * The first tab of a phone leads to the vote while a round is open, else to the film.
 * @param {Round} round
 */
function showTab(round) {
  const tab = maybe("[data-round-tab]");
  if (!tab) return;
  const isOver = round.state === "season_complete" || round.state === "no_season";
  const [path, word, image] = isOver ? ["/story", "Story", "film"] : ["/dashboard", "Vote", "infinity"];
  // Until there are films to choose from, the second tab leads to the film that is being made.
  const second = maybe("[data-story-tab]");
  if (second) second.hidden = isOver;
  if (tab.getAttribute("href") === path) return;
  tab.setAttribute("href", path);
  if (location.pathname === path) tab.setAttribute("aria-current", "page");
  else tab.removeAttribute("aria-current");
  setIcon(tab, image);
  setText(tab.querySelector("span"), word);
}

/**
 * @param {HTMLElement} pill
 * @param {Round} round
 */
function showPill(pill, round) {
  const dot = document.createElement("span");
  dot.className = "dot";
  pill.hidden = false;
  switch (round.state) {
    case "voting":
      pill.dataset.state = "live";
      // The same deadline stays in place, so that nothing blinks when the state is fetched again.
      if (round.endsAt && pill.querySelector("time")?.getAttribute("datetime") === round.endsAt) return;
      pill.replaceChildren(dot, h("span", { class: "onair__live" }, "LIVE "), ...(round.endsAt ? [deadline(round.endsAt)] : []));
      return;
    case "waiting_for_clips":
      pill.dataset.state = "soon";
      pill.replaceChildren(dot, "Waiting for takes");
      return;
    case "under_review":
      pill.dataset.state = "soon";
      pill.replaceChildren(dot, "Under review");
      return;
    case "season_complete":
      pill.dataset.state = "done";
      pill.replaceChildren(dot, "Complete");
      return;
    default:
      pill.dataset.state = "soon";
      pill.replaceChildren(dot, "Between seasons");
  }
}

/**
 * The open round in the answer of `/api/story`.
 * @param {import("../api.js").Story} story
 * @returns {Round}
 */
export function roundOfStory(story) {
  const season = story.seasons.find((one) => one.status === "active")
    ?? story.seasons.find((one) => one.status === "finished");
  const round = season?.round ?? null;
  return {
    state: round?.status ?? (season?.status === "finished" ? "season_complete" : "no_season"),
    slot: round?.slot ?? null,
    totalSlots: season?.totalSlots ?? null,
    genre: season?.genre ?? null,
    endsAt: round?.status === "voting" ? round.votingEndsAt : null,
  };
}
