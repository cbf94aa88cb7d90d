// The queue: what waits, runs and failed, live; the selected job with every attempt; and what an admin does about them.

import "./site.js";
import { askFor, reasonField } from "./admin/confirmation.js";
import { jobPanel } from "./admin/job-panel.js";
import { followJobs } from "./admin/job-feed.js";
import { badge, canCancel, canRetry, isVideo, kindText, shortId, since, span, timeText } from "./admin/job-words.js";
import { badge as providerBadge, obstacle as providerObstacle, ofLimit } from "./admin/provider-words.js";
import { moment } from "./admin/times.js";
import { prepareChanges, read, send, serverNow } from "./core/api.js";
import { all, announce, h, maybe, one, refill, setText } from "./core/dom.js";
import { faultText, whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { fillChoices } from "./core/list-filters.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").JobEntry} Job
 * @typedef {import("./api.js").JobDetail} Detail
 * @typedef {import("./api.js").JobLane} Lane
 * @typedef {import("./api.js").JobOutcomes} Outcomes
 * @typedef {import("./api.js").JobProvider} Provider
 * @typedef {import("./api.js").PauseJobsInput["scope"]} Scope
 */

const side = one("[data-detail]", HTMLElement);
const pauseButton = one("[data-pause]", HTMLButtonElement);

/** @type {import("./api.js").JobOverview | null} */
let overview = null;

/** What the column shows, so that news which change nothing there leave it alone. */
let shown = "";

/** @type {ReturnType<typeof pagedList<Job, import("./api.js").JobList>>} */
const list = pagedList({
  path: "/api/jobs",
  noun: "jobs",
  query: (filters, tab) => ({
    state: filters.get("state"), kind: filters.get("kind"), provider: filters.get("provider"), group: tab === "work" ? null : tab,
  }),
  items: (page) => page.jobs,
  key: ({ id }) => id,
  row,
  empty: (filters) => [...filters.keys()].some((name) => ["state", "kind", "provider", "group"].includes(name))
    ? { icon: "info", title: "No match", text: "No job is in this state, of this kind and at this provider." }
    : { icon: "check", title: "No jobs", text: "Jobs appear here as soon as there is something to do." },
  shown: (page) => {
    if (page) showOverview(page);
  },
  selected: (jobs) => {
    for (const button of all("[data-bulk] [data-act]")) button.hidden = !jobs.some(allowed[button.dataset.act ?? ""] ?? (() => false));
  },
  chosenName: "job",
  choose: (id) => void showDetail(id),
});

/**
 * Which jobs an act is for.
 * @type {Record<string, (job: Job) => boolean>}
 */
const allowed = { cancel: canCancel, redrive: canRetry, first: ({ state }) => state === "queued", last: ({ state }) => state === "queued" };

// -- The list

/** @param {Job} job */
function row(job) {
  const { id, kind, subject, ownerName, ownerId, provider, state, progress, error, priority, obstacle } = job;
  const start = since(job);
  const order = state === "queued" && priority !== 0 && priority !== 1 ? (priority > 0 ? "Runs first" : "Runs last") : null;
  return h("tr", { "data-job": id },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Select ${kindText(kind)} ${shortId(job)}`, "data-tick": id })),
    h("td", { class: "num quiet", "data-label": "Id" }, shortId(job)),
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": id }, h("b", {}, kindText(kind))),
      (subject || provider) && h("p", { class: "quiet" }, [subject, provider].filter(Boolean).join(" · "))),
    h("td", { "data-label": "For" }, ownerId ? h("a", { class: "link", href: `/admin/users?user=${ownerId}` }, ownerName ?? "No name") : h("span", { class: "quiet" }, "system")),
    h("td", {}, badge(job),
      state === "running" && isVideo(job) && progress !== null && h("progress", { value: progress, max: 100, "aria-label": `${progress} %` }),
      order && h("p", { class: "quiet" }, order),
      obstacle && h("p", { class: "quiet queue__error", "data-obstacle": obstacle.code }, obstacle.sentence, obstacle.until && " Until ", obstacle.until && moment(obstacle.until), obstacle.until && "."),
      error && ["failed", "uncertain", "queued"].includes(state) && h("p", { class: "quiet queue__error" }, error)),
    h("td", { class: "r num", "data-label": "Time", "data-since": start }, timeText(job)),
    h("td", { class: "r" }, offer(job)));
}

/**
 * The one thing that is most likely wanted.
 * @param {Job} job
 */
function offer(job) {
  /** @type {[string, string, () => void | Promise<void>] | null} */
  const what = job.state === "uncertain" ? ["settle", "Settle…", () => askSettle(job)]
    : canRetry(job) ? ["redrive", "Retry", () => redrive([job])]
      : canCancel(job) ? ["cancel", "Cancel", () => cancel([job])] : null;
  if (!what) return null;
  const [name, label, run] = what;
  const button = h("button", { class: "btn btn--sm", type: "button", "data-act": `${name} ${job.id}`, "aria-label": `${label} ${kindText(job.kind)} ${shortId(job)}` }, label);
  button.addEventListener("click", () => void whileBusy(button, async () => run()));
  return button;
}

/** @param {import("./api.js").JobOverview} given */
function showOverview(given) {
  const { counts, waitingSince, queues, kinds, providers } = given;
  overview = given;
  showCounts(counts, waitingSince);
  fillChoices(one("[data-kinds]", HTMLSelectElement), "All", [["generation", kindText("generation")], ...kinds.map(({ name }) => [name, kindText(name)])]);
  fillChoices(one("[data-provider-names]", HTMLSelectElement), "All", providers.map(({ name, displayName }) => [name, displayName]));
  one("[data-queues]", HTMLElement).replaceChildren(...queues.flatMap((lane) => [
    h("dt", {}, lane.name), h("dd", {}, `${count(lane.waiting)} waiting, ${count(lane.running)} running`, lane.pausedAt && h("b", {}, ", paused"))]));
  showProviders(providers);
  const paused = [...queues.map((lane) => ({ scope: /** @type {Scope} */ ("queue"), lane })), ...kinds.map((lane) => ({ scope: /** @type {Scope} */ ("kind"), lane }))]
    .filter(({ lane }) => lane.pausedAt);
  const place = one("[data-paused-lanes]", HTMLElement);
  one("[data-paused]", HTMLElement).hidden = paused.length === 0;
  const names = JSON.stringify(paused);
  if (place.dataset.shown !== names) place.replaceChildren(...paused.map(({ scope, lane }) => pausedLane(scope, lane)));
  place.dataset.shown = names;
  pauseButton.disabled = false;
}

/**
 * How each provider is, with what pauses and resumes it. Entries stay where nothing has changed, so that a button that has the focus
 * keeps it.
 * @param {Provider[]} providers
 */
function showProviders(providers) {
  const place = one("[data-providers]", HTMLElement);
  const kept = new Map(all("[data-provider]", place).map((entry) => [entry.dataset.provider, entry]));
  const entries = providers.map((provider) => {
    const now = JSON.stringify(provider);
    const entry = kept.get(provider.name);
    if (entry?.dataset.shown === now) return entry;
    const renewed = providerEntry(provider);
    renewed.dataset.shown = now;
    if (entry?.contains(document.activeElement)) queueMicrotask(() => renewed.querySelector("button")?.focus());
    return renewed;
  });
  if (entries.some((entry, index) => entry !== place.children[index]) || place.children.length !== entries.length) place.replaceChildren(...entries);
}

/** @param {Provider} provider */
function providerEntry({ name, displayName, waiting, running, uncertain, unavailableReason, health }) {
  const isIdle = waiting + running + uncertain === 0;
  const link = h("a", { class: "link", href: `/admin/jobs?provider=${encodeURIComponent(name)}` }, displayName);
  if (!health) return h("li", { "data-provider": name }, link);
  const { underWay, places, submittedLastMinute, submissionsPerMinute, pausedAt } = health;
  const button = h("button", { class: "btn btn--sm", type: "button", "aria-label": `${pausedAt ? "Resume" : "Pause"} ${displayName}` }, pausedAt ? "Resume" : "Pause");
  button.addEventListener("click", () => pausedAt ? void whileBusy(button, () => resume("provider", name, displayName)) : askToPause(`provider ${name}`));
  return h("li", { class: "stack stack--tight", "data-provider": name },
    h("div", { class: "row" }, link, providerBadge({ ...health, unavailableReason }), h("span", { class: "grow" }), (!unavailableReason || pausedAt || !isIdle) && button),
    (!unavailableReason || !isIdle) && h("p", { class: "quiet num" }, [
      `${ofLimit(underWay, places)} places used`, `${count(waiting)} waiting`, `${count(running)} running`, uncertain > 0 && `${count(uncertain)} uncertain`,
      `${ofLimit(submittedLastMinute, submissionsPerMinute)} sent in a minute`,
    ].filter(Boolean).join(" · ")),
    providerObstacle(health));
}

/**
 * @param {Record<string, number>} counts
 * @param {string | null} waitingSince
 */
function showCounts(counts, waitingSince) {
  for (const figure of all("[data-figure]")) setText(figure, count(counts[figure.dataset.figure ?? ""] ?? 0));
  setText(maybe("[data-summary]"), waitingSince ? `Oldest waiting job: ${span(serverNow() - Date.parse(waitingSince))}.` : "Nothing waits.");
}

// -- The selected job

/** @param {string | null} id */
async function showDetail(id) {
  const job = id ? list.find(id) : null;
  if (!id) {
    shown = "";
    side.replaceChildren();
    return;
  }
  const seen = JSON.stringify(job ?? id);
  if (seen === shown) return;
  // Progress alone takes no one's place in the column away.
  if (job && side.contains(document.activeElement) && side.dataset.state === `${id} ${job.state}`) return;
  shown = seen;
  try {
    /** @type {Detail} */
    const detail = await read(`/api/admin/jobs/${id}`);
    if (seen !== shown) return;
    side.dataset.state = `${id} ${detail.job.state}`;
    const open = all("details[open]", side).map((part) => part.dataset.part);
    refill(side, jobPanel(detail, { cancel, redrive, reorder, settle: askSettle, providerName }));
    for (const part of all("details", side)) if (part instanceof HTMLDetailsElement) part.open = open.includes(part.dataset.part);
  } catch (error) {
    if (seen !== shown) return;
    refill(side, h("div", { class: "panel stack" }, h("h2", { tabindex: -1 }, "This job did not load"), h("p", {}, faultText(error))));
  }
}

/** @param {string} name */
const providerName = (name) => overview?.providers.find((provider) => provider.name === name)?.displayName ?? name;

// -- Acts

/** @param {string} text */
async function tell(text) {
  announce(text);
  toast(text);
  await renew();
}

/**
 * Says what became of several jobs: one sentence, and the first refusal in words.
 * @param {Outcomes} answer
 * @param {string[]} good
 * @param {string} verb
 */
async function tellOutcomes({ outcomes, hasMore }, good, verb) {
  const done = outcomes.filter(({ outcome }) => good.includes(outcome));
  const refused = outcomes.filter(({ outcome }) => !good.includes(outcome));
  list.clearSelection();
  if (refused.length > 0) {
    const first = refused[0]?.error ?? (refused[0]?.outcome === "finished" ? "It has ended already." : "There is no such job.");
    const text = `${counted(done.length, "job", "jobs")} ${verb}, ${count(refused.length)} not: ${first}`;
    announce(text);
    toast(text, { tone: "bad" });
    await renew();
  } else {
    await tell(`${counted(done.length, "job", "jobs")} ${verb}${hasMore ? ". There are more." : ""}`);
  }
}

/** @param {Job[]} jobs */
async function cancel(jobs) {
  /** @type {import("./api.js").NameJobsInput} */
  const input = { ids: jobs.filter(canCancel).map(({ id }) => id) };
  await tellOutcomes(await send("POST", "/api/admin/jobs/cancel", input), ["cancelled", "cancelling"], "cancelled");
}

/**
 * @param {Job[]} jobs
 * @param {string} [provider] where videos are to run instead
 */
async function redrive(jobs, provider) {
  /** @type {import("./api.js").RedriveJobsInput} */
  const input = { ids: jobs.filter(canRetry).map(({ id }) => id), ...(provider ? { provider } : {}) };
  await tellOutcomes(await send("POST", "/api/admin/jobs/redrive", input), ["redriven"], "put back");
}

/**
 * @param {Job[]} jobs
 * @param {import("./api.js").ReorderJobsInput["place"]} place
 */
async function reorder(jobs, place) {
  /** @type {import("./api.js").ReorderJobsInput} */
  const input = { ids: jobs.filter(({ state }) => state === "queued").map(({ id }) => id), place };
  /** @type {import("./api.js").JobsMoved} */
  const { moved } = await send("POST", "/api/admin/jobs/reorder", input);
  list.clearSelection();
  await tell(`${counted(moved.length, "job runs", "jobs run")} ${place === "normal" ? "in the usual order" : place}.`);
}

/** @param {Job} job */
function askSettle(job) {
  askFor({
    title: "Settle the video",
    text: `${providerName(job.provider ?? "")} gave no answer when this video was sent. Look there whether the request arrived. It is never sent again.`,
    confirm: "Settle the video", tone: "primary",
    fields: [
      h("fieldset", { class: "stack stack--tight" }, h("legend", { class: "label" }, "What the provider shows"),
        h("label", { class: "check" }, h("input", { type: "radio", name: "outcome", value: "made", checked: true }), h("span", {}, "It was made: the course of the video continues")),
        h("label", { class: "check" }, h("input", { type: "radio", name: "outcome", value: "never_made" }), h("span", {}, "It was never made: credits and seconds go back"))),
      h("div", { class: "field" }, h("label", { for: "requestId" }, "The provider's id of the request"),
        h("input", { class: "input", id: "requestId", name: "requestId", maxlength: 200, autocomplete: "off", spellcheck: "false", "aria-describedby": "requestId-fault" }),
        h("p", { class: "hint hint--bad", id: "requestId-fault", role: "alert", hidden: true })),
    ],
    run: async ({ outcome, requestId }) => {
      const isMade = outcome !== "never_made";
      /** @type {import("./api.js").SettleVideoInput} */
      const input = { id: job.id, outcome: isMade ? "made" : "never_made", ...(isMade ? { requestId: requestId ?? "" } : {}) };
      await send("POST", "/api/admin/jobs/settle", input);
      await tell(isMade ? "The course of the video continues." : "The video failed. Credits and seconds went back.");
    },
  });
}

/**
 * @param {Scope} scope
 * @param {Lane} lane
 */
function pausedLane(scope, lane) {
  const button = h("button", { class: "btn btn--sm", type: "button" }, `Resume ${lane.name}`);
  button.addEventListener("click", () => void whileBusy(button, () => resume(scope, lane.name)));
  const text = `The ${scope} ${lane.name} is paused${lane.pausedBy ? ` by ${lane.pausedBy}` : ""}: ${counted(lane.waiting, "job waits", "jobs wait")}.`;
  return h("div", { class: "row", "data-lane": lane.name }, h("span", {}, h("strong", {}, text), lane.reason && ` ${lane.reason}`), h("span", { class: "grow" }), button);
}

/**
 * @param {Scope} scope
 * @param {string} name
 * @param {string} [title] what people call it
 */
async function resume(scope, name, title) {
  /** @type {import("./api.js").ResumeJobsInput} */
  const input = { scope, name };
  await send("POST", "/api/admin/jobs/resume", input);
  await tell(title ? `${title} gets requests again.` : `The ${scope} ${name} runs again.`);
}

/** @param {string} [chosen] what is to be paused */
function askToPause(chosen) {
  const running = (/** @type {Lane[]} */ lanes) => lanes.filter(({ pausedAt }) => !pausedAt);
  const choices = [
    ...running(overview?.queues ?? []).map(({ name }) => ({ value: `queue ${name}`, text: `Queue ${name}` })),
    { value: "kind generation", text: "New videos" },
    ...running(overview?.kinds ?? []).map(({ name }) => ({ value: `kind ${name}`, text: kindText(name) })),
    ...(overview?.providers ?? []).filter(({ health }) => health && !health.pausedAt).map(({ name, displayName }) => ({ value: `provider ${name}`, text: `Requests to ${displayName}` })),
  ];
  askFor({
    title: "Pause jobs", text: "Nothing of it is begun until it is resumed, also after a restart. What runs ends as usual.",
    confirm: "Pause jobs", tone: "primary",
    fields: [
      h("div", { class: "field" }, h("label", { for: "lane" }, "What to pause"),
        h("select", { class: "input", id: "lane", name: "lane" }, ...choices.map(({ value, text }) => h("option", { value, selected: value === chosen }, text)))),
      reasonField("Reason that other admins read (optional)"),
    ],
    run: async ({ lane, reason }) => {
      const [scope, name] = (lane ?? "").split(" ");
      /** @type {import("./api.js").PauseJobsInput} */
      const input = { scope: /** @type {Scope} */ (scope), name: name ?? "", reason: reason ?? "" };
      await send("POST", "/api/admin/jobs/pause", input);
      await tell(scope === "provider" ? `${providerName(name ?? "")} is paused.` : `The ${scope} ${name} is paused.`);
    },
  });
}

pauseButton.addEventListener("click", () => askToPause());

for (const button of all("[data-bulk] [data-act]")) {
  button.addEventListener("click", () => void whileBusy(button, async () => {
    const jobs = list.selectedItems();
    const act = button.dataset.act;
    if (act === "cancel") await cancel(jobs);
    else if (act === "redrive") await redrive(jobs);
    else await reorder(jobs, act === "first" ? "first" : "last");
  }));
}

// -- Live

/** Reads the list again, and the selected job where it has left the list. */
async function renew() {
  await list.renew();
  const chosen = list.chosen();
  if (chosen && !list.find(chosen)) shown = "";
  if (chosen) await showDetail(chosen);
}

setInterval(() => {
  if (document.visibilityState !== "visible") return;
  for (const cell of all("[data-since]")) setText(cell, span(serverNow() - Date.parse(cell.dataset.since ?? "")));
}, 1000);

const setLive = followJobs({
  renew: () => {
    // A choice that is being made must not lose its place.
    if (!document.querySelector("dialog[open] form[data-busy]")) void renew();
  },
  counts: showCounts,
  light: (state, text) => {
    one("[data-light]", HTMLElement).dataset.state = state;
    setText(maybe("[data-light-text]"), text);
  },
});

const live = one("[data-live]", HTMLInputElement);
// Browsers keep what was ticked before the page was loaded again.
live.checked = true;
live.addEventListener("change", () => setLive(live.checked));
const refresh = one("[data-refresh]", HTMLButtonElement);
refresh.addEventListener("click", () => void whileBusy(refresh, async () => {
  await renew();
  announce("The jobs are up to date.");
}));

prepareChanges();
