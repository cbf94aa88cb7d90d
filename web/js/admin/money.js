// Amounts of dollars, which travel as decimal text so that nothing rounds them.

import { count } from "../core/format.js";

/**
 * `$0.70`, `$1,317.5512`
 * @param {string} usd
 */
export function dollars(usd) {
  const [whole = "0", decimals = ""] = usd.split(".");
  return `$${count(Number(whole))}.${decimals.padEnd(2, "0")}`;
}

/** @param {string | null} usd */
export function dollarsOrNone(usd) {
  return usd === null ? "–" : dollars(usd);
}
