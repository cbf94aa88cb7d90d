// A comparison in the frame of another site: its videos in step. It stores nothing and asks the site for nothing but videos.

import { SyncedVideos } from "./arena/sync.js";
import { all, one, setIcon } from "./core/dom.js";

const place = one("[data-compared]", HTMLElement);
const play = one("[data-play]", HTMLButtonElement, place);
const seek = one("[data-seek]", HTMLInputElement, place);
const videos = all("[data-video]", place).map((cell) => one("video", HTMLVideoElement, cell));
let isSeeking = false;

for (const video of videos) {
  video.controls = false;
  video.addEventListener("click", toggle);
}
const synced = new SyncedVideos(videos, show);
// For those who look into the frame.
Object.assign(place, { synced });

function show() {
  if (!isSeeking) seek.value = String(Math.round(synced.position * 1000));
  const label = synced.isPlaying ? "Pause all" : "Play all";
  if (play.getAttribute("aria-label") === label) return;
  play.setAttribute("aria-label", label);
  setIcon(play, synced.isPlaying ? "pause" : "play");
}

function toggle() {
  if (synced.isPlaying) synced.pause();
  else void synced.play();
}

play.addEventListener("click", toggle);
seek.addEventListener("input", () => {
  isSeeking = true;
  void synced.seek(Number(seek.value) / 1000);
});
seek.addEventListener("change", () => {
  isSeeking = false;
});
addEventListener("pagehide", () => synced.pause());
place.dataset.ready = "";
