// The models: the list with its statistics, and the form of the chosen one.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { modelForm, newModelFields, slugOf } from "./admin/model-form.js";
import { askForPack } from "./admin/catalog-pack.js";
import { dollars } from "./admin/money.js";
import { prepareChanges, read, send } from "./core/api.js";
import { announce, h, maybe, one, refill, setText } from "./core/dom.js";
import { faultText, whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").CatalogModel} Model
 * @typedef {import("./api.js").ListedProvider} Provider
 */

const side = one("[data-detail]", HTMLElement);
const create = one("[data-new-model]", HTMLButtonElement);

/** @type {Provider[]} */
let providers = [];

/** @type {ReturnType<typeof pagedList<Model, import("./api.js").ModelList & {nextCursor?: null}>>} */
const list = pagedList({
  path: "/api/admin/models",
  noun: "models",
  query: (filters) => ({ search: filters.get("search"), category: filters.get("category") }),
  items: (page) => page.models,
  key: (model) => model.id,
  row,
  empty: () => ({ icon: "film", title: "No models found", text: "No model has this name, maker, provider or category." }),
  shown: (page, models) => {
    if (page) setText(maybe("[data-summary]"), summary(models));
  },
  chosenName: "model",
  choose: (id) => {
    if (id !== (side.dataset.shown ?? null)) showDetail(id);
  },
});

/** @param {Model[]} models */
function summary(models) {
  const active = models.filter(({ isActive }) => isActive);
  const ready = active.filter(({ isAvailable }) => isAvailable);
  return `${counted(models.length, "model", "models")}, ${count(active.length)} active, of which ${count(ready.length)} can run here.`;
}

/** @param {Model} model */
function price(model) {
  if (model.costUsd === null) return "–";
  return `${dollars(model.costUsd)} for ${model.standardDuration} s`;
}

/** @param {Model} model */
function badges(model) {
  return [
    model.isDefault && h("span", { class: "badge", "data-tone": "accent" }, "Default"),
    model.isPremium && h("span", { class: "badge", "data-tone": "warn", "data-shape": "ring" }, "Premium"),
    model.isDeprecated && h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, "Retired"),
  ].filter((badge) => badge !== false);
}

/** @param {Model} model */
function row(model) {
  const toggle = h("input", { type: "checkbox", role: "switch", "aria-label": `${model.name} is active`, checked: model.isActive });
  toggle.addEventListener("change", () => void setActive(model, toggle));
  const marks = badges(model);
  return h("tr", { "data-model": model.slug },
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": model.id }, h("b", {}, model.name)),
      h("p", { class: "row quiet" }, model.slug, ...marks)),
    h("td", {}, model.providerName, !model.isAvailable && model.isActive && h("p", { class: "quiet" }, model.unavailableReason ?? "")),
    h("td", { class: "r num", "data-label": "Price" }, price(model), model.costUsd !== null && model.isEstimated && h("span", { class: "quiet" }, " est.")),
    h("td", { class: "r num", "data-label": "Videos" }, count(model.completedVideos)),
    h("td", { class: "r num", "data-label": "Success" }, model.successRate === null ? "–" : `${model.successRate.toFixed(1)} %`),
    h("td", { class: "r num", "data-label": "Mean time" }, model.averageGenerationTime === null ? "–" : `${Math.round(model.averageGenerationTime)} s`),
    h("td", {}, h("label", { class: "switch" }, toggle)));
}

/**
 * @param {Model} model
 * @param {HTMLInputElement} toggle
 */
async function setActive(model, toggle) {
  const isActive = toggle.checked;
  try {
    // A retired model that is offered again is no longer retired.
    changed(await send("PATCH", `/api/admin/models/${model.id}`, { isActive, ...(isActive && model.isDeprecated ? { isDeprecated: false } : {}) }),
      `${model.name} is ${isActive ? "active" : "inactive"}.`);
  } catch (error) {
    toggle.checked = !isActive;
    toast(faultText(error), { tone: "bad" });
  }
}

/**
 * @param {Model} model
 * @param {string} text
 */
function changed(model, text) {
  announce(text);
  toast(text);
  const before = list.find(model.id);
  list.replace(model);
  // Another model may have lost the mark of the default.
  if (model.isDefault && !before?.isDefault) void list.load();
  if (side.dataset.shown === model.id) showDetail(model.id);
}

/** @param {string | null} id */
function showDetail(id) {
  const model = id ? list.find(id) : null;
  if (!model) {
    delete side.dataset.shown;
    side.replaceChildren();
    return;
  }
  side.dataset.shown = model.id;
  const form = modelForm(model, providers, {
    save: (changes) => send("PATCH", `/api/admin/models/${model.id}`, changes),
    saved: (saved) => changed(saved, `${saved.name} is saved.`),
  });
  refill(side, h("div", { class: "panel stack", "data-chosen-model": model.slug },
    h("div", {}, h("h2", { tabindex: -1 }, model.name), h("p", { class: "row" }, ...badges(model),
      h("a", { class: "link", href: `/models/${model.slug}` }, "Public page"))),
    h("dl", { class: "facts" },
      ...fact("Runs", `${count(model.totalGenerations)}, ${count(model.completedVideos)} with a video`),
      ...fact("Success", model.successRate === null ? "no runs yet" : `${model.successRate.toFixed(1)} %`),
      ...fact("Mean time", model.averageGenerationTime === null ? "no runs yet" : `${Math.round(model.averageGenerationTime)} s`),
      ...fact("Mean cost", model.meanCostUsd === null ? "no runs yet" : dollars(model.meanCostUsd))),
    h("div", { class: "row" }, ...actions(model)),
    form));
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return [h("dt", {}, name), h("dd", { class: "num" }, value)];
}

/** @param {Model} model */
function actions(model) {
  const standard = h("button", { class: "btn btn--sm", type: "button" }, "Make default");
  standard.addEventListener("click", () => whileBusy(standard, async () => {
    changed(await send("PATCH", `/api/admin/models/${model.id}`, { isDefault: true }), `${model.name} is the default.`);
  }));
  const retire = h("button", { class: "btn btn--sm", type: "button" }, "Retire…");
  retire.addEventListener("click", () => askFor({
    title: `Retire ${model.name}`, confirm: "Retire", tone: "danger-solid", fields: [],
    text: "Members can no longer run it. Its videos and statistics stay, and it can be activated again.",
    run: async () => {
      await send("DELETE", `/api/admin/models/${model.id}`);
      changed({ ...model, isActive: false, isDeprecated: true }, `${model.name} is retired.`);
    },
  }));
  const remove = h("button", { class: "btn btn--sm btn--danger", type: "button" }, "Delete…");
  remove.addEventListener("click", () => askFor({
    title: `Delete ${model.name}`, confirm: "Delete", tone: "danger-solid", fields: [],
    text: "The model and its presets are gone for good. A model with runs cannot be deleted.",
    run: async () => {
      await send("DELETE", `/api/admin/models/${model.id}?hard=true`);
      announce(`${model.name} is deleted.`);
      toast(`${model.name} is deleted.`);
      list.remove([model.id]);
    },
  }));
  return [
    model.isActive && !model.isDeprecated && !model.isDefault && standard,
    !model.isDeprecated && !model.isDefault && retire,
    model.totalGenerations === 0 && !model.isDefault && remove,
  ];
}

create.addEventListener("click", () => askFor({
  title: "New model", text: "It is inactive until you activate it. Everything else is set next.", confirm: "Add the model", tone: "primary",
  fields: newModelFields(providers),
  run: async (values) => {
    /** @type {Model} */
    const model = await send("POST", "/api/admin/models", {
      name: values.name ?? "", slug: slugOf(values.slug || values.name || ""), maker: values.maker ?? "", provider: values.provider ?? "",
    });
    announce(`${model.name} is added.`);
    toast(`${model.name} is added.`);
    await list.load();
    list.choose(model.id);
  },
}));
one("[data-import]", HTMLButtonElement).addEventListener("click", () => askForPack(() => void list.load()));

async function loadProviders() {
  try {
    /** @type {import("./api.js").ProviderList} */
    const answer = await read("/api/admin/providers");
    providers = answer.providers;
    create.disabled = false;
    if (side.dataset.shown) showDetail(side.dataset.shown);
  } catch (error) {
    toast(faultText(error), { tone: "bad" });
  }
}

prepareChanges();
void loadProviders();
