// What is said when a round closes.

import { toast } from "../core/toast.js";

/**
 * @param {import("../api.js").StorySeason | undefined} season
 * @param {number | null} slot
 */
export function tellWinner(season, slot) {
  const winner = season?.slots.find((one) => one.position === slot)?.winner;
  if (!season || !winner || !slot) return;
  toast(`Slot ${slot} goes to “${winner.title}”.`, {
    action: { label: "Watch", run: () => location.assign(`/story?season=${season.number}&slot=${slot}`) },
  });
}
