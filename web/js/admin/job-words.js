// The words of jobs: states, kinds, times, and the badges and buttons that follow from a state.

import { serverNow } from "../core/api.js";
import { h } from "../core/dom.js";
import { count } from "../core/format.js";

/** @typedef {import("../api.js").JobEntry} Job */

/** @type {Record<Job["state"], {word: string, tone: string | null, shape: string | null}>} */
export const states = {
  queued: { word: "Waiting", tone: null, shape: "ring" },
  running: { word: "Running", tone: "info", shape: null },
  uncertain: { word: "Uncertain", tone: "warn", shape: "ring" },
  completed: { word: "Done", tone: "good", shape: null },
  failed: { word: "Failed", tone: "bad", shape: "square" },
  cancelled: { word: "Cancelled", tone: null, shape: "square" },
};

/**
 * `assemble_film` as `Assemble film`
 * @param {string} kind
 */
export function kindText(kind) {
  const text = kind === "generation" ? "video" : kind.replace(/_/g, " ");
  return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}

/** @param {Job} job */
export function shortId({ id }) {
  return id.includes("-") ? id.slice(0, 8) : id;
}

/**
 * `46 s`, `1 min 12 s`, `3 h 05 min`
 * @param {number} milliseconds
 */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (milliseconds < 9950) return `${Math.max(0, milliseconds / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${count(Math.floor(hours / 24))} d ${hours % 24} h`;
}

/**
 * Since when the time of a job counts, while it does.
 * @param {Job} job
 */
export function since({ state, createdAt, runAt, startedAt }) {
  if (state === "queued") return runAt && Date.parse(runAt) > serverNow() ? null : createdAt;
  return state === "running" || state === "uncertain" ? (startedAt ?? createdAt) : null;
}

/** @param {Job} job */
export function timeText(job) {
  const { createdAt, startedAt, finishedAt, runAt } = job;
  const start = since(job);
  if (start) return span(serverNow() - Date.parse(start));
  if (!finishedAt) return runAt ? `in ${span(Date.parse(runAt) - serverNow())}` : "";
  return span(Date.parse(finishedAt) - Date.parse(startedAt ?? createdAt));
}

/** @param {Job} job */
export function badge({ state, cancelling }) {
  const { word, tone, shape } = states[state];
  const isEnding = cancelling && (state === "running" || state === "uncertain");
  return h("span", { class: "badge", "data-tone": isEnding ? "warn" : tone, "data-shape": shape }, isEnding ? "Cancelling" : word);
}

/** @param {Job} job */
export const isVideo = ({ kind }) => kind === "generation";

/** @param {Job} job */
export const canCancel = ({ state, cancelling }) => !cancelling && ["queued", "running", "uncertain"].includes(state);

/** @param {Job} job */
export const canRetry = (job) => job.state === "failed" || (job.state === "cancelled" && !isVideo(job));
