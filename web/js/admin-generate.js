// A new comparison: which models can make it, what each costs, and the request, which is sent once.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { prepareChanges, Refusal, send } from "./core/api.js";
import { all, announce, h, maybe, one, setText } from "./core/dom.js";
import { enhance } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { toast } from "./core/toast.js";
import { pictureOf } from "./studio/picture.js";

/**
 * @typedef {import("./api.js").ComparisonQuote} Quote
 * @typedef {import("./api.js").AdminComparison} Made
 * @typedef {import("./api.js").QuoteComparisonInput} QuoteInput
 * @typedef {import("./api.js").CreateComparisonInput} Wanted
 */

/** How long after the last change the price is asked for, in milliseconds. */
const pause = 400;

/** As many videos as a grid shows. */
const mostModels = 9;

const form = one("[data-generate]", HTMLFormElement);
const button = one("[data-submit]", HTMLButtonElement, form);
const sum = one("[data-sum]", HTMLElement, form);
const picturePlace = one("[data-picture]", HTMLElement, form);
const picture = pictureOf(picturePlace, plan);

/** One request has one key, so that a press that is repeated makes nothing twice. */
let key = crypto.randomUUID();
/** @type {number | undefined} */
let planned;
let turn = 0;
/** The credits that were shown for what the form says; null while they are not known. */
let credits = /** @type {number | null} */ (null);

const type = () => /** @type {QuoteInput["type"]} */ (new FormData(form).get("type") ?? "text-to-video");
const boxes = () => /** @type {HTMLInputElement[]} */ (all("input[name=models]", form));
const chosen = () => boxes().filter((box) => box.checked && !box.disabled).map((box) => box.value);
/** @param {string} name */
const value = (name) => String(new FormData(form).get(name) ?? "").trim();

/** Shows what belongs to the chosen type. */
function showType() {
  const isPicture = type() === "image-to-video";
  picturePlace.hidden = !isPicture;
  for (const box of boxes()) {
    const fits = isPicture ? "takesPicture" in box.dataset : "words" in box.dataset;
    box.disabled = "obstacle" in box.dataset || !fits;
    if (box.disabled) box.checked = false;
    if (!("obstacle" in box.dataset)) why(box.value, fits ? "" : isPicture ? "It takes no picture." : "It needs a picture.");
  }
}

/**
 * @param {string} model
 * @param {string} text
 */
function why(model, text) {
  setText(maybe(`[data-why="${CSS.escape(model)}"]`, form), text);
}

function plan() {
  credits = null;
  button.disabled = true;
  clearTimeout(planned);
  planned = setTimeout(() => void quote(), pause);
}

async function quote() {
  const models = chosen();
  const mine = (turn += 1);
  for (const box of boxes()) {
    setText(maybe(`[data-price="${CSS.escape(box.value)}"]`, form), "");
    if (!("obstacle" in box.dataset) && !box.disabled) why(box.value, "");
  }
  if (models.length === 0 || models.length > mostModels) {
    sum.replaceChildren(h("span", { class: "quiet" }, models.length === 0 ? "Choose models to see the price." : `Choose at most ${mostModels} models.`));
    return;
  }
  /** @type {QuoteInput} */
  const input = { type: type(), models, prompt: value("prompt"), ...settings() };
  try {
    /** @type {Quote} */
    const answer = await send("POST", "/api/admin/comparisons/quote", input);
    if (mine === turn) showQuote(answer);
  } catch (error) {
    if (mine !== turn || !(error instanceof Refusal)) return;
    sum.replaceChildren(h("span", { class: "quiet" }, "The price is not known. "), retry());
  }
}

function retry() {
  const again = h("button", { class: "btn btn--sm", type: "button" }, "Try again");
  again.addEventListener("click", () => void quote());
  return again;
}

/** What all runs have in common, apart from the prompt. */
function settings() {
  return {
    ...(value("duration") ? { duration: Number(value("duration")) } : {}), quality: /** @type {"standard"} */ (value("quality") || "standard"),
    ...(value("aspectRatio") ? { aspectRatio: value("aspectRatio") } : {}),
    ...(type() === "image-to-video" && picture.id ? { imageId: picture.id } : {}),
  };
}

/** @param {Quote} answer */
function showQuote(answer) {
  const able = answer.models.filter(({ obstacle }) => !obstacle);
  for (const line of answer.models) {
    setText(maybe(`[data-price="${CSS.escape(line.model)}"]`, form), line.obstacle ? "" : priceText(line.credits ?? 0, line.costUsd ?? "0"));
    why(line.model, line.obstacle ?? "");
  }
  const isAll = able.length === answer.models.length;
  sum.replaceChildren(
    h("b", { class: "num" }, priceText(answer.credits, answer.costUsd)), h("span", { class: "quiet num" }, ` for ${counted(able.length, "video", "videos")}`),
    ...(isAll ? [] : [h("p", { class: "hint hint--bad" }, `${counted(answer.models.length - able.length, "model", "models")} cannot make this video. Deselect, or change length, quality or shape.`)]));
  credits = isAll ? answer.credits : null;
  const needsPicture = type() === "image-to-video" && !picture.id;
  button.disabled = !isAll || needsPicture;
  if (needsPicture && isAll) sum.append(h("p", { class: "hint" }, picture.isSending ? "The picture is being sent." : "Choose the picture that the videos start from."));
  const same = one("[data-same]", HTMLElement, form);
  const [first] = answer.same;
  same.hidden = !first;
  if (first) same.replaceChildren(h("span", {}, "This prompt was compared before: ", h("a", { class: "link", href: `/admin/comparisons/${first.id}` }, first.title), "."));
}

/**
 * Both prices, or that there is none.
 * @param {number} amount
 * @param {string} dollars
 */
function priceText(amount, dollars) {
  if (amount === 0) return "Free";
  const [whole, part = ""] = dollars.split(".");
  return `${counted(amount, "credit", "credits")} $${count(Number(whole))}.${part.replace(/0+$/, "").padEnd(2, "0")}`;
}

form.addEventListener("input", (event) => {
  key = crypto.randomUUID();
  if (event.target instanceof HTMLInputElement && event.target.name === "type") showType();
  plan();
});
for (const [name, isChecked] of /** @type {[string, boolean][]} */ ([["allOf", true], ["noneOf", false]])) {
  for (const control of all(name === "allOf" ? "[data-all-of]" : "[data-none-of]", form)) {
    control.addEventListener("click", () => {
      const group = maybe(`[data-group="${control.dataset[name]}"]`, form);
      for (const box of boxes()) if (group?.contains(box) && !box.disabled) box.checked = isChecked;
      key = crypto.randomUUID();
      plan();
      announce(`${counted(chosen().length, "model", "models")} selected`);
    });
  }
}

/**
 * What the form says of the comparison, but for its price.
 * @param {Record<string, string>} values
 */
function said(values) {
  return {
    title: values.title ?? "", prompt: values.prompt ?? "", type: type(), models: chosen(), ...settings(),
    description: values.description ?? "", negativePrompt: values.negativePrompt ?? "", isPublic: "isPublic" in values, isFeatured: "isFeatured" in values,
    tags: (values.tags ?? "").split(",").map((tag) => tag.trim()).filter(Boolean),
    ...(values.seed ? { seed: Number(values.seed) } : {}),
  };
}

one("[data-template]", HTMLButtonElement, form).addEventListener("click", () => {
  const values = Object.fromEntries([...new FormData(form)].flatMap(([name, text]) => typeof text === "string" ? [[name, text.trim()]] : []));
  askFor({
    title: "Save as a template", text: "Every comparison of it asks for the same. {date} and {number} in its title are filled in.",
    confirm: "Save the template", tone: "primary",
    fields: [
      h("div", { class: "field" }, h("label", { for: "name" }, "Name"),
        h("input", { class: "input", id: "name", name: "name", required: true, maxlength: 80, value: values.title ?? "", "data-wants": "Give the template a name.", "aria-describedby": "name-fault" }),
        h("p", { class: "hint hint--bad", id: "name-fault", role: "alert", hidden: true })),
    ],
    run: async ({ name = "" }) => {
      /** @type {import("./api.js").SaveTemplateInput} */
      const wanted = { ...said(values), name };
      await send("POST", "/api/admin/templates", wanted);
      toast("Template saved", { action: { label: "See the templates", run: () => location.assign("/admin/plans") } });
    },
  });
});

enhance(form, {
  send: async (values) => {
    /** @type {Wanted} */
    const wanted = {
      ...said(values),
      ...(values.suggestionId ? { suggestionId: values.suggestionId } : {}),
      ...(credits === null ? {} : { credits }),
    };
    return /** @type {Promise<Made>} */ (send("POST", "/api/comparisons", wanted, { "Idempotency-Key": key }));
  },
  done: (made) => location.assign(`/admin/comparisons/${made.id}`),
  refused: (error) => {
    // The price has changed: it is shown anew before anything is made.
    if (error.code === "price_changed") plan();
    return false;
  },
  nothing: "Nothing was made.",
});

showType();
plan();
prepareChanges();
