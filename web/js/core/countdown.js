// Makes every deadline on the page count down by the server's clock.

import { serverNow } from "./api.js";
import { all, announce, setText } from "./dom.js";
import { remaining, utcTime } from "./format.js";

/** Seconds at which the end is announced to screen readers. */
const announced = [60, 10];

/** How often a round that is due is asked about until it has closed. */
const closingInterval = 5000;

let lastSecond = Infinity;
let askedAt = 0;

function tick() {
  let soonest = Infinity;
  for (const element of all("time[data-countdown]")) {
    const end = Date.parse(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(end)) continue;
    const left = end - serverNow();
    setText(element, left > 0 ? remaining(left) : "Counting…");
    element.closest("[data-onair]")?.toggleAttribute("data-counting", left <= 0);
    soonest = Math.min(soonest, Math.ceil(left / 1000));
  }
  for (const mark of announced) {
    if (soonest <= mark && lastSecond > mark && soonest > 0 && lastSecond !== Infinity) {
      announce(`The round closes in ${mark} seconds`);
    }
  }
  if (soonest <= 0 && Date.now() - askedAt >= closingInterval) {
    askedAt = Date.now();
    document.dispatchEvent(new CustomEvent("dailies:closing"));
  }
  lastSecond = soonest;
}

/** Starts the one clock of the page, in step with the full second. */
export function startCountdowns() {
  tick();
  setTimeout(() => {
    tick();
    setInterval(tick, 1000);
  }, 1000 - (serverNow() % 1000));
}

/**
 * A deadline that counts down.
 * @param {string} endsAt
 */
export function deadline(endsAt) {
  const element = document.createElement("time");
  element.dateTime = endsAt;
  element.dataset.countdown = "";
  const end = new Date(endsAt);
  element.title = `Closes at ${utcTime(end)}`;
  const left = end.getTime() - serverNow();
  element.textContent = left > 0 ? remaining(left) : "Counting…";
  return element;
}
