// Importing a pack of models: what it changes is shown before it is applied.

import { Refusal, send } from "../core/api.js";
import { announce, h, icon } from "../core/dom.js";
import { counted } from "../core/format.js";
import { toast } from "../core/toast.js";
import { askFor } from "./confirmation.js";

/**
 * @typedef {import("../api.js").PackChanges} PackChanges
 * @typedef {import("../api.js").PackedModelChange} Change
 */

const sizeLimit = 1_000_000;

/** @param {() => void} done */
export function askForPack(done) {
  const file = h("input", { class: "input", id: "pack-file", name: "pack", type: "file", accept: "application/json,.json", required: true, "data-wants": "Choose a file.", "aria-describedby": "pack-fault" });
  const shown = h("div", { class: "stack stack--tight pack", "data-pack": "", tabindex: 0, role: "region", "aria-label": "Changes", hidden: true });
  /** @type {unknown} */
  let pack = null;
  let differs = false;
  const accepted = h("input", { type: "checkbox", name: "untrusted", value: "yes" });
  let isTrusted = false;
  /** @type {File | null} */
  let known = null;
  // Browsers report no change when the same file is chosen again, which may have been corrected meanwhile.
  file.addEventListener("click", () => {
    file.value = "";
    known = null;
  });
  file.addEventListener("change", async () => {
    // The dialog looks at `isReady` after each change, so this event is sent again once the file was read.
    const chosen = file.files?.[0] ?? null;
    if (chosen === known) return;
    known = chosen;
    pack = null;
    differs = false;
    accepted.checked = false;
    shown.hidden = true;
    if (!chosen) return;
    try {
      if (chosen.size > sizeLimit) throw new Error("The file is larger than 1 MB.");
      const value = JSON.parse(await chosen.text());
      /** @type {PackChanges} */
      const compared = await send("POST", "/api/admin/catalog/import", value);
      // Another file may have been chosen meanwhile.
      if (known !== chosen) return;
      pack = value;
      const changes = compared.models.filter(({ change }) => change !== "same");
      differs = changes.length > 0;
      isTrusted = compared.origin === "trusted";
      shown.replaceChildren(origin(compared), differs ? list(changes) : h("p", {}, "This site has all of these models already."));
      if (differs && !isTrusted) shown.append(h("label", { class: "check" }, accepted, h("span", {}, "Apply it although no key that this site trusts has signed it")));
    } catch (error) {
      const text = error instanceof SyntaxError ? "This file is not JSON." : error instanceof Refusal ? packFault(error) : error instanceof Error ? error.message : "";
      shown.replaceChildren(h("p", { class: "hint hint--bad", role: "alert" }, text));
    }
    shown.hidden = false;
    file.dispatchEvent(new Event("change", { bubbles: true }));
  });
  askFor({
    title: "Import a pack", confirm: "Apply the changes", tone: "primary",
    text: "A pack brings models, prices and presets from another site. No model becomes active by it.",
    fields: [
      h("div", { class: "field" }, h("label", { for: "pack-file" }, "Pack (JSON)"), file, h("p", { class: "hint hint--bad", id: "pack-fault", role: "alert", hidden: true })),
      shown,
    ],
    isReady: () => pack !== null && differs && (isTrusted || accepted.checked),
    run: async () => {
      /** @type {PackChanges} */
      const applied = await send("POST", `/api/admin/catalog/import?apply=true${accepted.checked ? "&untrusted=true" : ""}`, pack);
      const text = `${counted(applied.models.filter(({ change }) => change !== "same").length, "model is", "models are")} imported.`;
      announce(text);
      toast(text);
      done();
    },
  });
}

/**
 * Who has made the pack, as far as its signature shows it.
 * @param {PackChanges} compared
 */
function origin({ origin: code, originText }) {
  const tone = code === "trusted" ? "" : code === "forged" ? " note--bad" : " note--warn";
  return h("div", { class: `note${tone}`, "data-origin": code }, icon(code === "trusted" ? "check" : "warn"), h("p", {}, originText));
}

/** @param {Refusal} error */
function packFault(error) {
  if (error.isOffline) return "There is no connection. Choose the file again.";
  return [...error.faults.values()][0] ?? error.message;
}

/** @param {Change[]} changes */
function list(changes) {
  return h("ul", { class: "stack stack--tight" }, ...changes.map((change) => h("li", {},
    h("b", {}, change.name), " ", h("span", { class: "badge", "data-tone": change.change === "new" ? "good" : "info" }, change.change === "new" ? "New, inactive" : "Changed"),
    change.change === "changed" && facts(change))));
}

/** @param {Change} change */
function facts({ before, after }) {
  const was = /** @type {Record<string, unknown>} */ (before ?? {});
  const is = /** @type {Record<string, unknown>} */ (after ?? {});
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return h("dl", { class: "diff" }, ...names.flatMap((name) => [
    h("dt", {}, name), h("dd", {}, h("del", {}, text(was[name])), h("ins", {}, text(is[name]))),
  ]));
}

/** @param {unknown} value */
function text(value) {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
