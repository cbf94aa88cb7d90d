// The controls of a model's own parameters, as its schema describes them.

import { h, refill } from "../core/dom.js";

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {string} title
 * @property {"choice" | "text" | "number" | "toggle"} kind
 * @property {string[]} [words]
 * @property {number} [longest]
 * @property {number} [least]
 * @property {number} [most]
 * @property {number} [step]
 * @property {string | number | boolean} [standard]
 */

/**
 * Draws the controls, with the values of an earlier run where it has them.
 * @param {HTMLElement} place
 * @param {Parameter[]} parameters
 * @param {Record<string, unknown>} values
 */
export function drawParameters(place, parameters, values) {
  refill(
    place,
    ...parameters.map((parameter) => {
      const id = `parameter-${parameter.name}`;
      const value = values[parameter.name] ?? parameter.standard ?? "";
      if (parameter.kind === "toggle") {
        return h(
          "label", { class: "check" },
          h("input", { type: "checkbox", "data-parameter": parameter.name, checked: value === true }),
          h("span", {}, parameter.title));
      }
      const control =
        parameter.kind === "choice"
          ? h(
              "select", { class: "input", id, "data-parameter": parameter.name },
              ...(parameter.words ?? []).map((word) => h("option", { selected: word === value }, word)))
          : h("input", {
              class: "input", id, "data-parameter": parameter.name, value: String(value),
              type: parameter.kind === "number" ? "number" : "text", min: parameter.least, max: parameter.most,
              step: parameter.kind === "number" ? (parameter.step ?? "any") : null, maxlength: parameter.longest,
            });
      return h("div", { class: "field" }, h("label", { for: id }, parameter.title), control);
    }),
  );
}

/**
 * What the member has set otherwise than the model's own values.
 * @param {HTMLElement} place
 * @param {Parameter[]} parameters
 */
export function readParameters(place, parameters) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const parameter of parameters) {
    const control = place.querySelector(`[data-parameter="${parameter.name}"]`);
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) continue;
    const value =
      control instanceof HTMLInputElement && parameter.kind === "toggle"
        ? control.checked
        : parameter.kind === "number"
          ? control.value === "" ? null : Number(control.value)
          : control.value;
    if (value !== null && value !== "" && value !== parameter.standard) values[parameter.name] = value;
  }
  return values;
}
