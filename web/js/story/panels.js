// What surrounds the picture: seasons, contributors, the reel, the figures.

import { all, h, maybe, setText } from "../core/dom.js";
import { clock, count, counted } from "../core/format.js";
import { length } from "./film.js";

/** @typedef {import("./film.js").Season} Season */

/**
 * The address of a segment.
 * @param {Season} season
 * @param {number} slot
 */
export function address(season, slot) {
  return `/story?season=${season.number}&slot=${slot}`;
}

/**
 * Draws what belongs to a season as a whole.
 * @param {Season[]} seasons
 * @param {Season} season
 */
export function showSeason(seasons, season) {
  for (const list of all("[data-seasons]")) list.replaceChildren(...seasons.map((one) => seasonEntry(one, one === season)));
  for (const list of all("[data-cast]")) {
    const known = picturesOf(list);
    list.replaceChildren(...season.segments.map((one) => contributor(season, one, known)).reverse());
  }
  setText(maybe("[data-cast-count]"), String(season.segments.length));
  showReel(season);
  for (const total of all("[data-total]")) setText(total, clock(length(season)));
  setText(maybe("[data-strip-label]"), season.label);
  maybe("[data-season-card]")?.replaceChildren(...seasonCard(season));
  maybe("[data-strip-badge]")?.replaceChildren(badge(season));
  setText(maybe("[data-strip-cut]"), `${season.segments.length} of ${counted(season.totalSlots, "slot", "slots")} cut`);
  const bar = maybe("[data-strip-progress]");
  if (bar instanceof HTMLProgressElement) {
    bar.max = season.totalSlots;
    bar.value = season.segments.length;
    bar.setAttribute("aria-label", `${season.segments.length} of ${season.totalSlots} slots`);
  }
  for (const link of all("[data-vote-call], [data-vote-link]")) link.hidden = !season.round;
  setText(maybe("[data-open-slot]"), String(season.round?.slot ?? ""));
}

/** Whether the list of contributors has been where it belongs. */
let isScrolled = false;

/**
 * Marks the segment that plays.
 * @param {Season} season
 * @param {number} slot
 */
export function markSegment(season, slot) {
  for (const link of all("[data-cast] [data-slot]")) {
    const isCurrent = link.dataset.slot === String(slot);
    if (isCurrent) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    // Only the list scrolls, never the page.
    const list = link.closest(".story__cast");
    if (isCurrent && list instanceof HTMLElement && list.offsetParent) {
      const top = link.offsetTop - list.clientHeight / 2;
      // The first time it is there at once: on the way it would load every picture that it passes.
      const isSmooth = isScrolled && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      list.scrollTo({ top, behavior: isSmooth ? "smooth" : "auto" });
      isScrolled = true;
    }
  }
  for (const link of all("[data-reel] [data-slot]")) link.toggleAttribute("data-playing", link.dataset.slot === String(slot));
  const index = season.segments.findIndex((one) => one.slot === slot);
  for (const place of all("[data-place]")) setText(place, `${index + 1} of ${season.segments.length}`);
}

/** @param {Season} season */
function badge(season) {
  if (season.status === "active") return h("span", { class: "badge", "data-tone": "live" }, "LIVE");
  if (season.status === "finished") return h("span", { class: "badge", "data-tone": "good" }, "Complete");
  return h("span", { class: "badge", "data-shape": "ring" }, "Coming soon");
}

/**
 * @param {Season} season
 * @param {boolean} isCurrent
 */
function seasonEntry(season, isCurrent) {
  const cut = season.segments.length;
  const isOver = season.status === "finished";
  const extent = isOver ? clock(length(season)) : `${cut} of ${season.totalSlots}`;
  return h("li", {}, h("a", { href: `/story?season=${season.number}`, "data-season": season.number, "aria-current": isCurrent && "true" },
    h("span", { class: "row row--apart" }, h("b", {}, season.label), badge(season)),
    season.status !== "draft" && h("progress", {
      "data-tone": isOver && "good", "data-beam": isCurrent && !isOver, value: cut, max: season.totalSlots,
      "aria-label": `${cut} of ${season.totalSlots} slots`,
    }),
    h("span", { class: "quiet" }, [`Season ${season.number}`, season.genre, season.status !== "draft" && extent].filter(Boolean).join(" · "))));
}

/**
 * The pictures of a list, by what they show. The page brings them blurred; they are put into the new list as they are, so
 * that none is loaded before it is on the screen.
 * @param {Element} list
 * @returns {Map<string | undefined, HTMLImageElement>}
 */
function picturesOf(list) {
  return new Map([...list.querySelectorAll("img")].map((image) => [image.dataset.sharp ?? image.getAttribute("src") ?? "", image]));
}

/**
 * A picture that is there already, else a new one.
 * @param {string} url
 * @param {ReturnType<typeof picturesOf>} known
 */
function thumbnail(url, known) {
  const picture = known.get(url);
  known.delete(url);
  return picture ?? h("img", { loading: "lazy", src: url, alt: "", width: 90, height: 160 });
}

/**
 * @param {Season} season
 * @param {import("./film.js").Segment} segment
 * @param {ReturnType<typeof picturesOf>} known
 */
function contributor(season, segment, known) {
  return h("li", {}, h("a", { href: address(season, segment.slot), "data-slot": segment.slot },
    h("span", { class: "num quiet" }, String(segment.slot)),
    thumbnail(segment.thumbnailUrl, known),
    h("span", { class: "grow" }, h("b", { class: "clip-text" }, segment.title), h("span", { class: "quiet" }, segment.creator + (segment.aiGenerated ? " · AI-generated" : ""))),
    h("span", { class: "num quiet" }, count(segment.votes), h("span", { class: "visually-hidden" }, segment.votes === 1 ? " vote" : " votes"))));
}

/**
 * What the season is about, with a picture from it and its figures.
 * @param {Season} season
 */
function seasonCard(season) {
  const last = season.segments.at(-1);
  const figures = [
    ["Cut", `${season.segments.length} / ${season.totalSlots}`], ["Length", clock(length(season))],
    ["Creators", count(new Set(season.segments.map((one) => one.creator)).size)],
    ["Votes", count(season.segments.reduce((sum, one) => sum + one.votes, 0))],
  ];
  return [
    ...(last ? [h("img", { loading: "lazy", src: last.thumbnailUrl, alt: "", width: 96, height: 171 })] : []),
    h("div", { class: "stack stack--tight" }, season.description && h("p", { class: "muted" }, season.description),
      h("dl", { class: "slate" }, ...figures.map(([label = "", figure = ""]) => h("div", {}, h("dt", { class: "label" }, label), h("dd", {}, figure))))),
  ];
}

/** @param {Season} season */
function showReel(season) {
  const list = maybe("[data-reel]");
  if (!list) return;
  const known = picturesOf(list);
  const bySlot = new Map(season.segments.map((one) => [one.slot, one]));
  const frames = Array.from({ length: season.totalSlots }, (_, at) => {
    const slot = at + 1;
    const segment = bySlot.get(slot);
    if (segment) {
      return h("li", {}, h("a", { href: address(season, slot), "data-slot": slot, "aria-label": `Slot ${slot}` },
        thumbnail(segment.thumbnailUrl, known)));
    }
    if (season.round?.slot !== slot) return h("li", {}, h("span", {}));
    return h("li", { "aria-current": "step" }, h("span", {}, h("span", { class: "visually-hidden" }, `Slot ${slot}, open now`)));
  });
  list.setAttribute("aria-label", `The film so far, ${season.totalSlots} slots`);
  list.toggleAttribute("data-short", season.totalSlots <= 40);
  list.replaceChildren(...frames);
}
