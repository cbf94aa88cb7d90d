// The member's presets: the form kept under a name, put back, renamed and deleted.

import { read, Refusal, send } from "../core/api.js";
import { announce, h, one, refill } from "../core/dom.js";
import { whileBusy } from "../core/form.js";
import { toast } from "../core/toast.js";

/** @typedef {import("../api.js").SavedPreset} SavedPreset */
/** @typedef {import("../api.js").SavePresetInput} SavePresetInput */

/**
 * @param {HTMLDetailsElement} place
 * @param {() => Omit<SavePresetInput, "name">} form what the form holds
 * @param {(preset: SavedPreset) => void} apply
 */
export function presetsOf(place, form, apply) {
  const select = one("#preset", HTMLSelectElement, place);
  const name = one("#preset-name", HTMLInputElement, place);
  const fault = one("#preset-fault", HTMLElement, place);
  /** @type {SavedPreset[]} */
  let presets = [];

  /** @param {string} words */
  function say(words) {
    fault.textContent = words;
    fault.hidden = !words;
    name.toggleAttribute("aria-invalid", Boolean(words));
  }

  /** @param {string} [chosen] */
  function show(chosen) {
    presets.sort((one, other) => one.name.localeCompare(other.name));
    refill(select, ...presets.map((preset) =>
      h("option", { value: preset.id, selected: preset.id === chosen }, `${preset.name} (${preset.model})`)));
    for (const mark of ["choice", "rename", "delete"]) {
      one(`[data-preset-${mark}]`, HTMLElement, place).hidden = presets.length === 0;
    }
  }

  /**
   * @param {string} mark
   * @param {() => Promise<void>} work
   */
  function on(mark, work) {
    const button = one(`[data-preset-${mark}]`, HTMLButtonElement, place);
    button.addEventListener("click", () => {
      say("");
      void whileBusy(button, async () => {
        try {
          await work();
        } catch (error) {
          if (!(error instanceof Refusal) || error.isOffline) throw error;
          say(error.faults.get("name") ?? error.message);
        }
      });
    });
  }

  function written() {
    const words = name.value.trim();
    if (!words) {
      say("Write a name of up to 80 characters.");
      name.focus();
    }
    return words;
  }

  const current = () => presets.find((preset) => preset.id === select.value);
  on("use", async () => {
    const preset = current();
    if (!preset) return;
    apply(preset);
    announce(`The form is as in ${preset.name}.`);
  });
  on("save", async () => {
    const words = written();
    if (!words) return;
    /** @type {SavedPreset} */
    const saved = await send("POST", "/api/presets", { ...form(), name: words });
    presets = [...presets.filter((preset) => preset.id !== saved.id), saved];
    show(saved.id);
    toast("The preset is saved.");
  });
  on("rename", async () => {
    const preset = current();
    const words = preset && written();
    if (!preset || !words) return;
    /** @type {SavedPreset} */
    const renamed = await send("PATCH", "/api/presets", { id: preset.id, name: words });
    presets = presets.map((other) => (other.id === renamed.id ? renamed : other));
    show(renamed.id);
    toast("The preset is renamed.");
  });
  on("delete", async () => {
    const preset = current();
    if (!preset) return;
    await send("DELETE", "/api/presets", { id: preset.id });
    presets = presets.filter((other) => other.id !== preset.id);
    show();
    toast("The preset is deleted.");
  });
  // Enter in the name must not send the form around it.
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    one("[data-preset-save]", HTMLButtonElement, place).click();
  });

  place.addEventListener("toggle", () => {
    void read("/api/presets").then((/** @type {import("../api.js").PresetList} */ list) => {
      // One that was saved meanwhile may not be in the list.
      presets = [...list.presets, ...presets.filter((saved) => !list.presets.some(({ id }) => id === saved.id))];
      show(select.value);
    }, () => say("Your presets cannot be loaded. Check your connection and open this again."));
  }, { once: true });
}
