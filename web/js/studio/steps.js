// The further steps of a chain: what each shows, by which model, and how long.

import { all, h, one, refill } from "../core/dom.js";

/** How many steps can follow the first one. */
const most = 4;

/** @typedef {import("../studio.js").Facts} Facts */
/** @typedef {{slug: string, name: string, facts: () => Facts | null}} StepModel what a model can do may change */

/**
 * @param {HTMLElement} place
 * @param {StepModel[]} models those that start from a picture
 * @param {() => void} changed
 */
export function stepsOf(place, models, changed) {
  const list = one("[data-step-list]", HTMLElement, place);
  const add = one("[data-add-step]", HTMLButtonElement, place);
  let made = 0;

  /** @param {string} slug */
  const factsOf = (slug) => models.find((model) => model.slug === slug)?.facts();
  const steps = () => all("[data-step]", list);
  /**
   * @param {HTMLElement} step
   * @param {string} name
   */
  const control = (step, name) =>
    /** @type {HTMLSelectElement | HTMLTextAreaElement} */ (step.querySelector(`[data-step-${name}]`));

  /** @param {HTMLElement} step */
  function fillLengths(step) {
    const select = control(step, "length");
    const facts = factsOf(control(step, "model").value);
    const wanted = Number(select.value) || facts?.standard;
    refill(select, ...(facts?.durations ?? []).map((length) =>
      h("option", { value: String(length), selected: length === wanted }, `${length} s`)));
  }

  function renumber() {
    for (const [index, step] of steps().entries()) {
      one("[data-step-title]", HTMLElement, step).textContent = `Step ${index + 2}`;
    }
    add.hidden = steps().length >= most;
    changed();
  }

  function append() {
    made += 1;
    const id = `step-${made}`;
    const step = h(
      "li", { class: "step", "data-step": "" },
      h("div", { class: "step__head" }, h("b", { "data-step-title": "" }),
        h("button", { class: "btn btn--sm", type: "button", "data-remove-step": "" }, "Remove")),
      h("div", { class: "field" }, h("label", { for: id }, "What this step shows"),
        h("textarea", {
          class: "input", id, name: id, required: true, maxlength: 4000, rows: 2, "data-step-prompt": "",
          "data-wants": "Write what this step shows.", "aria-describedby": `${id}-fault`,
        }),
        h("p", { class: "hint hint--bad", id: `${id}-fault`, hidden: true })),
      h("div", { class: "two" },
        h("div", { class: "field" }, h("label", { for: `${id}-model` }, "Model"),
          h("select", { class: "input", id: `${id}-model`, "data-step-model": "" },
            ...models.map((model) => h("option", { value: model.slug }, model.name)))),
        h("div", { class: "field" }, h("label", { for: `${id}-length` }, "Length"),
          h("select", { class: "input", id: `${id}-length`, "data-step-length": "" }))));
    list.append(step);
    fillLengths(step);
    renumber();
    return step;
  }

  add.addEventListener("click", () => control(append(), "prompt").focus());
  list.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-remove-step]")) return;
    event.target.closest("[data-step]")?.remove();
    renumber();
    add.focus();
  });
  list.addEventListener("change", (event) => {
    const step = event.target instanceof Element ? event.target.closest("[data-step]") : null;
    if (step instanceof HTMLElement && event.target === control(step, "model")) fillLengths(step);
    changed();
  });

  return {
    /** @param {boolean} isOn */
    show(isOn) {
      place.hidden = !isOn;
      // A hidden step must not keep the form from being sent.
      if (!isOn) list.replaceChildren();
      else if (steps().length === 0) append();
      add.hidden = steps().length >= most;
    },
    /** What is sent of them. */
    values() {
      return steps().map((step) => ({
        prompt: control(step, "prompt").value, model: control(step, "model").value,
        duration: Number(control(step, "length").value),
      }));
    },
    /**
     * The credits of each step and its seconds; undefined credits where a model has no price.
     * @param {string} quality
     */
    prices(quality) {
      return steps().map((step) => {
        const seconds = control(step, "length").value;
        return { credits: factsOf(control(step, "model").value)?.credits[quality]?.[seconds], seconds: Number(seconds) };
      });
    },
  };
}
