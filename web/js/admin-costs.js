// The costs: the sum as figures and bars, the table beneath them, and the runs, whose costs can be entered.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { dollars, dollarsOrNone } from "./admin/money.js";
import { moment } from "./admin/times.js";
import { prepareChanges, send } from "./core/api.js";
import { all, announce, h, one, refill, setText } from "./core/dom.js";
import { count, counted } from "./core/format.js";
import { addressed } from "./core/list-filters.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").CostRow} CostRow */
/** @typedef {import("./api.js").CostedRun} Run */
/** @typedef {import("./api.js").CostReport} Report */
/** @typedef {Report & {runs?: undefined, nextCursor?: null}} ReportPage */
/** @typedef {import("./api.js").CostedRuns & {total?: undefined, rows?: undefined, cheaperModels?: undefined}} RunPage */

/** @type {Record<string, string>} */
const titles = { provider: "Provider", model: "Model", member: "Member", month: "Month" };
const groupHeads = ["Spent", "Runs", "Failed", "A second", "A vote", "A slot won"];
const runHeads = ["Cost", "Expected", "Requested", "Ended", "Length", "Member"];

const tab = () => addressed().get("by") ?? "provider";

/** The first moment of a month, or of the one after it. */
function boundary(/** @type {string | null} */ month, isEnd = false) {
  const [year, number] = /^\d{4}-\d{2}$/.test(month ?? "") ? (month ?? "").split("-").map(Number) : [];
  return year && number ? new Date(Date.UTC(year, number - 1 + Number(isEnd), 1)).toISOString() : null;
}

function period() {
  return { from: boundary(addressed().get("from")), to: boundary(addressed().get("to"), true) };
}

/** @type {ReturnType<typeof pagedList<CostRow | Run, ReportPage | RunPage>>} */
const list = pagedList({
  get path() {
    return tab() === "runs" ? "/api/admin/costs/runs" : "/api/admin/costs";
  },
  noun: "costs",
  query: (filters, chosen) => ({ ...period(), group: chosen === "runs" ? null : chosen }),
  items: (page) => (page.runs ? page.runs : page.rows),
  key: (item) => ("videoId" in item ? `${item.videoId} ${item.run}` : item.key),
  row: (item) => ("videoId" in item ? runRow(item) : groupRow(item)),
  empty: () => ({ icon: "info", title: "No costs", text: "No run was requested in this time." }),
  shown: (page) => {
    if (page) showReport(page);
  },
});

/** @param {ReportPage | RunPage} page */
function showReport(page) {
  const heads = all("[data-table] th");
  [titles[tab()] ?? "Run", ...(page.runs ? runHeads : groupHeads)].forEach((title, at) => setText(heads[at] ?? null, title));
  const total = one("[data-total]", HTMLElement);
  const chart = one("[data-chart]", HTMLElement);
  const cheaper = one("[data-cheaper]", HTMLElement);
  total.hidden = !page.total;
  chart.hidden = !page.rows?.length;
  cheaper.hidden = !page.cheaperModels?.length;
  const csv = new URLSearchParams({ group: tab() });
  for (const [name, value] of Object.entries(period())) if (value) csv.set(name, value);
  one("[data-csv]", HTMLAnchorElement).href = `/api/admin/costs/export?${csv}`;
  if (!page.total) {
    setText(one("[data-summary]", HTMLElement), "The runs from the newest. The cost of a completed one can be entered.");
    return;
  }
  const sum = page.total;
  setText(one("[data-summary]", HTMLElement), `${counted(sum.runs, "run", "runs")}, ${counted(sum.videos, "video", "videos")}, ${dollars(sum.spentUsd)} spent.`);
  refill(total,
    figure("Spent", dollars(sum.spentUsd), `${dollars(sum.underWayUsd)} under way at most`),
    figure("Failed runs", dollars(sum.failedUsd), counted(sum.failed, "run", "runs")),
    figure("Stopped runs", dollars(sum.cancelledUsd), counted(sum.cancelled, "run", "runs")),
    figure("A finished second", dollarsOrNone(sum.perSecondUsd), counted(Math.round(sum.seconds), "second", "seconds")),
    figure("A vote", dollarsOrNone(sum.perVoteUsd), counted(sum.votes, "vote", "votes")),
    figure("A slot won", dollarsOrNone(sum.perSlotWonUsd), counted(sum.slotsWon, "slot", "slots")));
  const rows = page.rows.slice(0, 12);
  const most = Math.max(...rows.map(({ spentUsd }) => Number(spentUsd)), 0.0001);
  refill(one("[data-bars]", HTMLElement), h("ul", {}, ...rows.map(({ label, spentUsd }) => h("li", {},
    h("span", {}, label), h("span", { class: "num" }, dollars(spentUsd)),
    h("progress", { max: most, value: Number(spentUsd), "aria-label": `${label}: ${dollars(spentUsd)}` })))));
  refill(one("[data-cheaper-list]", HTMLElement), ...page.cheaperModels.flatMap(({ name, costUsd, cheaper: others }) => [
    h("dt", {}, `${name}, ${dollars(costUsd)}`),
    h("dd", {}, others.map((other) => `${other.name} ${dollars(other.costUsd)}${other.isRatedNoWorse ? "" : " (not rated)"}`).join(", ")),
  ]));
}

/**
 * @param {string} label
 * @param {string} value
 * @param {string} small
 */
function figure(label, value, small) {
  return h("div", { class: "stat" }, h("dt", { class: "label" }, label), h("dd", {}, h("b", {}, value)), h("dd", {}, h("small", {}, small)));
}

/** @param {CostRow} costs */
function groupRow({ key, label, spentUsd, underWayUsd, runs, videos, failed, failedUsd, perSecondUsd, perVoteUsd, perSlotWonUsd }) {
  const isUnderWay = Number(underWayUsd) > 0;
  return h("tr", { "data-costs": key },
    h("td", {}, h("b", {}, label)),
    h("td", { class: "r num", "data-label": "Spent" }, dollars(spentUsd), isUnderWay && h("p", { class: "quiet" }, `${dollars(underWayUsd)} under way`)),
    h("td", { class: "r num", "data-label": "Runs" }, count(runs), h("p", { class: "quiet" }, counted(videos, "video", "videos"))),
    h("td", { class: "r num", "data-label": "Failed" }, dollars(failedUsd), h("p", { class: "quiet" }, counted(failed, "run", "runs"))),
    h("td", { class: "r num", "data-label": "A second" }, dollarsOrNone(perSecondUsd)),
    h("td", { class: "r num", "data-label": "A vote" }, dollarsOrNone(perVoteUsd)),
    h("td", { class: "r num", "data-label": "A slot won" }, dollarsOrNone(perSlotWonUsd)));
}

/** @param {Run} run */
function runRow(run) {
  const { videoId, run: number, modelName, provider, costUsd, expectedUsd, requestedAt, outcome, seconds, username, isEntered } = run;
  const words = { completed: "Finished", failed: "Failed", cancelled: "Stopped" }[outcome ?? ""] ?? "Under way";
  const cost = outcome === "completed"
    ? h("button", { class: "link", type: "button", "aria-label": `Change the cost of ${modelName}, ${dollarsOrNone(costUsd)}` }, dollarsOrNone(costUsd))
    : dollarsOrNone(costUsd);
  if (cost instanceof HTMLElement) cost.addEventListener("click", () => askForCost(run));
  return h("tr", { "data-run": `${videoId} ${number}` },
    h("td", {}, h("b", {}, modelName), h("p", { class: "quiet" }, provider)),
    h("td", { class: "r num", "data-label": "Cost" }, cost, isEntered && h("p", { class: "quiet" }, "entered")),
    h("td", { class: "r num", "data-label": "Expected" }, dollars(expectedUsd)),
    h("td", { class: "r num", "data-label": "Requested" }, moment(requestedAt)),
    h("td", { class: "r", "data-label": "Ended" }, words),
    h("td", { class: "r num", "data-label": "Length" }, seconds === null ? "–" : `${seconds.toFixed(1)} s`),
    h("td", { class: "r", "data-label": "Member" }, username ?? "former member"));
}

/** @param {Run} run */
function askForCost({ videoId, run, modelName, costUsd }) {
  askFor({
    title: `Change the cost of this video of ${modelName}`, confirm: "Change", tone: "primary",
    text: "It replaces what was computed, in the statistics of the model too. Credits stay as they were charged.",
    fields: [
      h("div", { class: "field" }, h("label", { for: "cost" }, "Cost in dollars"),
        h("input", { class: "input", id: "cost", name: "cost", value: costUsd ?? "", required: true, inputmode: "decimal", pattern: "[0-9]{1,5}([.][0-9]{1,4})?", autocomplete: "off", "data-wants": "Enter an amount such as 0.35.", "aria-describedby": "cost-fault" }),
        h("p", { class: "hint hint--bad", id: "cost-fault", role: "alert", hidden: true })),
      h("div", { class: "field" }, h("label", { for: "reason" }, "Reason"),
        h("input", { class: "input", id: "reason", name: "reason", maxlength: 500, autocomplete: "off", "aria-describedby": "reason-fault" }),
        h("p", { class: "hint hint--bad", id: "reason-fault", role: "alert", hidden: true })),
    ],
    run: async ({ cost = "", reason = "" }) => {
      await send("PATCH", `/api/videos/${videoId}`, { cost: cost.trim(), run, reason: reason.trim() || null });
      announce("The cost is changed.");
      toast("The cost is changed.");
      await list.load();
    },
  });
}

prepareChanges();
