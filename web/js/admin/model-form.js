// The facts of a model: each field is checked as it is typed, and only what has changed is sent.

import { all, h, maybe } from "../core/dom.js";
import { enhance, setFault } from "../core/form.js";
import { priceEditor, priceFault } from "./price-editor.js";

/**
 * @typedef {import("../api.js").CatalogModel} Model
 * @typedef {import("../api.js").ListedProvider} Provider
 * @typedef {import("../api.js").ModelChanges} Changes
 */

/** @type {[string, string][]} */
const categories = [["", "None"], ["premium", "Premium"], ["budget", "Budget"], ["experimental", "Experimental"]];
/** @type {[string, string][]} */
const capabilities = [["image-to-video", "Image to video"], ["text-to-video", "Text to video"]];
/** @type {[string, string][]} */
const qualities = [["standard", "Standard"], ["high", "High"], ["ultra", "Ultra"]];

/**
 * @param {string} name
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
function field(name, label, control, hint) {
  control.id = `model-${name}`;
  control.setAttribute("name", name);
  control.setAttribute("aria-describedby", `${hint ? `${name}-hint ` : ""}${name}-fault`);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control,
    hint && h("p", { class: "hint", id: `${name}-hint` }, hint),
    h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }));
}

/**
 * @param {string | number | null} value
 * @param {string} wants
 * @param {Record<string, string | number | boolean>} [rules]
 */
function input(value, wants, rules = {}) {
  return h("input", { class: "input", value: value ?? "", autocomplete: "off", "data-wants": wants, ...rules });
}

/**
 * @param {string} value
 * @param {string} wants
 * @param {number} rows
 */
function area(value, wants, rows) {
  const made = h("textarea", { class: "input", rows, "data-wants": wants, spellcheck: "false" });
  made.value = value;
  return made;
}

/**
 * @param {string} value
 * @param {[string, string][]} options
 */
function select(value, options) {
  const made = h("select", { class: "input" }, ...options.map(([name, text]) => h("option", { value: name }, text)));
  made.value = value;
  return made;
}

/**
 * @param {string} name
 * @param {string} legend
 * @param {[string, string][]} options
 * @param {string[]} chosen
 */
function choices(name, legend, options, chosen) {
  return h("fieldset", { class: "field" }, h("legend", {}, legend),
    h("div", { class: "row" }, ...options.map(([value, text]) => h("label", { class: "check" },
      h("input", { type: "checkbox", name, value, checked: chosen.includes(value) }), h("span", {}, text)))),
    h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }));
}

/** @param {string} text */
const words = (text) => text.split(",").map((word) => word.trim()).filter(Boolean);

/**
 * A slug as it may be, made of what was typed.
 * @param {string} text
 */
export function slugOf(text) {
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, "-").replace(/^[-.]+|-+$/g, "").slice(0, 80);
}

/** @param {string} text */
function slugFault(text) {
  if (["default", "premium", "stats", "by-provider"].includes(text)) return "This word is reserved.";
  return /^[a-z0-9][a-z0-9.-]{0,79}$/.test(text) ? null : "Use 1 to 80 lower-case letters, digits, dots or hyphens.";
}

/** @param {string} text */
function objectFault(text) {
  if (!text) return null;
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "This must be a JSON object.";
  } catch {
    return "This is not JSON.";
  }
}

/**
 * What is wrong with fields that the browser cannot check.
 * @param {Record<string, string>} values
 */
function faultsOf(values) {
  const durations = words(values.durations ?? "");
  const tags = words(values.tags ?? "");
  return {
    slug: slugFault(values.slug ?? ""),
    durations: durations.every((text) => /^[0-9]{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 600) && durations.length <= 60
      ? null : "Enter whole seconds from 1 to 600, with commas between them.",
    tags: tags.length <= 20 && tags.every((tag) => tag.length <= 40) ? null : "Use at most 20 words of at most 40 characters.",
    costPerSecond: priceFault(values.costPerSecond ?? "", true),
    parameters: objectFault(values.parameters ?? ""),
    defaultParameters: objectFault(values.defaultParameters ?? ""),
    qualities: values.qualities ? null : "Choose at least one quality.",
  };
}

/** @param {Provider[]} providers */
export function newModelFields(providers) {
  return [
    field("name", "Name", input("", "Enter a name of 1 to 100 characters.", { required: true, maxlength: 100 })),
    field("slug", "Slug", input("", "Use 1 to 80 lower-case letters, digits, dots or hyphens.", { maxlength: 80, pattern: "[a-z0-9][a-z0-9.\\-]{0,79}" }), "The end of its address. Leave it empty to make it from the name."),
    field("maker", "Maker", input("", "Enter the maker.", { required: true, maxlength: 80 })),
    field("provider", "Provider", select(providers[0]?.name ?? "", providers.map(({ name, displayName }) => [name, displayName]))),
  ];
}

/**
 * @param {Model} model
 * @param {Provider[]} providers
 * @param {{save: (changes: Changes) => Promise<Model>, saved: (model: Model) => void}} on
 */
export function modelForm(model, providers, on) {
  const price = priceEditor(model.pricing);
  const names = providers.map(({ name, displayName }) => /** @type {[string, string]} */ ([name, displayName]));
  const json = (/** @type {unknown} */ value) => (JSON.stringify(value) === "{}" ? "" : JSON.stringify(value, null, 2));
  const form = h("form", { class: "stack model-form", "data-model-form": model.id },
    group("About",
      field("name", "Name", input(model.name, "Enter a name of 1 to 100 characters.", { required: true, maxlength: 100 })),
      field("slug", "Slug", input(model.slug, "Use 1 to 80 lower-case letters, digits, dots or hyphens.", { required: true, maxlength: 80 })),
      field("modelId", "Model id", input(model.modelId, "Enter 1 to 200 characters.", { required: true, maxlength: 200 }), "What the provider calls it."),
      field("maker", "Maker", input(model.maker, "Enter the maker.", { required: true, maxlength: 80 })),
      field("provider", "Provider", select(model.provider, names.length > 0 ? names : [[model.provider, model.providerName]])),
      field("endpoint", "Endpoint", input(model.endpoint, "Use at most 300 characters.", { maxlength: 300 })),
      field("family", "Family", input(model.family, "Use 1 to 80 lower-case letters, digits, dots or hyphens.", { maxlength: 80, pattern: "[a-z0-9][a-z0-9.\\-]*" }), "The same for rows of one model at several providers. A run moves between them when a provider does not work."),
      field("version", "Version", input(model.version, "Use at most 80 characters.", { maxlength: 80 })),
      field("description", "Description", area(model.description, "Use at most 1,000 characters.", 2)),
      field("category", "Category", select(model.category ?? "", categories)),
      field("tags", "Tags", input(model.tags.join(", "), "Use words with commas between them."), "With commas between them.")),
    group("What it makes",
      choices("capabilities", "Capabilities", capabilities, model.capabilities),
      field("durations", "Durations in seconds", input(model.supportedDurations.join(", "), "Enter whole seconds with commas between them."), "With commas between them; empty for any."),
      field("fixedDuration", "Only duration", input(model.fixedDuration, "Enter whole seconds from 1 to 600.", { type: "number", min: 1, max: 600 })),
      field("maxDuration", "Longest duration", input(model.maxDuration, "Enter seconds from 0.001 to 600.", { type: "number", min: 0.001, max: 600, step: "any" })),
      field("fps", "Frames a second", input(model.fps, "Enter a whole number from 1 to 120.", { type: "number", min: 1, max: 120 }), "For models that are asked for frames."),
      field("timeoutSeconds", "Longest wait in seconds", input(model.timeoutSeconds, "Enter a whole number from 10 to 86,400.", { type: "number", min: 10, max: 86400 }), "A request that takes longer at the provider is cancelled. Empty for the time the site allows."),
      choices("qualities", "Qualities", qualities, model.supportedQualities),
      field("aspectRatios", "Aspect ratios", input(model.aspectRatios.join(", "), "Enter ratios with commas between them."), "As the provider writes them; empty when it follows the picture."),
      field("requirements", "Needs", input(model.requirements, "Use at most 500 characters.", { maxlength: 500 })),
      field("parameters", "Parameters (JSON Schema)", area(json(model.modelParameters), "This is not JSON.", 4)),
      field("defaultParameters", "Default parameters (JSON)", area(json(model.defaultParams), "This is not JSON.", 2))),
    group("Price", price.element,
      field("costPerSecond", "Fallback: dollars a second", input(model.costPerSecond, "Enter an amount such as 0.05.", { inputmode: "decimal" }), "Counts when there is no price above.")),
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "isPremium", value: "true", checked: model.isPremium }), h("span", {}, "Premium: only for members with premium access")),
    h("p", { class: "hint hint--bad", role: "alert", "data-form-fault": "", hidden: true }),
    h("div", { class: "row" }, h("button", { class: "btn btn--primary", type: "submit" }, "Save")));

  const before = read(form, price.value());
  enhance(form, {
    check: (values) => ({ ...faultsOf({ ...values, qualities: ticked(form, "qualities").join() }), ...price.faults() }),
    send: () => on.save(difference(before, read(form, price.value()))),
    done: on.saved,
    nothing: "Nothing was saved.",
  });
  // What is wrong shows while it is typed, before anything is sent.
  form.addEventListener("input", (event) => {
    const control = event.target;
    if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)) return;
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
    const found = /** @type {Record<string, string | null>} */ ({ ...faultsOf({ ...values, qualities: ticked(form, "qualities").join() }), ...price.faults() });
    const text = control.validity.valid ? found[control.name] : (control.dataset.wants ?? control.validationMessage);
    setFault(form, control.name, text || null);
  });
  return form;
}

/**
 * @param {string} legend
 * @param {(Node | false)[]} fields
 */
function group(legend, ...fields) {
  return h("fieldset", { class: "stack model-form__group" }, h("legend", {}, legend), ...fields);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function ticked(form, name) {
  return all(`input[name="${name}"]:checked`, form).map((box) => /** @type {HTMLInputElement} */ (box).value);
}

/**
 * @param {HTMLFormElement} form
 * @param {import("../api.js").ModelPricingInput | null} pricing
 * @returns {Changes}
 */
function read(form, pricing) {
  const text = (/** @type {string} */ name) => {
    const control = maybe(`[name="${name}"]`, form);
    return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement ? control.value.trim() : "";
  };
  const number = (/** @type {string} */ name) => (text(name) === "" ? null : Number(text(name)));
  const object = (/** @type {string} */ name) => {
    try {
      return JSON.parse(text(name) || "{}");
    } catch {
      return {};
    }
  };
  return {
    name: text("name"), slug: text("slug"), modelId: text("modelId"), maker: text("maker"), provider: text("provider"),
    endpoint: text("endpoint") || null, family: text("family") || null, version: text("version") || null, description: text("description"),
    category: /** @type {NonNullable<Changes["category"]> | null} */ (text("category") || null), tags: words(text("tags")),
    capabilities: /** @type {NonNullable<Changes["capabilities"]>} */ (ticked(form, "capabilities")), durations: words(text("durations")).map(Number),
    fixedDuration: number("fixedDuration"), maxDuration: number("maxDuration"), fps: number("fps"), timeoutSeconds: number("timeoutSeconds"),
    qualities: /** @type {NonNullable<Changes["qualities"]>} */ (ticked(form, "qualities")), aspectRatios: words(text("aspectRatios")),
    requirements: text("requirements"), parameters: object("parameters"), defaultParameters: object("defaultParameters"),
    costPerSecond: text("costPerSecond") || null, pricing, isPremium: ticked(form, "isPremium").length > 0,
  };
}

/**
 * What differs, so that two admins who change different facts do not undo each other.
 * @param {Changes} before
 * @param {Changes} after
 * @returns {Changes}
 */
function difference(before, after) {
  const was = /** @type {Record<string, unknown>} */ (before);
  const changed = Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name]));
  return /** @type {Changes} */ (Object.fromEntries(changed));
}
