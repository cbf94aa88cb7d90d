// The landing page: the film so far plays in the gate, the headline types itself once.

import "./site.js";
import { read } from "./core/api.js";
import { maybe, one, setIcon } from "./core/dom.js";
import { savesData } from "./core/network.js";
import { sharpen } from "./core/sharpen.js";
import { isStill, onStillChange, preference, remember } from "./core/preferences.js";

/** How long the headline takes to type itself on a first visit. */
const introTime = 3500;

function typeHeadline() {
  const headline = maybe("[data-headline]");
  if (!headline || isStill() || preference("intro")) return;
  remember("intro", "1");
  const lines = [...headline.querySelectorAll("span")];
  const total = lines.reduce((sum, line) => sum + (line.textContent ?? "").length, 0);
  let at = 0;
  headline.setAttribute("aria-label", headline.textContent ?? "");
  for (const line of lines) {
    const letters = [...(line.textContent ?? "")].map((letter) => {
      const element = document.createElement("i");
      element.textContent = letter;
      element.setAttribute("aria-hidden", "true");
      element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 60, delay: (introTime / total) * at, fill: "both" });
      at += 1;
      return element;
    });
    line.replaceChildren(...letters);
  }
}

/** Plays the end of the film, silent, from the still on; then the film from its start. */
async function playFilm() {
  const gate = maybe("[data-gate]");
  if (!gate) return;
  const toggle = one("[data-gate-toggle]", HTMLButtonElement, gate);
  const still = one("img", HTMLImageElement, gate);
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, preload: "none", width: 540, height: 960, poster: still.currentSrc || still.src });
  video.setAttribute("aria-label", "The film so far, without sound");
  video.className = "gate__video";
  /** @type {string[]} */
  let reel = gate.dataset.video ? [gate.dataset.video] : [];
  let at = 0;
  let isPaused = isStill() || savesData();

  const show = () => {
    toggle.setAttribute("aria-label", isPaused ? "Play the film" : "Pause the film");
    setIcon(toggle, isPaused ? "play" : "pause");
  };
  const play = () => {
    if (!video.isConnected) still.after(video);
    video.play().catch(() => {
      isPaused = true;
      show();
    });
  };
  video.src = reel[0] ?? "";
  video.addEventListener("ended", async () => {
    if (reel.length === 1) reel = await wholeFilm(reel);
    at = (at + 1) % reel.length;
    video.src = reel[at] ?? "";
    if (!isPaused) play();
  });
  toggle.addEventListener("click", () => {
    isPaused = !isPaused;
    if (isPaused) video.pause();
    else play();
    show();
  });
  onStillChange(() => {
    if (!isStill()) return;
    isPaused = true;
    video.pause();
    show();
  });
  // Nothing plays out of sight.
  new IntersectionObserver(([entry]) => {
    if (isPaused) return;
    if (entry?.isIntersecting) play();
    else video.pause();
  }).observe(gate);
  show();
}

/**
 * Loads what the arena consists of before it is asked for, so that it shows at once: while the visitor reads, or, where a pointer
 * comes to the link before it presses, only then.
 */
function loadArenaAhead() {
  const link = maybe("[data-ahead]");
  if (!(link instanceof HTMLAnchorElement) || savesData()) return;
  const load = () => {
    for (const href of [link.href, link.dataset.script, link.dataset.style]) {
      document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href }));
    }
  };
  if (matchMedia("(hover: none)").matches) load();
  else for (const name of ["pointerenter", "focus"]) link.addEventListener(name, load, { once: true });
}

/** @param {string[]} known */
async function wholeFilm(known) {
  /** @type {import("./api.js").Story | null} */
  const story = await read("/api/story").catch(() => null);
  const season = story?.seasons.find((one) => one.slots.some((slot) => slot.winner?.videoUrl === known[0]));
  const reel = season?.slots.flatMap((slot) => slot.winner?.videoUrl ?? []) ?? [];
  return [...known, ...reel.filter((url) => url !== known[0])];
}

/** How often the number of creators is read again, in milliseconds. The site keeps a page for half a minute. */
const renewal = 60_000;

/** Reads the number of creators again, as long as the page is looked at. */
async function renewCreators() {
  if (document.visibilityState !== "visible") return;
  const response = await fetch("/", { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-creators]");
  const shown = maybe("[data-creators]");
  if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(document.adoptNode(fresh));
}

sharpen();
typeHeadline();
void playFilm();
setInterval(() => void renewCreators(), renewal);
// After what the page itself shows.
if (document.readyState === "complete") loadArenaAhead();
else addEventListener("load", loadArenaAhead, { once: true });
