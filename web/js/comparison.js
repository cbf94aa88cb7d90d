// A comparison: its videos in step, two of them with a wipe, and the votes.

import "./site.js";
import { startFavorites } from "./arena/favorites.js";
import { SyncedVideos } from "./arena/sync.js";
import { showVotes } from "./arena/votes.js";
import { wipeOf } from "./arena/wipe.js";
import { startComments } from "./comments/section.js";
import { all, announce, maybe, one, setIcon, setText } from "./core/dom.js";
import { savesData } from "./core/network.js";
import { share } from "./core/share.js";
import { installShortcuts } from "./core/shortcuts.js";
import { measuredSpeed, wantsFull } from "./core/sizes.js";

const main = one("[data-comparison]", HTMLElement);
const speeds = [{ speed: 1, text: "1×", label: "Speed, normal" }, { speed: 0.5, text: "½×", label: "Speed, half" },
  { speed: 0.25, text: "¼×", label: "Speed, a quarter" }, { speed: 2, text: "2×", label: "Speed, double" }];

maybe("[data-share]")?.addEventListener("click", () => void share(document.title, location.pathname));
showVotes(main.dataset.comparison ?? "");
startFavorites();
startComments();

const bar = maybe("[data-sync]");
if (bar) start(bar);

/** @param {HTMLElement} place */
function start(place) {
  const cells = all("[data-video]");
  const videos = cells.map((cell) => one("video", HTMLVideoElement, cell));
  const grid = one("[data-grid]", HTMLElement);
  const seek = one("[data-seek]", HTMLInputElement, place);
  const playButton = one("[data-play]", HTMLButtonElement, place);
  const position = one("[data-position]", HTMLElement, place);
  const speedButton = one("[data-speed]", HTMLButtonElement, place);
  const loop = one("[data-loop]", HTMLButtonElement, place);
  for (const video of videos) {
    video.controls = false;
    video.muted = true;
  }
  let isSeeking = false;
  const synced = new SyncedVideos(videos, show);
  // For those who look into the page: tests measure the drift by it.
  Object.assign(place, { synced });

  function show() {
    const now = synced.position;
    if (!isSeeking) seek.value = String(Math.round(now * 1000));
    const most = String(Math.round(synced.length * 1000));
    if (seek.max !== most) seek.max = most;
    setText(position, now.toFixed(2));
    const text = synced.isPlaying ? "Pause all" : "Play all";
    if (maybe("[data-play-text]", playButton)?.textContent !== text) {
      setText(maybe("[data-play-text]", playButton), text);
      setIcon(playButton, synced.isPlaying ? "pause" : "play");
    }
    playButton.toggleAttribute("data-waiting", synced.isWaiting);
    for (const [index, cell] of cells.entries()) {
      const button = one("[data-sound]", HTMLButtonElement, cell);
      const isHeard = videos[index] === synced.heard;
      if (button.getAttribute("aria-pressed") === String(isHeard)) continue;
      button.setAttribute("aria-pressed", String(isHeard));
      setIcon(button, isHeard ? "sound" : "mute");
    }
  }

  let isChosen = false;
  /** Loads the size of each video that its place on the page calls for, once, before the first picture moves. */
  function chooseSizes() {
    if (isChosen) return;
    isChosen = true;
    const isSaving = savesData();
    // All play at once, so each has its share of the line.
    const speed = measuredSpeed();
    for (const video of videos) {
      const isFull = wantsFull({
        width: video.clientWidth * devicePixelRatio, seconds: Number(video.dataset.seconds), bytes: Number(video.dataset.bytes),
        speed: speed === null ? null : speed / videos.length, isSaving,
      });
      if (isFull && video.dataset.full && videos.length <= 4) video.src = video.dataset.full;
    }
  }

  const toggle = () => {
    chooseSizes();
    if (synced.isPlaying) synced.pause();
    else void synced.play();
  };
  /** @param {1 | -1} by */
  const step = (by) => {
    chooseSizes();
    synced.step(by);
  };
  const nextSpeed = () => {
    const at = speeds.findIndex(({ speed }) => speed === synced.speed);
    const next = speeds[(at + 1) % speeds.length];
    if (!next) return;
    synced.setSpeed(next.speed);
    setText(speedButton, next.text);
    speedButton.setAttribute("aria-label", next.label);
    announce(next.label);
  };
  const toggleLoop = () => {
    synced.loops = !synced.loops;
    loop.setAttribute("aria-pressed", String(synced.loops));
    announce(synced.loops ? "Loop on" : "Loop off");
  };
  const silence = () => {
    synced.hear(null);
    announce("Sound off for all");
  };

  playButton.addEventListener("click", toggle);
  one("[data-back]", HTMLButtonElement, place).addEventListener("click", () => step(-1));
  one("[data-on]", HTMLButtonElement, place).addEventListener("click", () => step(1));
  speedButton.addEventListener("click", nextSpeed);
  loop.addEventListener("click", toggleLoop);
  one("[data-silence]", HTMLButtonElement, place).addEventListener("click", silence);
  seek.addEventListener("input", () => {
    isSeeking = true;
    chooseSizes();
    setText(position, (Number(seek.value) / 1000).toFixed(2));
    void synced.seek(Number(seek.value) / 1000);
  });
  seek.addEventListener("change", () => {
    isSeeking = false;
  });
  for (const [index, cell] of cells.entries()) {
    const video = videos[index];
    one("[data-sound]", HTMLButtonElement, cell).addEventListener("click", () => synced.hear(synced.heard === video ? null : video ?? null));
    video?.addEventListener("click", toggle);
  }

  const columns = all("[data-column]", place);
  /** @param {string} number */
  const setColumns = (number) => {
    grid.dataset.columns = number;
    for (const button of columns) button.setAttribute("aria-pressed", String(button.dataset.column === number));
  };
  setColumns(grid.dataset.columns ?? "3");
  for (const button of columns) button.addEventListener("click", () => setColumns(button.dataset.column ?? "3"));

  const opener = maybe("[data-open-wipe]", place);
  const wipePlace = maybe("[data-wipe]");
  const named = cells.map((cell, index) => ({ video: /** @type {HTMLVideoElement} */ (videos[index]), name: cell.dataset.name ?? "" }));
  const wipe = opener && wipePlace ? wipeOf(wipePlace, named, (isOpen) => {
    opener.setAttribute("aria-pressed", String(isOpen));
    // The first pictures have to be there to be drawn.
    if (isOpen) {
      chooseSizes();
      if (!synced.isPlaying) void synced.seek(synced.position);
    } else {
      opener.focus();
    }
  }) : null;
  opener?.addEventListener("click", () => wipe?.toggle());

  installShortcuts([
    { keys: [" ", "k", "K"], shown: ["Space", "K"], label: "Play or pause all", run: toggle },
    { keys: [",", "ArrowLeft"], shown: [",", "←"], label: "One frame back", run: () => step(-1) },
    { keys: [".", "ArrowRight"], shown: [".", "→"], label: "One frame on", run: () => step(1) },
    { keys: ["l", "L"], shown: ["L"], label: "Loop on or off", run: toggleLoop },
    { keys: ["s", "S"], shown: ["S"], label: "Next speed", run: nextSpeed },
    { keys: ["m", "M"], shown: ["M"], label: "Sound off for all", run: silence },
    ...(wipe ? [{ keys: ["w", "W"], shown: ["W"], label: "Compare two with a wipe", run: () => wipe.toggle() }] : []),
    ...["1", "2", "3", "4"].slice(0, columns.length).map((number) => ({ keys: [number], shown: [number], label: `${number} columns`, run: () => setColumns(number) })),
  ]);
  addEventListener("pagehide", () => synced.pause());
  show();
}
