// The dialog in which a moderator corrects what a clip says about itself.

import { send } from "../core/api.js";
import { h, one } from "../core/dom.js";
import { askFor } from "./confirmation.js";

/**
 * @typedef {import("../api.js").QueuedClip} QueuedClip
 * @typedef {import("../api.js").EditClipInput} Correction
 */

/**
 * @param {QueuedClip} clip
 * @param {() => void} done
 */
export function askForCorrection(clip, done) {
  const known = { title: clip.title, description: clip.description ?? "", genre: clip.genre };
  const genres = [...one("[data-filters] select[name=genre]", HTMLSelectElement).options].map(({ value }) => value).filter(Boolean);
  askFor({
    title: `Edit “${clip.title}”`, text: "", confirm: "Save", tone: "primary",
    fields: [
      field("title", "Title", h("input", { class: "input", name: "title", required: true, maxlength: 80, value: known.title, autocomplete: "off", "data-wants": "Write a title." })),
      field("description", "Description (optional)", h("textarea", { class: "input", name: "description", rows: 4, maxlength: 500 }, known.description)),
      field("genre", "Genre", h("select", { class: "input", name: "genre" }, ...genres.map((genre) => h("option", { value: genre, selected: genre === known.genre }, genre)))),
    ],
    run: async (values) => {
      // Only what was changed, so that a field that somebody else corrected meanwhile stays.
      const changes = Object.entries(known).flatMap(([name, value]) => (values[name] === value ? [] : [[name, values[name]]]));
      if (changes.length === 0) return;
      const correction = /** @type {Correction} */ ({ id: clip.id, ...Object.fromEntries(changes) });
      await send("PUT", "/api/admin/clips", correction);
      done();
    },
  });
}

/**
 * @param {string} name
 * @param {string} label
 * @param {HTMLElement} input
 */
function field(name, label, input) {
  const id = `clip-${name}`;
  input.id = id;
  input.setAttribute("aria-describedby", `${name}-fault`);
  return h("div", { class: "field" }, h("label", { for: id }, label), input,
    h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }));
}
