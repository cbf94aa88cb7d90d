// What a player plays: a film as one file, or its clips one after another.

import { clock } from "../core/format.js";

/** @typedef {import("../api.js").Film} FilmAnswer */

/**
 * @typedef {object} Chapter
 * @property {number} slot
 * @property {number} start in seconds from the film's start
 * @property {number} seconds
 * @property {string} title
 * @property {string} creator
 * @property {string} videoUrl empty where a title card plays
 * @property {string} posterUrl
 * @property {string} thumbnailUrl
 * @property {string} captionsUrl empty where there are none
 */

/**
 * @typedef {object} Film
 * @property {number} number the season's
 * @property {string} label
 * @property {number} seconds
 * @property {FilmAnswer["file"]} file
 * @property {Chapter[]} chapters
 */

/**
 * A finished film as the API describes it.
 * @param {FilmAnswer} answer
 * @returns {Film}
 */
export function filmOf(answer) {
  return {
    number: answer.number, label: answer.label, seconds: answer.durationSeconds, file: answer.file,
    chapters: answer.segments.map(({ slot, startsAt, durationSeconds, card, clip }) => ({
      slot, start: startsAt, seconds: durationSeconds, title: clip?.title ?? "Removed take",
      creator: clip ? clip.username ?? "former member" : "", videoUrl: card ? "" : clip?.videoUrl ?? "",
      posterUrl: card ? "" : clip?.posterUrl ?? "", thumbnailUrl: clip?.thumbnailUrl ?? "", captionsUrl: clip?.captionsUrl ?? "",
    })),
  };
}

/**
 * What a page that asks the site for nothing else says in its markup: a film as one file with a list of its chapters, the list of
 * its clips, or the one video.
 * @param {HTMLElement} player
 * @returns {Film}
 */
export function filmInMarkup(player) {
  const video = player.querySelector("video");
  const links = [...player.querySelectorAll("[data-takes] a")];
  const sources = links.length > 0 ? links : video ? [video] : [];
  let start = 0;
  const chapters = sources.map((source, index) => {
    const data = source instanceof HTMLElement ? source.dataset : {};
    const seconds = Number(data.seconds ?? 0);
    const chapter = {
      slot: Number(data.slot ?? index + 1), start, seconds, title: source.textContent?.trim() || (source.getAttribute("aria-label") ?? ""), creator: "",
      videoUrl: source.getAttribute("href") ?? source.getAttribute("src") ?? "", posterUrl: data.poster ?? source.getAttribute("poster") ?? "",
      thumbnailUrl: "", captionsUrl: data.captionsUrl ?? "",
    };
    start += seconds;
    return chapter;
  });
  const { film, stream = "", captions = null } = player.dataset;
  const file = film && video
    ? { videoUrl: film, streamUrl: stream, captionsUrl: captions, storyboardUrl: "", posterUrl: video.poster, bytes: 0,
        width: video.width, height: video.height, builtAt: "" }
    : null;
  return { number: 0, label: video?.getAttribute("aria-label") ?? "", seconds: start, file, chapters };
}

/**
 * Which chapter plays at a moment.
 * @param {Chapter[]} chapters
 * @param {number} seconds
 */
export function chapterAt(chapters, seconds) {
  // The first frame of a chapter may be shown some microseconds before its rounded start.
  const after = chapters.findIndex((chapter) => chapter.start > seconds + 0.01);
  return after < 0 ? chapters.length - 1 : Math.max(0, after - 1);
}

/**
 * `1:31 of 9:52, slot 12`
 * @param {Film} film
 * @param {number} seconds
 */
export function positionText(film, seconds) {
  const words = `${clock(seconds)} of ${clock(film.seconds)}`;
  const chapter = film.chapters[chapterAt(film.chapters, seconds)];
  return film.chapters.length > 1 && chapter ? `${words}, slot ${chapter.slot}` : words;
}
