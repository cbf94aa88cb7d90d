// What moves for a moment to say that something happened.

import { icon } from "../core/dom.js";
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
