// The bell: how many notifications are not read, on every page. The number comes with the answer about who is signed in,
// and is counted again when there is news, when another page has read some, and when the page is looked at again.

import { read } from "./api.js";
import { all, announce, setText } from "./dom.js";
import { inTurn } from "./in-turn.js";
import { ownEvents } from "./own-events.js";
import { session } from "./session.js";

let known = -1;
/** Whether news came that the list does not show yet. */
let hasNews = false;
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

const ask = inTurn(async () => {
  askedAt = Date.now();
  const wasTold = hasNews;
  hasNews = false;
  const count = await (wasTold ? countAnew() : remembered()).catch(() => null);
  if (count === null) hasNews ||= wasTold;
  // The number may be the same: one has come while another was read.
  if (count === null || (count === known && !wasTold)) return;
  if (count !== known) showUnread(count);
  document.dispatchEvent(new CustomEvent("dailies:news"));
});

/** What the server remembers, which costs it no query. A process may learn of a change a moment later than this page. */
async function remembered() {
  /** @type {import("../api.js").Account} */
  const account = await read("/api/auth/session");
  return account.user?.unread ?? null;
}

async function countAnew() {
  /** @type {import("../api.js").NotificationList} */
  const answer = await read("/api/notifications?limit=1");
  return answer.unread;
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
  ownEvents.on("notified", () => {
    hasNews = true;
    askWithin(100);
  });
  // What came before the stream was open, or while it was broken, is in no event.
  let wasLive = false;
  const opened = () => {
    if (!ownEvents.isLive) return;
    askWithin(wasLive ? 3000 : 500);
    wasLive = true;
  };
  ownEvents.on("live", opened);
  opened();
  document.addEventListener("dailies:slot", (event) => {
    if (["round_opened", "announced"].includes(/** @type {CustomEvent} */ (event).detail.name)) askWithin(3000);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - askedAt > 30_000) askWithin(500);
  });
}
