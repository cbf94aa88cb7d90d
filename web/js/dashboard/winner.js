// What is said when a round closes.

import { toast } from "../core/toast.js";

/**
 * @param {any} season
 * @param {number | null} slot
 */
export function tellWinner(season, slot) {
  const winner = season?.slots.find((/** @type {any} */ one) => one.position === slot)?.winner;
  if (!winner || !slot) return;
  toast(`Slot ${slot} is closed. ${winner.title} was cut in.`, {
    action: { label: "Watch", run: () => location.assign(`/story?season=${season.number}&slot=${slot}`) },
  });
}
