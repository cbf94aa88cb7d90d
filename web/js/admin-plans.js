// Comparisons that are made later: the import of a file, whose lines are checked before anything is planned, and the list.

import "./site.js";
import { prepareChanges, Refusal, send } from "./core/api.js";
import { all, announce, h, maybe, one, setText } from "./core/dom.js";
import { faultText, whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";
import { templatesIn } from "./admin/templates.js";
import { moment } from "./admin/times.js";

/**
 * @typedef {import("./api.js").ComparisonPlan} Plan
 * @typedef {import("./api.js").PlanList} List
 * @typedef {import("./api.js").ComparisonImport} Import
 * @typedef {import("./api.js").ImportedLine} Line
 * @typedef {import("./api.js").ChangePlansInput} Change
 */

/** As many bytes as the server takes. */
const mostBytes = 1_048_576;

/** As many lines are shown before the rest is asked for. */
const few = 50;

/** @type {Record<Plan["state"], {word: string, tone: string | null, shape: string | null}>} */
const states = {
  waiting: { word: "Waiting", tone: "info", shape: "ring" },
  made: { word: "Made", tone: "good", shape: "square" },
  failed: { word: "Failed", tone: "bad", shape: "square" },
  cancelled: { word: "Cancelled", tone: null, shape: "square" },
};

/** @type {ReturnType<typeof pagedList<Plan, List>>} */
const list = pagedList({
  path: "/api/admin/plans",
  noun: "plans",
  query: (_, tab) => ({ state: tab === "all" ? null : tab }),
  items: (page) => page.plans,
  key: ({ id }) => id,
  row,
  empty: (_, tab) => tab === "all"
    ? { icon: "film", title: "No plans yet", text: "The lines of an imported file appear here until they are made, and after." }
    : { icon: "film", title: "No match", text: "No plan is in this state." },
  shown: (page) => {
    if (!page) return;
    const total = Object.values(page.counts).reduce((sum, number) => sum + number, 0);
    for (const tab of all("[data-tab]")) setText(tab.querySelector("[data-count]"), count(page.counts[tab.dataset.tab ?? ""] ?? total));
    setText(maybe("[data-summary]"), `${counted(page.counts.waiting ?? 0, "comparison waits", "comparisons wait")} to be made.`);
  },
  selected: (plans) => {
    for (const button of all("[data-plan-act]")) {
      button.hidden = !plans.some(({ state }) => button.dataset.planAct === "cancel" ? state === "waiting" : state === "failed" || state === "cancelled");
    }
  },
  isIdle: () => true,
});

/** @param {Plan} plan */
function row(plan) {
  const { word, tone, shape } = states[plan.state];
  const title = plan.comparisonId ? h("a", { class: "link", href: `/admin/comparisons/${plan.comparisonId}` }, plan.title) : plan.title;
  return h("tr", { "data-entry": plan.id },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Select ${plan.title}`, "data-tick": plan.id })),
    h("td", {}, h("b", {}, title), plan.fault && h("p", { class: "hint hint--bad" }, plan.fault)),
    h("td", {}, h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, word)),
    h("td", { class: "r num", "data-label": "Line" }, plan.line === null ? "–" : count(plan.line)),
    h("td", { class: "r num", "data-label": "Due" }, moment(plan.dueAt)));
}

for (const button of all("[data-plan-act]")) {
  button.addEventListener("click", () => void whileBusy(button, async () => {
    /** @type {Change} */
    const input = { ids: list.selectedItems().map(({ id }) => id), action: /** @type {Change["action"]} */ (button.dataset.planAct) };
    /** @type {import("./api.js").ComparisonsChanged} */
    const { ids } = await send("PATCH", "/api/admin/plans", input);
    list.clearSelection();
    toast(`${counted(ids.length, "plan", "plans")} ${input.action === "cancel" ? "cancelled" : "waiting again"}`);
    await list.renew();
  }));
}

const input = one("[data-file]", HTMLInputElement);
const drop = /** @type {HTMLElement} */ (input.closest(".drop"));
const fault = one("[data-import-fault]", HTMLElement);
const result = one("[data-import-result]", HTMLElement);

/** Rises with each file, so that the answer for an older one is dropped. */
let turn = 0;

/** @param {string} text */
function say(text) {
  setText(fault, text);
  fault.hidden = !text;
}

/** @param {File} file */
async function check(file) {
  const mine = (turn += 1);
  say("");
  result.hidden = true;
  setText(maybe("[data-drop-text]", drop), file.name);
  if (file.size > mostBytes) {
    say("The file is larger than 1 MB. Divide it. Nothing was imported.");
    return;
  }
  // Read once, so that what is planned is what was checked.
  const content = new Blob([await file.arrayBuffer()], { type: "text/csv" });
  drop.setAttribute("aria-busy", "true");
  try {
    /** @type {Import} */
    const found = await send("POST", "/api/admin/comparisons/import", content);
    if (mine === turn) show(found, content);
  } catch (error) {
    if (mine !== turn) return;
    if (error instanceof Refusal && error.code === "terms_required") location.assign("/terms/accept?next=/admin/plans");
    say(faultText(error, "Nothing was imported."));
  } finally {
    if (mine === turn) drop.removeAttribute("aria-busy");
  }
}

/**
 * @param {Import} found
 * @param {Blob} content
 */
function show(found, content) {
  const wrong = found.lines.filter(({ isRight }) => !isRight);
  const noted = found.lines.filter(({ note }) => note);
  const price = found.credits === 0 ? "free" : `${counted(found.credits, "credit", "credits")} $${found.costUsd}`;
  const plan = h("button", { class: "btn btn--primary", type: "button", disabled: found.right === 0 },
    found.wrong === 0 ? `Plan ${counted(found.right, "comparison", "comparisons")}` : `Leave out the wrong lines and plan ${count(found.right)}`);
  plan.addEventListener("click", () => void whileBusy(plan, async () => {
    /** @type {Import} */
    const done = await send("POST", `/api/admin/comparisons/import?apply=true&skipWrong=${found.wrong > 0}`, content);
    result.hidden = true;
    input.value = "";
    setText(maybe("[data-drop-text]", drop), "Choose a file, or drop one here");
    toast(`${counted(done.right, "comparison", "comparisons")} planned`);
    await list.load();
  }));
  result.replaceChildren(
    h("p", { role: "status" }, h("b", { class: "num" }, `${counted(found.right, "line is", "lines are")} right`),
      ` (${price}), ${counted(found.wrong, "line is", "lines are")} wrong.`),
    ...(wrong.length > 0 ? [lines("Wrong lines", wrong, ({ column, fault: text }) => `${column ? `${column}: ` : ""}${text ?? ""}`)] : []),
    ...(noted.length > 0 ? [lines("To look at", noted, ({ note }) => note ?? "")] : []),
    h("div", { class: "row" }, plan));
  result.hidden = false;
  announce(`${counted(found.right, "line is", "lines are")} right, ${counted(found.wrong, "line is", "lines are")} wrong`);
}

/**
 * A table of lines, the first of them at once.
 * @param {string} title
 * @param {Line[]} found
 * @param {(line: Line) => string} text
 */
function lines(title, found, text) {
  const body = h("tbody", {});
  const more = h("button", { class: "btn btn--sm", type: "button" }, "");
  const showMore = () => {
    const shown = body.childElementCount;
    body.append(...found.slice(shown, shown + few).map((line) => h("tr", {},
      h("td", { class: "r num" }, count(line.line)), h("td", {}, line.title || "–"), h("td", {}, text(line)))));
    const left = found.length - body.childElementCount;
    more.hidden = left === 0;
    setText(more, `Show more (${count(left)} left)`);
  };
  more.addEventListener("click", showMore);
  showMore();
  return h("div", { class: "stack stack--tight" },
    h("div", { class: "scroll-x", tabindex: 0, role: "region", "aria-label": title },
      h("table", { class: "table" }, h("caption", {}, title),
        h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "r" }, "Line"), h("th", { scope: "col" }, "Title"), h("th", { scope: "col" }, title === "Wrong lines" ? "What is wrong" : "What to know"))),
        body)), more);
}

input.addEventListener("change", () => {
  const [file] = input.files ?? [];
  if (file) void check(file);
});
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", true);
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.removeAttribute("data-over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) void check(file);
});

templatesIn(one("[data-templates]", HTMLElement), () => list.renew());
prepareChanges();
