// The studio: the form follows the chosen model, the price is shown before the run, and what is being made is followed.

import "./site.js";
import { Refusal, send } from "./core/api.js";
import { all, announce, h, maybe, one, refill } from "./core/dom.js";
import { enhance, whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { toast } from "./core/toast.js";
import { startCredits } from "./settings/credits.js";
import { followVideos } from "./studio/course.js";
import { drawParameters, readParameters } from "./studio/parameters.js";
import { pictureOf } from "./studio/picture.js";
import { presetsOf } from "./studio/presets.js";
import { progress, refresh } from "./studio/running.js";
import { stepsOf } from "./studio/steps.js";
import { suggestionsIn } from "./studio/suggestions.js";

/** @typedef {import("./studio/parameters.js").Parameter} Parameter */
/**
 * @typedef {object} Facts
 * @property {number[]} durations
 * @property {number} standard
 * @property {string[]} qualities
 * @property {string[]} aspects
 * @property {Record<string, Record<string, number>>} credits
 * @property {boolean} words
 * @property {boolean} picture
 * @property {Parameter[]} parameters
 * @property {Record<string, string>} expected what to expect, by quality and length
 * @property {string | null} note what the member should know of the provider
 */

const form = one("[data-request]", HTMLFormElement);
const duration = one("#duration", HTMLSelectElement);
const quality = one("#quality", HTMLSelectElement);
const aspect = one("#aspectRatio", HTMLSelectElement);
const seed = one("#seed", HTMLInputElement);
const prompt = one("#prompt", HTMLTextAreaElement);
const parameterPlace = one("[data-parameters]", HTMLElement);
const picturePlace = one("[data-picture]", HTMLElement);
const compare = one("[data-compare]", HTMLButtonElement);
const picture = pictureOf(picturePlace, () => (start === "chain" ? showStart() : showPrice()));
/** How many models can be compared. */
const mostCompared = 4;

const suggest = suggestionsIn(one("[data-suggestions]", HTMLElement), (slug) => {
  const input = form.querySelector(`input[name=model][value="${CSS.escape(slug)}"]`);
  if (!(input instanceof HTMLInputElement)) return;
  input.checked = true;
  input.focus();
  showModel();
});

/**
 * What an earlier run or a preset says of the fields that follow from the model.
 * @typedef {object} Wanted
 * @property {number} [seconds]
 * @property {string} [quality]
 * @property {string | null} [aspect]
 * @property {string | null} [image]
 * @property {Record<string, unknown>} [parameters]
 */
/** @type {Wanted} */
let remix = JSON.parse(form.dataset.remix ?? "{}");
/** @type {Record<string, string>} */
const names = { standard: "Standard", high: "High", ultra: "Ultra" };
/** @type {Record<string, string>} */
const shapes = { "9:16": "9:16, for the film", "720:1280": "720:1280, for the film" };
/** @type {"words" | "picture" | "chain"} */
let start = "words";
let isComparing = false;
/** One key for each request, so that a repetition after a lost connection is the same one. */
let requestKey = crypto.randomUUID();

const modelInputs = () => /** @type {HTMLInputElement[]} */ (all("input[name=model]", form));
const allChosen = () => modelInputs().filter((input) => input.checked && !input.disabled);
const chosen = () => allChosen()[0] ?? null;
const startsFromPicture = () => start === "picture" || (start === "chain" && Boolean(picture.id));
const steps = stepsOf(
  one("[data-steps]", HTMLElement),
  modelInputs().flatMap((input) => {
    const facts = factsOf(input);
    const isUsable = facts?.picture && !input.closest("label")?.getAttribute("aria-disabled");
    return facts && isUsable
      ? [{ slug: input.value, name: nameOf(input), facts: () => factsOf(input) }] : [];
  }),
  () => showPrice());

/**
 * What every chosen model can do: the form offers what they have in common.
 * @returns {Facts | null}
 */
function commonFacts() {
  const found = allChosen().flatMap((input) => factsOf(input) ?? []);
  const [first, ...others] = found;
  if (!first || others.length === 0) return first ?? null;
  /**
   * @template T
   * @param {(facts: Facts) => T[]} of
   */
  const shared = (of) => of(first).filter((value) => others.every((facts) => of(facts).includes(value)));
  return {
    ...first, durations: shared((facts) => facts.durations), qualities: shared((facts) => facts.qualities),
    aspects: shared((facts) => facts.aspects), parameters: [],
  };
}

/** What the request costs and how long it is; undefined credits where a model has no price. */
function bill() {
  const parts = allChosen().map((input) => {
    const facts = factsOf(input);
    const seconds = duration.value || String(facts?.standard ?? 0);
    return { credits: facts?.credits[quality.value]?.[seconds], seconds: Number(seconds) };
  });
  if (start === "chain") parts.push(...steps.prices(quality.value));
  const isPriced = parts.length > 0 && parts.every(({ credits }) => credits !== undefined);
  return {
    credits: isPriced ? parts.reduce((sum, { credits }) => sum + (credits ?? 0), 0) : undefined,
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** @param {HTMLInputElement} input */
function nameOf(input) {
  return input.closest("label")?.querySelector("b")?.textContent ?? input.value;
}

/**
 * @param {HTMLInputElement | null} input
 * @returns {Facts | null}
 */
function factsOf(input) {
  return input?.dataset.facts ? JSON.parse(input.dataset.facts) : null;
}

/**
 * @param {HTMLSelectElement} select
 * @param {{value: string, text: string}[]} options
 * @param {string} wanted
 */
function fill(select, options, wanted) {
  const kept = options.some(({ value }) => value === wanted) ? wanted : options[0]?.value;
  refill(select, ...options.map(({ value, text }) => h("option", { value, selected: value === kept }, text)));
  const field = select.closest(".field");
  if (field instanceof HTMLElement) field.hidden = options.length === 0;
}

/** What the form offers follows from the model. */
function showModel() {
  const facts = commonFacts();
  if (!facts) return;
  one("[data-compared]", HTMLElement).textContent = isComparing
    ? `${allChosen().length} of up to ${mostCompared} chosen. Each makes a video of its own.` : "";
  const seconds = String(remix.seconds ?? "");
  fill(
    duration,
    facts.durations.length > 0
      ? facts.durations.map((length) => ({ value: String(length), text: `${length} s` }))
      : [{ value: "", text: "Each model’s usual length" }],
    facts.durations.includes(Number(seconds)) ? seconds : String(facts.standard));
  fill(
    quality,
    facts.qualities.map((word) => ({ value: word, text: names[word] ?? word })),
    remix.quality ?? quality.value);
  fill(
    aspect,
    facts.aspects.map((shape) => ({ value: shape, text: shapes[shape] ?? shape })),
    remix.aspect ?? aspect.value);
  drawParameters(parameterPlace, facts.parameters, remix.parameters ?? {});
  showPrice();
}

/** Models that cannot start so are not offered. */
function showStart() {
  for (const button of all("[data-start]", form)) {
    button.setAttribute("aria-pressed", String(button.dataset.start === start));
  }
  picturePlace.hidden = start === "words";
  one("[data-picture-optional]", HTMLElement).hidden = start !== "chain";
  compare.hidden = start === "chain";
  /** @type {HTMLInputElement | null} */
  let first = null;
  for (const input of form.querySelectorAll("input[name=model]")) {
    if (!(input instanceof HTMLInputElement)) continue;
    const facts = factsOf(input);
    const label = input.closest("label");
    if (!facts || !label || label.getAttribute("aria-disabled")) continue;
    const isPossible = startsFromPicture() ? facts.picture : facts.words;
    label.hidden = !isPossible;
    input.disabled = !isPossible;
    if (isPossible) first ??= input;
  }
  if (first && (!chosen() || chosen()?.disabled)) first.checked = true;
  showModel();
}

/** The price, what is left after it, and what is in the way. */
function showPrice() {
  const wallet = one("[data-wallet]", HTMLElement);
  const balance = Number(wallet.dataset.balance);
  const { credits, seconds } = bill();
  const left = Number(wallet.dataset.seconds) - seconds * 1000;
  const price = one("[data-price]", HTMLElement);
  if (credits === undefined) refill(price, h("span", { class: "quiet" }, "This model has no price for this length."));
  else if (credits === 0) refill(price, h("b", {}, "Free"));
  else refill(price, h("b", { class: "num" }, count(credits)), h("span", {}, credits === 1 ? " credit" : " credits"));
  one("[data-bill]", HTMLElement).hidden = credits === undefined;
  one("[data-after]", HTMLElement).textContent =
    `${counted(Math.max(0, balance - (credits ?? 0)), "credit", "credits")}, ${count(Math.max(0, Math.ceil(left / 1000)))} s`;
  const capCredits = Number(maybe("[data-cap-credits]", wallet)?.dataset.capCredits ?? Infinity);
  const capMs = Number(maybe("[data-cap-ms]", wallet)?.dataset.capMs ?? Infinity);
  const obstacle =
    credits !== undefined && credits > balance
      ? `This needs ${counted(credits, "credit", "credits")}, and you have ${count(balance)}.`
      : credits !== undefined && credits > capCredits
        ? `This needs ${counted(credits, "credit", "credits")}, and this site lets you spend ${count(capCredits)} more this month.`
      : left < 0 || seconds * 1000 > capMs
        ? "Your seconds for this period are used up. Choose a shorter video."
        : picture.isSending
          ? "The picture is being sent."
          : "";
  const place = one("[data-obstacle]", HTMLElement);
  place.textContent = obstacle;
  place.hidden = !obstacle;
  showExpected();
  // A suggestion replaces the chosen model, so there is none where several take part.
  const isAlone = start !== "chain" && !isComparing;
  suggest(isAlone ? {
    duration: duration.value, quality: quality.value, capability: startsFromPicture() ? "image-to-video" : "text-to-video",
    budget: Math.min(balance, capCredits),
  } : null);
}

/** What to expect of the chosen models, by name where there are several; a chain as a whole takes longer than its first step. */
function showExpected() {
  const parts = allChosen().flatMap((input) => {
    const facts = factsOf(input);
    const length = duration.value || String(facts?.standard ?? "");
    const expected = start === "chain" ? null : facts?.expected?.[`${quality.value} ${length}`];
    const words = [facts?.note, expected].filter(Boolean).join(" ");
    return words ? [isComparing ? `${nameOf(input)}: ${words}` : words] : [];
  });
  const place = one("[data-expected]", HTMLElement);
  place.textContent = parts.join(" ");
  place.hidden = parts.length === 0;
}

form.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.name === "model") {
    if (allChosen().length > mostCompared) event.target.checked = false;
    showModel();
  }
  else showPrice();
});
prompt.addEventListener("input", () => {
  one("[data-letters]", HTMLElement).textContent = `${count([...prompt.value].length)} / 4,000`;
});
form.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.dataset.start) {
    start = /** @type {typeof start} */ (button.dataset.start);
    if (start === "chain") compareModels(false);
    steps.show(start === "chain");
    showStart();
  } else if (button === compare) {
    compareModels(!isComparing);
    showModel();
  } else if (button?.hasAttribute("data-dice")) {
    seed.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  }
});

/** @param {boolean} isOn */
function compareModels(isOn) {
  isComparing = isOn;
  compare.setAttribute("aria-pressed", String(isOn));
  const first = chosen();
  for (const input of modelInputs()) {
    input.type = isOn ? "checkbox" : "radio";
    if (!isOn) input.checked = input === first;
  }
}

/** @returns {string | null} */
function obstacle() {
  if (picture.isSending) return "Wait until the picture is sent.";
  if (start === "picture" && !picture.id) return "Add a picture, or start from words.";
  if (isComparing && allChosen().length < 2) return "Choose two models or more, or compare none.";
  return null;
}

enhance(form, {
  nothing: "Nothing was requested.",
  check: () => ({ "": obstacle() }),
  send: (values) => {
    const facts = commonFacts();
    return send(
      "POST", "/api/jobs",
      {
        ...(isComparing ? { models: allChosen().map((input) => input.value) } : { model: chosen()?.value }),
        ...(start === "chain" ? { nextSteps: steps.values() } : {}), prompt: values.prompt, negativePrompt: values.negativePrompt || null,
        imageId: startsFromPicture() ? picture.id : null, duration: values.duration ? Number(values.duration) : null,
        quality: values.quality,
        aspectRatio: facts?.aspects.length ? values.aspectRatio : null, seed: values.seed ? Number(values.seed) : null,
        parameters: readParameters(parameterPlace, facts?.parameters ?? []),
        credits: bill().credits ?? null,
      },
      { "Idempotency-Key": requestKey });
  },
  done: (/** @type {import("./api.js").CreatedJob} */ answer) => {
    requestKey = crypto.randomUUID();
    announce(answer.jobs.length > 1 ? "Your videos are being made." : "Your video is being made.");
    changed();
  },
  refused: (error) => {
    // A refused request may be corrected and sent again as another one.
    if (!error.isOffline) requestKey = crypto.randomUUID();
    if (error.code === "terms_required") {
      location.assign("/terms/accept?next=/studio");
      return true;
    }
    if (error.code === "price_changed" || error.code === "model_changed") changed();
    return false;
  },
});

document.addEventListener("submit", (event) => {
  const cancel = event.target;
  if (!(cancel instanceof HTMLFormElement) || !cancel.matches("[data-cancel]")) return;
  event.preventDefault();
  void whileBusy(event.submitter ?? cancel, async () => {
    await send("DELETE", new URL(cancel.action).pathname).catch((error) => {
      if (!(error instanceof Refusal && error.code === "already_finished")) throw error;
    });
    changed();
  });
});

const changed = followVideos({
  isUnfinished: () => Boolean(maybe("[data-running] [data-job]")),
  refresh: async () => {
    await refresh();
    showPrice();
  },
  progress,
  live: (isLive) => (one("[data-live]", HTMLElement).hidden = !isLive),
});

presetsOf(
  one("[data-presets]", HTMLDetailsElement),
  () => ({
    model: chosen()?.value ?? "local", prompt: prompt.value, negativePrompt: one("[name=negativePrompt]", HTMLTextAreaElement).value,
    duration: duration.value ? Number(duration.value) : null,
    quality: /** @type {"standard" | "high" | "ultra"} */ (quality.value), aspectRatio: aspect.value || null,
    seed: seed.value ? Number(seed.value) : null, parameters: readParameters(parameterPlace, commonFacts()?.parameters ?? []),
  }),
  (preset) => {
    const input = modelInputs().find((one) => one.value === preset.model);
    if (!input || input.closest("label")?.getAttribute("aria-disabled")) {
      toast("This preset's model cannot be used now. The other fields are filled in.");
    } else {
      compareModels(false);
      start = factsOf(input)?.words ? "words" : "picture";
      steps.show(false);
      input.disabled = false;
      input.checked = true;
    }
    prompt.value = preset.prompt;
    one("[name=negativePrompt]", HTMLTextAreaElement).value = preset.negativePrompt;
    seed.value = preset.seed === null ? "" : String(preset.seed);
    remix = {
      seconds: preset.durationSeconds ?? undefined, quality: preset.quality ?? undefined, aspect: preset.aspectRatio,
      parameters: /** @type {Record<string, unknown>} */ (preset.parameters),
    };
    prompt.dispatchEvent(new Event("input", { bubbles: true }));
    showStart();
  });

if (remix.image) {
  start = "picture";
  picture.keep(remix.image);
}
prompt.dispatchEvent(new Event("input"));
showStart();
startCredits();
