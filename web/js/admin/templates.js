// The templates of comparisons: planning one now, schedules, and removing.

import { read, send } from "../core/api.js";
import { askFor } from "./confirmation.js";
import { h, refill } from "../core/dom.js";
import { whileBusy } from "../core/form.js";
import { counted } from "../core/format.js";
import { toast } from "../core/toast.js";
import { moment } from "./times.js";

/**
 * @typedef {import("../api.js").ComparisonTemplate} Template
 * @typedef {import("../api.js").ComparisonSchedule} Schedule
 * @typedef {import("../api.js").TemplateList} List
 */

/** The choices of a new schedule, in hours. */
const intervals = [[24, "Every day"], [168, "Every week"], [12, "Every 12 hours"], [6, "Every 6 hours"], [720, "Every 30 days"]];

/**
 * Shows the templates in a place. `planned` runs after one was planned.
 * @param {HTMLElement} place
 * @param {() => Promise<unknown>} planned
 */
export function templatesIn(place, planned) {
  /** @param {List} list */
  function show({ templates }) {
    if (templates.length === 0) {
      refill(place, h("p", { class: "quiet" }, "No templates yet. Save one where you make a comparison."));
      return;
    }
    refill(place, h("ul", { class: "templates" }, ...templates.map(entry)));
  }

  /**
   * @param {string} text
   * @param {string} label
   * @param {() => void} run
   */
  function button(text, label, run) {
    const made = h("button", { class: "btn btn--sm", type: "button", "aria-label": label }, text);
    made.addEventListener("click", run);
    return made;
  }

  /** @param {Template} template */
  function entry(template) {
    const now = button("Plan one now", `Plan one of ${template.name} now`, () => void whileBusy(now, async () => {
      await send("POST", "/api/admin/plans", { id: template.id });
      toast("1 comparison planned");
      await planned();
    }));
    return h("li", { "data-template": template.name },
      h("div", { class: "grow" }, h("b", {}, template.name), h("p", { class: "quiet clip-text" }, `${template.prompt} · ${counted(template.models.length, "model", "models")}`),
        ...template.schedules.map(schedule)),
      h("div", { class: "row row--tight" }, now, button("Schedule…", `Schedule ${template.name}`, () => ask(template)),
        button("Delete…", `Delete ${template.name}`, () => askFor({
          title: "Delete the template", text: `${template.name} and its schedules go. Comparisons that were made of it stay.`,
          confirm: "Delete the template", tone: "danger-solid", fields: [],
          run: async () => show(await send("DELETE", "/api/admin/templates", { id: template.id })),
        }))));
  }

  /** @param {Schedule} found */
  function schedule({ id, everyHours, nextAt, isPaused, runs }) {
    const every = intervals.find(([hours]) => hours === everyHours)?.[1] ?? `Every ${counted(everyHours, "hour", "hours")}`;
    const pause = button(isPaused ? "Resume" : "Pause", `${isPaused ? "Resume" : "Pause"} the schedule`, () => void whileBusy(pause, async () => {
      show(await send("PATCH", "/api/admin/schedules", { id, isPaused: !isPaused }));
    }));
    const remove = button("Remove", "Remove the schedule", () => void whileBusy(remove, async () => {
      show(await send("DELETE", "/api/admin/schedules", { id }));
    }));
    return h("p", { class: "row row--tight" }, h("span", { class: "num" }, `${every}, `, isPaused ? "paused" : h("span", {}, "next ", moment(nextAt)), `, ${counted(runs, "made so far", "made so far")}`), pause, remove);
  }

  /** @param {Template} template */
  function ask(template) {
    askFor({
      title: `Schedule ${template.name}`, text: "The first comparison is planned at once. What is missed while the site is down is not made up for.",
      confirm: "Schedule it", tone: "primary",
      fields: [h("div", { class: "field" }, h("label", { for: "everyHours" }, "How often"),
        h("select", { class: "input", id: "everyHours", name: "everyHours", "aria-describedby": "everyHours-fault" },
          ...intervals.map(([hours, text]) => h("option", { value: hours }, String(text)))),
        h("p", { class: "hint hint--bad", id: "everyHours-fault", role: "alert", hidden: true }))],
      run: async ({ everyHours }) => {
        show(await send("POST", "/api/admin/schedules", { templateId: template.id, everyHours: Number(everyHours) }));
        toast("Schedule made");
      },
    });
  }

  void read("/api/admin/templates").then(show, () => refill(place, h("p", { class: "quiet" }, "The templates did not load. Reload the page.")));
}
