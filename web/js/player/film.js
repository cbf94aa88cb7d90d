// A finished film as its player needs it.

import { read } from "../core/api.js";
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
 * @param {string} season
 * @returns {Promise<Film>}
 */
export async function readFilm(season) {
  /** @type {FilmAnswer} */
  const answer = await read(`/api/films/${encodeURIComponent(season)}`);
  return {
    number: answer.number, label: answer.label, seconds: answer.durationSeconds, file: answer.file,
    chapters: answer.segments.map(({ slot, startsAt, durationSeconds, clip }) => ({
      slot, start: startsAt, seconds: durationSeconds, title: clip?.title ?? "Removed take",
      creator: clip ? clip.username ?? "former member" : "", videoUrl: clip?.videoUrl ?? "",
      posterUrl: clip?.posterUrl ?? "", thumbnailUrl: clip?.thumbnailUrl ?? "",
    })),
  };
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
 * Where a film, or a slot of it, plays.
 * @param {Film} film
 * @param {number} [slot]
 */
export function address(film, slot) {
  return slot ? `/watch/${film.number}?slot=${slot}` : `/watch/${film.number}`;
}

/**
 * `Season 1 · Slot 12 · mira_okafor`
 * @param {Film} film
 * @param {Chapter} chapter
 */
export function line(film, chapter) {
  return [`Season ${film.number}`, `Slot ${chapter.slot}`, chapter.creator].filter(Boolean).join(" · ");
}

/**
 * `1:31 of 9:52, slot 12`
 * @param {Film} film
 * @param {number} seconds
 */
export function positionText(film, seconds) {
  const chapter = film.chapters[chapterAt(film.chapters, seconds)];
  return `${clock(seconds)} of ${clock(film.seconds)}, slot ${chapter?.slot ?? 0}`;
}
