// Blind battles: the choice by button or key, the names after it, and the next pair, which is loaded meanwhile. Without this
// module the buttons send a form.

import "./site.js";
import { prepareChanges, read, Refusal, send } from "./core/api.js";
import { all, announce, h, maybe, one, setIcon, setText } from "./core/dom.js";
import { counted } from "./core/format.js";
import { isStill } from "./core/preferences.js";
import { installShortcuts } from "./core/shortcuts.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").BattlePair} BattlePair */
/** @typedef {import("./api.js").BattleModel} BattleModel */
/** @typedef {import("./api.js").JudgedPair} JudgedPair */
/** @typedef {"left" | "right"} Place */

/** @type {Place[]} */
const places = ["left", "right"];

const main = one("main", HTMLElement);
const ownBoard = Number(main.dataset.ownBoard);

/** @param {Place} place */
const side = (place) => one(`[data-side="${place}"]`, HTMLElement, main);

/** @param {HTMLElement} frame */
const video = (frame) => one("video", HTMLVideoElement, frame);

const videos = () => places.map((place) => video(side(place)));

/** @typedef {{pair: BattlePair, videos: HTMLVideoElement[]}} Next */

/**
 * The pair that comes next with its videos, once it is known; null when there is none.
 * @type {Promise<Next | null> | null}
 */
let next = null;

/** Whether the pair on the page can still be judged. */
let isOpen = true;

const pairID = () => one("[data-pair]", HTMLElement, main).dataset.pair ?? "";

/** @param {boolean} plays */
function play(plays) {
  for (const each of videos()) {
    if (plays) void each.play().catch(() => undefined);
    else each.pause();
  }
  const button = one("[data-pause]", HTMLButtonElement, main);
  setIcon(button, plays ? "pause" : "play");
  button.setAttribute("aria-label", plays ? "Pause both" : "Play both");
  button.dataset.plays = String(plays);
}

/** Both begin together. */
function begin() {
  for (const each of videos()) {
    each.controls = false;
    each.muted = true;
    each.currentTime = 0;
  }
  play(!isStill());
}

/** @returns {Promise<Next | null>} */
async function preload() {
  /** @type {{pair: BattlePair | null}} */
  const answer = await read(`/api/battles/next?after=${pairID()}`);
  if (!answer.pair) return null;
  const pair = answer.pair;
  const loaded = places.map((place, index) => {
    const shown = pair[place];
    const element = h("video", {
      loop: true, playsinline: true, preload: "auto", width: shown.width, height: shown.height,
      "aria-label": `Result ${"AB"[index]}`, src: shown.videoUrl,
    });
    element.muted = true;
    element.load();
    return element;
  });
  return { pair, videos: loaded };
}

/** @param {BattleModel} model */
function facts(model) {
  const cost = model.costUsd === null ? null : Number(model.costUsd);
  const parts = [h("a", { href: `/models/${model.slug}` }, h("b", {}, model.model)), h("span", { class: "quiet" }, model.provider)];
  if (cost !== null) parts.push(h("span", { class: "quiet num" }, cost === 0 ? "free" : `$${cost.toFixed(cost < 0.1 ? 4 : 2)}`));
  if (model.generationMs !== null) parts.push(h("span", { class: "quiet num" }, `made in ${(model.generationMs / 1000).toFixed(1)} s`));
  return parts;
}

/** @param {JudgedPair} judged */
function reveal(judged) {
  for (const place of places) {
    const name = one("[data-name]", HTMLElement, side(place));
    name.replaceChildren(...facts(judged[place]));
    name.hidden = false;
    if (judged.outcome === place) side(place).dataset.chosen = "";
  }
  const chosen = { left: "A is better", right: "B is better", tie: "a tie", bothBad: "both bad" }[judged.outcome];
  announce(`You chose: ${chosen}. A is ${judged.left.model}, B is ${judged.right.model}.`);
  setText(maybe("[data-count]", main), `${counted(judged.battles, "battle", "battles")} judged. You chose: ${chosen}.`);
  const missing = ownBoard - judged.battles;
  setText(maybe("[data-until]", main), missing > 0 ? `${missing} more until you have a board of your own.` : "");
}

/** Replaces the buttons by the one that goes on. */
function offerNext() {
  isOpen = false;
  const ballot = one(".ballot", HTMLElement, main);
  ballot.dataset.judged = "";
  const button = h("button", { class: "btn btn--primary", type: "button", "data-next": true }, "Next pair");
  button.addEventListener("click", () => void goOn());
  ballot.replaceChildren(button);
  button.focus();
}

/** @type {Node[]} */
let buttons = [];

async function goOn() {
  const button = one("[data-next]", HTMLButtonElement, main);
  button.disabled = true;
  const found = await (next ?? preload()).catch(() => undefined);
  next = null;
  if (!found) {
    // The page says that there is none, or what is wrong.
    location.assign("/battle");
    return;
  }
  const { pair } = found;
  for (const [index, place] of places.entries()) {
    const shown = side(place);
    video(shown).replaceWith(found.videos[index] ?? "");
    delete shown.dataset.chosen;
    one("[data-name]", HTMLElement, shown).hidden = true;
  }
  const both = one("[data-pair]", HTMLElement, main);
  both.dataset.pair = pair.id;
  both.toggleAttribute("data-tall", places.every((place) => pair[place].height > pair[place].width));
  one("input[name=pair]", HTMLInputElement, main).value = pair.id;
  setText(maybe("[data-prompt]", main), `“${pair.prompt}”`);
  setText(maybe("[data-count]", main), `Battle ${pair.battles + 1}. Names are shown after you choose.`);
  const ballot = one(".ballot", HTMLElement, main);
  delete ballot.dataset.judged;
  ballot.replaceChildren(...buttons);
  isOpen = true;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
  announce(`Next pair: ${pair.prompt}`);
  begin();
}

/** @param {string} outcome */
async function judge(outcome) {
  if (!isOpen) return;
  isOpen = false;
  const choices = all(".ballot button", main);
  for (const button of choices) button.setAttribute("aria-busy", "true");
  try {
    /** @type {JudgedPair} */
    const judged = await send("POST", "/api/battles", { pair: pairID(), outcome });
    reveal(judged);
    for (const notice of all("[data-form-outcome]", main)) notice.remove();
    // What was loaded ahead counts the battles as they were before.
    next = (next ?? preload()).then((found) => found && { ...found, pair: { ...found.pair, battles: judged.battles } });
    next.catch(() => undefined);
    offerNext();
  } catch (error) {
    const refusal = error instanceof Refusal ? error : null;
    toast(refusal?.isOffline ? "Your choice was not saved. Check your connection and try again." : (refusal?.message ?? "Your choice was not saved. Try again."));
    // This pair cannot be judged any more.
    if (refusal && [404, 409].includes(refusal.status)) offerNext();
    else isOpen = true;
  } finally {
    for (const button of choices) button.removeAttribute("aria-busy");
  }
}

const form = maybe("[data-ballot]", main);
if (form) {
  buttons = [...one(".ballot", HTMLElement, main).childNodes];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button instanceof HTMLButtonElement && button.value) void judge(button.value);
  });
  const pause = one("[data-pause]", HTMLButtonElement, main);
  pause.hidden = false;
  pause.addEventListener("click", () => play(pause.dataset.plays !== "true"));
  installShortcuts([
    { keys: ["a", "A"], shown: ["A"], label: "A is better", run: () => void judge("left") },
    { keys: ["b", "B"], shown: ["B"], label: "B is better", run: () => void judge("right") },
    { keys: ["t", "T"], shown: ["T"], label: "Tie", run: () => void judge("tie") },
    { keys: ["n", "N"], shown: ["N"], label: "Both bad", run: () => void judge("bothBad") },
    { keys: ["p", "P"], shown: ["P"], label: "Pause or play both", run: () => pause.click() },
  ]);
  prepareChanges();
  begin();
  // The next pair is loaded when this one is.
  const ready = videos().map((each) => each.readyState >= 3 || new Promise((resolve) => each.addEventListener("canplay", resolve, { once: true })));
  void Promise.all(ready).then(() => {
    next ??= preload();
    next.catch(() => {
      next = null;
    });
  });
}
