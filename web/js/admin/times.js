// Times of the past in the lists of the administration.

import { h } from "../core/dom.js";

const dayAndTime = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/**
 * A time, to the minute.
 * @param {string} text
 */
export function moment(text) {
  return h("time", { datetime: text }, `${dayAndTime.format(new Date(text))} UTC`);
}

/**
 * A time, to the day.
 * @param {string} text
 */
export function date(text) {
  return h("time", { datetime: text, title: `${dayAndTime.format(new Date(text))} UTC` }, day.format(new Date(text)));
}
