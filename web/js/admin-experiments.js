// Experiments with prompts: a new one, the list, and what came of the chosen one.

import "./site.js";
import { prepareChanges, read, send } from "./core/api.js";
import { all, h, icon, maybe, one, refill } from "./core/dom.js";
import { enhance, faultText } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").Experiment} Experiment
 * @typedef {import("./api.js").ExperimentPage} Page
 * @typedef {import("./api.js").ExperimentTally} Tally
 * @typedef {import("./api.js").CreateExperimentInput} Wanted
 */

/** How often the chosen one is read again while videos are being made, in milliseconds. */
const interval = 5000;

const list = one("[data-list]", HTMLElement);
const result = one("[data-result]", HTMLElement);
const form = one("[data-experiment]", HTMLFormElement);
/** @type {number | undefined} */
let planned;

async function load() {
  try {
    /** @type {Page} */
    const { experiments } = await read("/api/experiments");
    const chosen = new URLSearchParams(location.search).get("experiment") ?? experiments[0]?.id ?? null;
    if (experiments.length === 0) {
      refill(list, h("div", { class: "empty" }, icon("film", "lg"), h("h2", {}, "No experiments yet"), h("p", {}, "Try two wordings with the same models.")));
    } else {
      list.replaceChildren(h("ul", { class: "experiments__list" }, ...experiments.map(({ id, title, variantCount, models }) => {
        const link = h("a", { class: "link", href: `/admin/experiments?experiment=${id}`, "aria-current": id === chosen && "true" }, title);
        return h("li", {}, link, h("span", { class: "quiet" }, ` ${counted(variantCount, "variant", "variants")} × ${counted(models.length, "model", "models")}`));
      })));
    }
    if (chosen) await show(chosen);
  } catch (error) {
    refill(list, h("div", { class: "empty" }, icon("warn", "lg"), h("h2", {}, "The experiments did not load"), h("p", {}, faultText(error))));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

/** @param {string} id */
async function show(id) {
  clearTimeout(planned);
  /** @type {Experiment} */
  const found = await read(`/api/experiments/${id}`);
  result.replaceChildren(
    h("h2", {}, found.title), ...(found.note ? [h("p", {}, found.note)] : []), h("p", {}, verdict(found)),
    table("By variant", "Variant", found.variants.map(({ label, prompt, tally, comparisonId, fault, state }) => ({
      name: h("div", {}, comparisonId ? h("a", { class: "link", href: `/admin/comparisons/${comparisonId}` }, label) : h("b", {}, label),
        h("p", { class: "quiet clip-text" }, fault ?? (state === "waiting" ? `Waits to be made: ${prompt}` : prompt))),
      tally,
    }))),
    table("By model", "Model", found.perModel.map(({ model, tally }) => ({ name: h("a", { class: "link", href: `/models/${model}` }, model), tally }))),
    h("p", { class: "hint" }, "Share: votes ÷ all votes of the experiment, with Wilson’s 95 % interval. Variants whose intervals all hold the same share are not told apart."));
  result.hidden = false;
  const isUnfinished = found.variants.some(({ state, tally }) => state === "waiting" || tally.completed + tally.failed < tally.videos);
  if (isUnfinished) planned = setTimeout(() => void show(id).catch(() => undefined), interval);
}

/** @param {Experiment} found */
function verdict(found) {
  const { variants } = found;
  const votes = variants.reduce((sum, { tally }) => sum + tally.votes, 0);
  if (votes === 0) return variants.some(({ isListed }) => isListed) ? "No votes yet." : "No votes yet. Publish the comparisons to collect votes.";
  const equal = 1 / variants.length;
  const better = variants.filter(({ tally }) => tally.shareLow > equal).map(({ label }) => label);
  const worse = variants.filter(({ tally }) => tally.shareHigh < equal).map(({ label }) => label);
  if (better.length + worse.length === 0) return `${counted(votes, "vote does", "votes do")} not tell the variants apart.`;
  return [better.length > 0 ? `More votes than an equal share: ${better.join(", ")}.` : "", worse.length > 0 ? `Fewer: ${worse.join(", ")}.` : ""].filter(Boolean).join(" ");
}

/**
 * @param {string} title
 * @param {string} what
 * @param {{name: Node, tally: Tally}[]} rows
 */
function table(title, what, rows) {
  /** @param {number} share */
  const percent = (share) => `${(share * 100).toFixed(1)}\u2009%`;
  return h("div", { class: "scroll-x", tabindex: 0, role: "region", "aria-label": title },
    h("table", { class: "table" }, h("caption", {}, title),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, what), ...["Videos", "Votes", "Share", "Cost", "Mean time"].map((text) => h("th", { scope: "col", class: "r" }, text)))),
      h("tbody", {}, ...rows.map(({ name, tally }) => h("tr", {}, h("td", {}, name),
        h("td", { class: "r num" }, `${count(tally.completed)} of ${count(tally.videos)}${tally.failed > 0 ? `, ${count(tally.failed)} failed` : ""}`),
        h("td", { class: "r num" }, count(tally.votes)),
        h("td", { class: "r num" }, tally.share === null ? "–" : `${percent(tally.share)} (${percent(tally.shareLow)} to ${percent(tally.shareHigh)})`),
        h("td", { class: "r num" }, `$${tally.costUsd}`),
        h("td", { class: "r num" }, tally.meanSeconds === null ? "–" : `${tally.meanSeconds.toFixed(1)} s`))))));
}

const shownVariants = () => all("[data-variant]", form).filter(({ hidden }) => !hidden);
const more = one("[data-more-variants]", HTMLButtonElement, form);
more.addEventListener("click", () => {
  const next = all("[data-variant]", form).find(({ hidden }) => hidden);
  if (!next) return;
  next.hidden = false;
  maybe("textarea", next)?.focus();
  more.hidden = shownVariants().length === 6;
});

enhance(form, {
  check: () => {
    const models = new FormData(form).getAll("models");
    const wanting = shownVariants().find((variant) => !one("[data-prompt]", HTMLTextAreaElement, variant).value.trim());
    return { "": wanting ? "Write a prompt for each variant." : models.length === 0 ? "Choose at least one model." : null };
  },
  send: async (values) => {
    /** @type {Wanted} */
    const wanted = {
      title: values.title ?? "", models: new FormData(form).getAll("models").map(String), isPublic: "isPublic" in values,
      variants: shownVariants().map((variant) => ({
        label: one("[data-label]", HTMLInputElement, variant).value.trim(), prompt: one("[data-prompt]", HTMLTextAreaElement, variant).value.trim(),
      })),
    };
    return /** @type {Promise<Experiment>} */ (send("POST", "/api/experiments", wanted));
  },
  done: ({ id }) => {
    toast("The experiment has begun");
    location.assign(`/admin/experiments?experiment=${id}`);
  },
  refused: (error) => {
    if (error.code === "terms_required") location.assign("/terms/accept?next=/admin/experiments");
    return error.code === "terms_required";
  },
  nothing: "Nothing was planned.",
});

void load();
prepareChanges();
