// The price of a model: one of four structures, with an audio switch, tiers and the mark of an estimate.

import { all, h, one } from "../core/dom.js";

/** @typedef {import("../api.js").ModelPricingInput} Pricing */

/** @type {[string, string][]} */
const structures = [
  ["", "No price"], ["perSecond", "Per second"], ["base", "Base price and further seconds"], ["flat", "One price"], ["tiers", "By resolution"],
];

/**
 * @param {string} text
 * @param {boolean} [mayBeEmpty]
 */
export function priceFault(text, mayBeEmpty = false) {
  if (text === "" && mayBeEmpty) return null;
  return /^[0-9]{1,5}([.][0-9]{1,4})?$/.test(text) ? null : "Enter dollars with at most four decimals, such as 0.05.";
}

let uses = 0;

/** @param {unknown} stored the price as the API writes it */
export function priceEditor(stored) {
  const price = /** @type {Record<string, any>} */ (stored ?? {});
  uses += 1;
  const id = (/** @type {string} */ name) => `price-${uses}-${name}`;
  const structure = h("select", { class: "input", id: id("structure"), "data-structure": "" }, ...structures.map(([value, text]) => h("option", { value }, text)));
  structure.value = price.structure ?? "";
  const estimated = h("input", { type: "checkbox", "data-estimated": "", checked: price.isEstimated ?? true });
  const body = h("div", { class: "stack stack--tight", "data-price-body": "" });
  const element = h("div", { class: "stack stack--tight", "data-price": "" },
    h("div", { class: "field" }, h("label", { for: id("structure") }, "Structure"), structure), body,
    h("label", { class: "check" }, estimated, h("span", {}, "The price is an estimate")));

  /**
   * @param {string} name
   * @param {string} label
   * @param {string | number | undefined} value
   * @param {Record<string, string | number | boolean>} [rules]
   */
  function amount(name, label, value, rules = {}) {
    return h("div", { class: "field" }, h("label", { for: id(name) }, label),
      h("input", { class: "input", id: id(name), name: `price-${name}`, value: value ?? "", inputmode: "decimal", autocomplete: "off", "aria-describedby": `price-${name}-fault`, ...rules }),
      h("p", { class: "hint hint--bad", id: `price-${name}-fault`, role: "alert", hidden: true }));
  }

  let tiers = 0;

  /** @param {{shortSide?: number, price?: string, unit?: string}} tier */
  function tierRow(tier) {
    tiers += 1;
    const n = tiers;
    const unit = h("select", { class: "input", id: id(`unit-${n}`), name: `price-unit-${n}` }, h("option", { value: "perSecond" }, "per second"), h("option", { value: "flat" }, "per video"));
    unit.value = tier.unit ?? "perSecond";
    const remove = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Remove the tier of ${tier.shortSide ?? "the new"} pixels` }, "Remove");
    const row = h("div", { class: "tier", "data-tier": n },
      amount(`side-${n}`, "Up to pixels", tier.shortSide, { type: "number", min: 10, max: 9999, "data-wants": "Enter the shorter side in pixels, from 10 to 9,999.", required: true }),
      amount(`amount-${n}`, "Dollars", tier.price),
      h("div", { class: "field" }, h("label", { for: id(`unit-${n}`) }, "Counts"), unit), remove);
    remove.addEventListener("click", () => {
      row.remove();
      refresh();
      add()?.focus();
    });
    return row;
  }

  const add = () => /** @type {HTMLElement | null} */ (body.querySelector("[data-add-tier]"));

  function refresh() {
    const count = all("[data-tier]", body).length;
    for (const button of all("[data-tier] button", body)) button.toggleAttribute("disabled", count < 2);
    add()?.toggleAttribute("disabled", count >= 10);
  }

  function show() {
    switch (structure.value) {
      case "perSecond": {
        const sound = h("input", { type: "checkbox", "data-sound": "", checked: price.perSecondWithAudio !== undefined });
        const withAudio = amount("perSecondWithAudio", "Dollars a second with sound", price.perSecondWithAudio);
        const update = () => withAudio.toggleAttribute("hidden", !sound.checked);
        sound.addEventListener("change", update);
        body.replaceChildren(amount("perSecond", "Dollars a second", price.perSecond),
          h("label", { class: "check" }, sound, h("span", {}, "Another price with sound")), withAudio);
        update();
        break;
      }
      case "base":
        body.replaceChildren(amount("base", "Dollars for the first seconds", price.base),
          amount("baseSeconds", "First seconds", price.baseSeconds, { type: "number", min: 1, max: 999, required: true, "data-wants": "Enter whole seconds from 1 to 999." }),
          amount("extraSecond", "Dollars for each further second", price.extraSecond));
        break;
      case "flat":
        body.replaceChildren(amount("flat", "Dollars a video", price.flat));
        break;
      case "tiers": {
        const rows = h("div", { class: "stack stack--tight", "data-tiers": "" }, ...(price.tiers ?? [{}]).map(tierRow));
        const more = h("button", { class: "btn btn--sm", type: "button", "data-add-tier": "" }, "Add a tier");
        more.addEventListener("click", () => {
          const row = tierRow({});
          rows.append(row);
          refresh();
          row.querySelector("input")?.focus();
        });
        body.replaceChildren(rows, h("div", { class: "row" }, more));
        refresh();
        break;
      }
      default:
        body.replaceChildren();
    }
    estimated.closest("label")?.toggleAttribute("hidden", structure.value === "");
  }
  structure.addEventListener("change", show);
  show();

  /** @param {string} name */
  const text = (name) => one(`[name="price-${name}"]`, HTMLInputElement, body).value.trim();
  const hasSound = () => one("[data-sound]", HTMLInputElement, body).checked;
  const rows = () => all("[data-tier]", body).map((row) => row.dataset.tier ?? "");

  /** The names of the fields that hold amounts. */
  function amounts() {
    switch (structure.value) {
      case "perSecond": return ["perSecond", ...(hasSound() ? ["perSecondWithAudio"] : [])];
      case "base": return ["base", "extraSecond"];
      case "flat": return ["flat"];
      case "tiers": return rows().map((n) => `amount-${n}`);
      default: return [];
    }
  }

  return {
    element,
    /** @returns {Record<string, string | null>} what is wrong, by field */
    faults: () => {
      const found = Object.fromEntries(amounts().map((name) => [`price-${name}`, priceFault(text(name))]));
      if (structure.value !== "tiers") return found;
      const seen = new Set();
      for (const n of rows()) {
        const side = text(`side-${n}`);
        if (seen.has(side)) found[`price-side-${n}`] = "Another tier has this size.";
        seen.add(side);
      }
      return found;
    },
    /** @returns {Pricing | null} */
    value: () => {
      const isEstimated = estimated.checked;
      switch (structure.value) {
        case "perSecond":
          return { structure: "perSecond", isEstimated, perSecond: text("perSecond"), ...(hasSound() ? { perSecondWithAudio: text("perSecondWithAudio") } : {}) };
        case "base":
          return { structure: "base", isEstimated, base: text("base"), baseSeconds: Number(text("baseSeconds")), extraSecond: text("extraSecond") };
        case "flat":
          return { structure: "flat", isEstimated, flat: text("flat") };
        case "tiers":
          return {
            structure: "tiers", isEstimated,
            tiers: rows().map((n) => ({
              shortSide: Number(text(`side-${n}`)), price: text(`amount-${n}`),
              unit: /** @type {"perSecond" | "flat"} */ (one(`[name="price-unit-${n}"]`, HTMLSelectElement, body).value),
            })),
          };
        default:
          return null;
      }
    },
  };
}
