// Captions of a video. The browser draws them; what is not shown is not loaded.

import { h } from "../core/dom.js";

/**
 * Gives a video the captions of what it plays; an empty address takes them away.
 * @param {HTMLVideoElement} video
 * @param {string} url
 * @param {boolean} isShown
 */
export function setCaptions(video, url, isShown) {
  let track = video.querySelector("track");
  if (track && track.dataset.url !== url) {
    track.remove();
    track = null;
  }
  if (!url) return;
  if (!track) {
    track = h("track", { kind: "captions", label: "Captions", "data-url": url });
    video.append(track);
  }
  track.track.mode = isShown ? "showing" : "disabled";
  if (isShown && !track.hasAttribute("src")) void load(track, url);
}

/**
 * A browser reads captions from the page's own site only, unless the whole video is fetched in another way.
 * @param {HTMLTrackElement} track
 * @param {string} url
 */
async function load(track, url) {
  if (new URL(url, location.href).origin === location.origin) {
    track.src = url;
    return;
  }
  try {
    const answer = await fetch(url);
    if (answer.ok) track.src = URL.createObjectURL(new Blob([await answer.text()], { type: "text/vtt" }));
  } catch {
    // Without them the video plays as well.
  }
}
