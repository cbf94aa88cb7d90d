// One job or video in full: what it is, every attempt with its provider's answer, and what can be done about it.

import { h, icon } from "../core/dom.js";
import { whileBusy } from "../core/form.js";
import { badge, canCancel, canRetry, isVideo, kindText } from "./job-words.js";
import { moment } from "./times.js";

/**
 * @typedef {import("../api.js").JobEntry} Job
 * @typedef {import("../api.js").JobDetail} Detail
 * @typedef {import("../api.js").JobAttempt} Attempt
 */

/**
 * @typedef {object} Acts
 * @property {(jobs: Job[]) => Promise<void>} cancel
 * @property {(jobs: Job[], provider?: string) => Promise<void>} redrive
 * @property {(jobs: Job[], place: "first" | "normal" | "last") => Promise<void>} reorder
 * @property {(job: Job) => void} settle
 * @property {(name: string) => string} providerName
 */

/** @type {Record<string, string>} */
const attemptWords = {
  intended: "Being sent", accepted: "Accepted", not_accepted: "Not accepted", refused: "Refused", lost: "No answer", failed: "Failed", done: "Done",
  cancelled: "Cancelled", running: "Running", completed: "Done",
};

/**
 * @param {Detail} detail
 * @param {Acts} acts
 */
export function jobPanel(detail, acts) {
  const { job, payload, attempts, steps } = detail;
  const { id, kind, subject, queue, provider, ownerId, ownerName, createdAt, startedAt, finishedAt, runAt, error, attempt, maxAttempts } = job;
  return h("div", { class: "panel stack", "data-chosen-job": id },
    h("h2", { tabindex: -1 }, kindText(kind), subject && `: ${subject}`),
    h("p", {}, badge(job)),
    error && job.state !== "completed" && h("div", { class: `note note--${job.state === "failed" ? "bad" : "warn"}` }, icon("warn"), h("p", { class: "quote" }, error)),
    h("div", { class: "row" }, ...buttons(detail, acts)),
    h("dl", { class: "facts" },
      ...fact("Id", h("code", {}, id)),
      ...fact("Queue", queue),
      ...fact("Provider", provider && acts.providerName(provider)),
      ...fact("Request", detail.requestId && h("code", {}, detail.requestId)),
      ...fact("Step", detail.step),
      ...fact("Video", detail.isPublished && h("a", { class: "link", href: `/video/${id}` }, "Its page")),
      ...fact("Comparison", detail.comparisonId && h("a", { class: "link", href: `/admin/comparisons/${detail.comparisonId}` }, "The comparison")),
      ...fact("For", ownerId && h("a", { class: "link", href: `/admin/users?user=${ownerId}` }, ownerName ?? "No name")),
      ...fact("Attempts", attempt > 0 ? `${attempt}${maxAttempts ? ` of ${maxAttempts}` : ""}` : null),
      ...fact("Run", detail.run > 1 ? String(detail.run) : null),
      ...fact("Made", moment(createdAt)),
      ...fact("Due", job.state === "queued" && runAt ? moment(runAt) : null),
      ...fact("Waits", job.obstacle?.sentence),
      ...fact("Begun", startedAt && moment(startedAt)),
      ...fact("Ended", finishedAt && moment(finishedAt)),
      ...fact("Fails at", detail.deadlineAt && !finishedAt ? moment(detail.deadlineAt) : null),
      ...fact("Charged", detail.chargedCredits === null ? null : `${detail.chargedCredits} credits`),
      ...fact("Code", detail.errorCode && h("code", {}, detail.errorCode))),
    h("h3", {}, attempts.length > 0 ? "Attempts" : "No attempts yet"),
    attempts.length > 0 && h("ol", { class: "stack stack--tight queue__attempts" }, ...attempts.map((one) => attemptItem(one, detail, acts))),
    steps.length > 0 && h("details", { "data-part": "steps" }, h("summary", {}, "Steps"),
      h("ul", { class: "stack stack--tight" }, ...steps.map((step) => h("li", {},
        h("span", { class: "num quiet" }, step.id), ` ${kindText(step.kind)}: ${step.state}`, step.error && h("p", { class: "quote quiet" }, step.error))))),
    h("details", { "data-part": "payload" }, h("summary", {}, "Payload"), json(payload, `Payload of ${kindText(kind)}`)));
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function json(value, name) {
  return h("pre", { class: "queue__json", tabindex: 0, role: "region", "aria-label": name }, JSON.stringify(value, null, 2));
}

/**
 * @param {string} name
 * @param {Node | string | null | undefined | false} value
 */
function fact(name, value) {
  return value ? [h("dt", {}, name), h("dd", {}, value)] : [];
}

/**
 * @param {Attempt} one
 * @param {Detail} detail
 * @param {Acts} acts
 */
function attemptItem(one, detail, acts) {
  const name = `${detail.run > 1 ? `Run ${one.run}, attempt` : "Attempt"} ${one.attempt}`;
  const where = one.provider ? ` at ${acts.providerName(one.provider)}` : one.worker ? ` by ${one.worker}` : "";
  const at = one.endedAt ?? one.startedAt;
  return h("li", { "data-attempt": `${one.run}.${one.attempt}` },
    h("p", {}, h("b", {}, name), h("span", { class: "quiet" }, where)),
    h("p", { class: "quiet" }, attemptWords[one.state] ?? one.state, at && ", ", at && moment(at)),
    one.requestId && h("p", {}, h("code", {}, one.requestId)),
    one.error && h("p", { class: "quote" }, one.error),
    one.answer !== null && one.answer !== undefined && h("details", { "data-part": `answer ${one.run}.${one.attempt}` },
      h("summary", {}, "Answer of the provider"), json(one.answer, `Answer to ${name.toLowerCase()}`)));
}

/**
 * @param {Detail} detail
 * @param {Acts} acts
 */
function buttons({ job, otherProviders }, { cancel, redrive, reorder, settle, providerName }) {
  /** @type {[string, string, () => Promise<void> | void][]} */
  const offers = [];
  if (job.state === "uncertain") offers.push(["btn--primary", "Settle…", () => settle(job)]);
  if (canRetry(job)) offers.push(["btn--primary", isVideo(job) ? "Run again" : "Retry", () => redrive([job])]);
  for (const provider of otherProviders) offers.push(["", `Run at ${providerName(provider)}`, () => redrive([job], provider)]);
  if (job.state === "queued") {
    offers.push(["", "Run first", () => reorder([job], "first")], ["", "Run last", () => reorder([job], "last")]);
    if (job.priority === 2 || job.priority === -2) offers.push(["", "Usual order", () => reorder([job], "normal")]);
  }
  if (canCancel(job)) offers.push(["btn--danger", "Cancel", () => cancel([job])]);
  return offers.map(([style, label, run]) => {
    const button = h("button", { class: `btn btn--sm ${style}`.trim(), type: "button" }, label);
    button.addEventListener("click", () => void whileBusy(button, async () => run()));
    return button;
  });
}
