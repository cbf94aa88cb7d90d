// Which features are on for the visitor.

import { read } from "./api.js";

/** @type {Promise<Record<string, boolean>> | null} */
let known = null;

/**
 * Whether a feature is on, asked once for a page; a page that cannot find out shows what it has.
 * @param {string} key
 * @param {boolean} [otherwise] what holds when it is unknown
 * @returns {Promise<boolean>}
 */
export async function isOn(key, otherwise = true) {
  known ??= read("/api/features").then(
    (/** @type {import("../api.js").Features} */ answer) => answer.features ?? {},
    () => ({}),
  );
  return (await known)[key] ?? otherwise;
}

/** Asks anew the next time: a flag may have been turned. */
export function forgetFeatures() {
  known = null;
}
