// The words of providers: whether one can be sent requests, and why not.

import { h } from "../core/dom.js";
import { moment } from "./times.js";

/** @typedef {Pick<import("../api.js").ProviderHealth, "breaker" | "breakerReason" | "changedAt" | "retryAt" | "restingUntil" | "pausedAt" | "pausedBy" | "pauseReason">} Health */

/** @param {Health & {unavailableReason: string | null, isAutomatic?: boolean}} provider */
export function badge({ isAutomatic = true, unavailableReason, breaker, restingUntil, pausedAt }) {
  if (!isAutomatic) return h("span", { class: "badge", "data-shape": "ring" }, "By hand");
  if (unavailableReason) return h("span", { class: "badge", "data-tone": "warn", "data-shape": "ring" }, "Not set up");
  if (pausedAt) return h("span", { class: "badge", "data-tone": "warn", "data-shape": "square" }, "Paused");
  if (breaker === "open") return h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, "Stopped");
  if (breaker === "half_open") return h("span", { class: "badge", "data-tone": "warn" }, "Being tried");
  if (restingUntil) return h("span", { class: "badge", "data-tone": "warn", "data-shape": "ring" }, "Asked to wait");
  return h("span", { class: "badge", "data-tone": "good" }, "Ready");
}

/**
 * Why the provider gets no requests; null while it does.
 * @param {Health} health
 */
export function obstacle({ breaker, breakerReason, retryAt, restingUntil, pausedAt, pausedBy, pauseReason }) {
  if (pausedAt) return h("p", {}, `Paused${pausedBy ? ` by ${pausedBy}` : ""} since `, moment(pausedAt), ".", pauseReason && ` ${pauseReason}`);
  const why = breakerReason === "slow" ? "Its calls were slow" : "Its calls failed";
  if (breaker === "open" && retryAt) return h("p", {}, `${why}, so it gets no requests until `, moment(retryAt), ". Then one request shows whether it works again.");
  if (breaker === "half_open") return h("p", {}, "One request is on its way to see whether it works again.");
  if (restingUntil) return h("p", {}, "It asked for no requests until ", moment(restingUntil), ".");
  return null;
}

/**
 * `4 of 60`; `4` without a limit
 * @param {number} used
 * @param {number | null} limit
 */
export const ofLimit = (used, limit) => (limit === null ? `${used}` : `${used} of ${limit}`);
