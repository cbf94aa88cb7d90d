// What moves for a moment to say that something happened.

import { h, icon } from "../core/dom.js";
import { isStill } from "../core/preferences.js";

/**
 * One heart that rises from the finger.
 * @param {HTMLElement} stage
 * @param {number} x
 * @param {number} y
 */
export function heart(stage, x, y) {
  if (isStill()) return;
  const place = stage.getBoundingClientRect();
  const image = icon("heart");
  image.classList.add("burst");
  image.style.left = `${x - place.left}px`;
  image.style.top = `${y - place.top}px`;
  stage.append(image);
  const rise = image.animate(
    [
      { opacity: 0, transform: "translate(-50%, -50%) scale(.6)" },
      { opacity: 1, transform: "translate(-50%, -60%) scale(1.15)", offset: 0.25 },
      { opacity: 0, transform: "translate(-50%, calc(-50% - 40px)) scale(1)" },
    ],
    { duration: 480, easing: "cubic-bezier(.2, .7, .2, 1)" },
  );
  rise.finished.finally(() => image.remove());
}

/**
 * A short no.
 * @param {HTMLElement | null} element
 */
export function shake(element) {
  if (!element || isStill()) return;
  element.animate([0, -4, 4, -3, 0].map((x) => ({ transform: `translateX(${x}px)` })), { duration: 220 });
}

const strips = 24;
const fall = 1200;
const tones = ["accent", "gold", "live", "paper"];

/**
 * Strips of film that fall over the stage.
 * @param {HTMLElement} stage
 */
export function confetti(stage) {
  if (isStill()) return;
  const shower = h("div", { class: "confetti", "aria-hidden": "true" });
  stage.append(shower);
  const falls = Array.from({ length: strips }, (_, place) => {
    const strip = h("i", { class: "confetti__strip", "data-tone": tones[place % tones.length] });
    strip.style.left = `${((place + Math.random()) / strips) * 100}%`;
    shower.append(strip);
    const drift = (Math.random() - 0.5) * 160;
    const turn = (Math.random() - 0.5) * 900;
    const delay = Math.random() * fall * 0.3;
    return strip.animate(
      [
        { transform: "translate(0, -3rem) rotate(0)", opacity: 1 },
        { opacity: 1, offset: 0.7 },
        { transform: `translate(${drift}px, ${stage.clientHeight + 48}px) rotate(${turn}deg)`, opacity: 0 },
      ],
      { duration: fall - delay, delay, easing: "cubic-bezier(.3, .1, .7, 1)", fill: "backwards" },
    ).finished;
  });
  void Promise.allSettled(falls).then(() => shower.remove());
}
