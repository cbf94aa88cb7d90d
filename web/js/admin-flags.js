// Feature flags: a switch turns at once, and back when the server refuses.

import "./site.js";
import { prepareChanges, read, send } from "./core/api.js";
import { announce, h, one } from "./core/dom.js";
import { toast } from "./core/toast.js";
import { faultText } from "./core/form.js";
import { moment } from "./admin/times.js";

/** @typedef {import("./api.js").FeatureFlag} FeatureFlag */

const panel = one("[data-flags]", HTMLElement);

const categories = /** @type {Record<string, string>} */ ({
  film: "Film", integrity: "Integrity", community: "Community", studio: "Studio", interface: "Interface",
});

async function load() {
  panel.setAttribute("aria-busy", "true");
  try {
    const { flags } = /** @type {import("./api.js").FeatureFlags} */ (await read("/api/admin/feature-flags"));
    const names = [...new Set([...Object.keys(categories), ...flags.map((flag) => flag.category)])];
    panel.replaceChildren(...names.flatMap((name) => group(name, flags.filter((flag) => flag.category === name))));
  } catch (error) {
    const again = h("button", { class: "btn", type: "button" }, "Try again");
    again.addEventListener("click", () => void load());
    panel.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "The flags did not load"), h("p", {}, faultText(error)), again));
  } finally {
    panel.removeAttribute("aria-busy");
  }
}

/**
 * @param {string} name
 * @param {FeatureFlag[]} flags
 */
function group(name, flags) {
  if (flags.length === 0) return [];
  return [h("section", { class: "panel panel--flush", "aria-labelledby": `group-${name}` },
    h("div", { class: "panel__head" }, h("h2", { id: `group-${name}` }, categories[name] ?? name)),
    h("ul", {}, ...flags.map((flag) => item(flag))))];
}

/** @typedef {{enabled?: boolean, rolloutPercent?: number}} Wish */

/**
 * What a flag does, in words.
 * @param {FeatureFlag} flag
 */
function effect(flag) {
  return !flag.enabled ? "Off" : flag.rolloutPercent < 100 ? `On for ${flag.rolloutPercent} % of the members` : "On";
}

/** @param {FeatureFlag} flag */
function item(flag) {
  /** What the server said last; what is shown when no change is open. */
  let confirmed = flag;
  /**
   * The changes that the server has not answered, oldest first.
   * @type {Wish[]}
   */
  const open = [];
  const wished = () => /** @type {FeatureFlag} */ (Object.assign({}, confirmed, ...open));
  /** The share that the field holds unless somebody is typing in it. */
  let shown = "";
  const id = `flag-${flag.key}`;
  const toggle = h("input", { type: "checkbox", role: "switch", id, "aria-describedby": `${id}-text` });
  const share = h("input", { class: "input num", type: "number", min: 0, max: 100, step: 1, id: `${id}-share`, inputmode: "numeric" });
  const state = h("span", { class: "quiet" });
  const changed = h("span", { class: "quiet" });
  const show = () => {
    const known = wished();
    toggle.checked = known.enabled;
    if (share.value === shown) share.value = shown = String(known.rolloutPercent);
    state.textContent = effect(known);
    if (known.updatedAt) changed.replaceChildren("Changed ", moment(known.updatedAt), ` by ${known.updatedBy ?? "the operator"}`);
    else changed.replaceChildren("Never changed");
  };

  /** @param {Wish} wish */
  const settle = async (wish) => {
    try {
      /** @type {import("./api.js").FeatureFlagInput} */
      const input = { key: flag.key, ...wish };
      confirmed = await send("POST", "/api/admin/feature-flags", input);
      announce(`${flag.name}: ${effect(confirmed)}`);
    } catch (error) {
      toast(`${flag.name} was not changed. ${faultText(error)}`, { tone: "bad" });
    }
    open.shift();
    show();
  };

  let last = Promise.resolve();
  /** @param {Wish} wish */
  const change = (wish) => {
    open.push(wish);
    show();
    // Each after the answer to the one before: two processes could take them in the other order.
    last = last.then(() => settle(wish));
  };
  toggle.addEventListener("change", () => change({ enabled: toggle.checked }));
  share.addEventListener("change", () => {
    const percent = Number(share.value);
    const isShare = share.value !== "" && Number.isInteger(percent) && percent >= 0 && percent <= 100;
    shown = share.value;
    if (!isShare) toast("Enter a whole number from 0 to 100.", { tone: "bad" });
    else if (percent !== wished().rolloutPercent) return change({ rolloutPercent: percent });
    show();
  });
  // What was typed may be what was there before, which is no change, while another share holds by now.
  share.addEventListener("blur", show);
  show();
  return h("li", { class: "flag", "data-flag": flag.key },
    h("label", { class: "switch", for: id }, toggle, h("b", {}, flag.name)),
    h("div", { class: "flag__text" },
      h("p", { class: "muted", id: `${id}-text` }, flag.description),
      h("p", { class: "row" }, state, changed, h("code", { class: "quiet" }, flag.key))),
    flag.hasRollout
      ? h("div", { class: "flag__share" }, h("label", { class: "label", for: share.id }, "Members, in %"), share)
      : h("p", { class: "flag__share quiet" }, "Same for everyone"));
}

prepareChanges();
void load();
