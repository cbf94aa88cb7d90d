// Which size of a video is loaded: by the place that it has on the page, by what the reader saves, and by what the connection
// has carried so far.

import { savesData } from "./network.js";

/** A place of this many device pixels shows the small size as well as the large one. */
const smallWidth = 400;
/** A video is loaded this many times faster than it plays, or in its small size. */
const margin = 1.5;
/** Answers smaller than this say more about delay than about speed. */
const leastBytes = 64 * 1024;

/** Bits a second, as measured by what this page has loaded; null while nothing large enough was. */
export function measuredSpeed() {
  let bytes = 0;
  let seconds = 0;
  for (const entry of performance.getEntriesByType("resource")) {
    if (!(entry instanceof PerformanceResourceTiming) || entry.transferSize < leastBytes) continue;
    const took = (entry.responseEnd - entry.responseStart) / 1000;
    if (took <= 0) continue;
    bytes += entry.transferSize;
    seconds += took;
  }
  return seconds > 0 ? (bytes * 8) / seconds : null;
}

/**
 * Whether the full size should be loaded.
 * @param {{width: number, seconds: number, bytes: number, speed: number | null, isSaving: boolean}} facts
 */
export function wantsFull({ width, seconds, bytes, speed, isSaving }) {
  if (isSaving || width <= smallWidth) return false;
  if (speed === null || seconds <= 0 || bytes <= 0) return true;
  return speed >= (bytes * 8 * margin) / seconds;
}

/** Gives each generated video on the page, that has not begun, its size. */
export function chooseSizes() {
  for (const video of document.querySelectorAll("video[data-full]")) {
    if (!(video instanceof HTMLVideoElement) || video.dataset.chosen) continue;
    const isFull = wantsFull({
      width: video.clientWidth * devicePixelRatio, seconds: Number(video.dataset.seconds), bytes: Number(video.dataset.bytes),
      speed: measuredSpeed(), isSaving: savesData(),
    });
    video.dataset.chosen = isFull ? "full" : "small";
    if (isFull) video.src = video.dataset.full ?? video.src;
    else if (savesData()) video.preload = "none";
    video.addEventListener("waiting", () => fallBack(video));
  }
}

/**
 * A video that stops to load goes on in its small size.
 * @param {HTMLVideoElement} video
 */
function fallBack(video) {
  const small = video.dataset.small;
  if (video.dataset.chosen !== "full" || !small || video.currentTime === 0 || video.seeking) return;
  const { currentTime, paused } = video;
  video.dataset.chosen = "small";
  video.src = small;
  video.currentTime = currentTime;
  if (!paused) video.play().catch(() => undefined);
}
