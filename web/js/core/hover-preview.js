// Stills that play while a pointer rests on their card or the focus is in it.

import { h, maybe } from "./dom.js";
import { savesData } from "./network.js";
import { isStill } from "./preferences.js";

/** How long a pointer rests before a video is loaded. */
const restTime = 200;

/** @type {Element | null} */
let card = null;
/** @type {HTMLVideoElement | null} */
let video = null;
/** @type {number | undefined} */
let resting;

/** @param {Element | null} next the card that is pointed at now */
function point(next) {
  if (next === card) return;
  clearTimeout(resting);
  video?.remove();
  video = null;
  card = next;
  const still = card && maybe("[data-preview]", card);
  if (!still || isStill() || savesData()) return;
  resting = setTimeout(() => {
    const made = h("video", { class: "preview", loop: true, playsinline: true, "aria-hidden": "true", src: still.dataset.preview ?? "" });
    made.muted = true;
    // Above the still and below what is written on it.
    const image = maybe("img", still);
    if (image) image.after(made);
    else still.prepend(made);
    video = made;
    // A file that does not play leaves the still.
    void made.play().catch(() => made.remove());
  }, restTime);
}

/** @param {EventTarget | null} target */
function cardOf(target) {
  const found = target instanceof Element ? target.closest(".take") : null;
  return found && maybe("[data-preview]", found) ? found : null;
}

/** Lets the cards of this page play, also those that come later. */
export function startPreviews() {
  let [x, y] = [NaN, NaN];
  addEventListener("pointerover", (event) => {
    // A page that scrolls below a pointer that rests does not point: keys may have moved it.
    if (event.screenX === x && event.screenY === y) return;
    [x, y] = [event.screenX, event.screenY];
    // A finger does not hover: it opens the card.
    point(event.pointerType === "touch" ? null : cardOf(event.target));
  });
  addEventListener("focusin", (event) => point(cardOf(event.target)));
  addEventListener("focusout", (event) => {
    if (!cardOf(event.relatedTarget)) point(null);
  });
  document.documentElement.addEventListener("pointerleave", () => point(null));
}
