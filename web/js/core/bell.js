// The bell: how many notifications are not read, on every page. The number comes with the answer about who is signed in,
// and is asked for again when there is news, when another page has read some, and when the page is looked at again.

import { read } from "./api.js";
import { all, announce, setText } from "./dom.js";
import { ownEvents } from "./own-events.js";
import { session } from "./session.js";

let known = -1;
/** @type {number | undefined} */
let pending;
let askedAt = 0;

/**
 * Shows the number that the page has learned.
 * @param {number} count
 */
export function showUnread(count) {
  if (known >= 0 && count > known) announce(count - known === 1 ? "A new notification." : `${count - known} new notifications.`);
  known = count;
  const text = count >= 100 ? "99+" : String(count);
  for (const mark of all("[data-unread]")) {
    mark.hidden = count === 0;
    if (mark.classList.contains("bell__count")) setText(mark, text);
  }
  for (const bell of all("[data-bell]")) {
    bell.setAttribute("aria-label", count === 0 ? "Notifications" : `Notifications, ${text} unread`);
  }
}

async function ask() {
  askedAt = Date.now();
  /** @type {import("../api.js").Account | null} */
  const account = await read("/api/auth/session").catch(() => null);
  const count = account?.user?.unread;
  if (count == null || count === known) return;
  showUnread(count);
  document.dispatchEvent(new CustomEvent("dailies:unread", { detail: count }));
}

/**
 * Asks soon: many pages may have learned of the same thing at the same time.
 * @param {number} spread
 */
function askWithin(spread) {
  clearTimeout(pending);
  pending = setTimeout(() => void ask(), Math.random() * spread);
}

/** Follows the number of the signed-in member. */
export async function startBell() {
  const user = await session();
  if (!user) return;
  askedAt = Date.now();
  showUnread(user.unread ?? 0);
  ownEvents.on("notified", () => askWithin(100));
  document.addEventListener("dailies:slot", (event) => {
    if (["round_opened", "announced"].includes(/** @type {CustomEvent} */ (event).detail.name)) askWithin(3000);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - askedAt > 30_000) askWithin(500);
  });
}
