// Who is signed in. Pages are the same for everybody; this fills in what is yours.

import { forgetToken, read, send } from "./api.js";
import { all, avatar, maybe, setText } from "./dom.js";

/** @typedef {import("../api.js").AccountUser} AccountUser */

/** @type {Promise<AccountUser | null> | null} */
let known = null;

/**
 * Who is signed in, asked once for a page.
 * @returns {Promise<AccountUser | null>}
 */
export function session() {
  known ??= read("/api/auth/session").then(
    (/** @type {import("../api.js").Account} */ answer) => answer.user ?? null,
    () => null,
  );
  return known;
}

/** Shows what belongs to the account. */
export async function showSession() {
  const user = await session();
  for (const element of all("[data-visitor]")) element.hidden = Boolean(user);
  for (const element of all("[data-member]")) element.hidden = !user;
  for (const element of all("[data-admin]")) element.hidden = !user?.isAdmin;
  if (!user) return;
  // Few members ever need it.
  if (user.isBanned) void import("./banned.js").then(({ showBan }) => showBan(user.banReason ?? ""));
  setText(maybe("[data-member-name]"), user.username ?? "No name yet");
  maybe("[data-member-picture]")?.replaceChildren(avatar(user.avatarUrl));
  for (const button of all("[data-account]")) button.replaceChildren(avatar(user.avatarUrl));
}

/** Ends the session and loads the page anew, since much of it may have been yours. */
export async function signOut() {
  // A browser that is signed out shows nothing of the member's.
  if ("serviceWorker" in navigator) await import("./push.js").then(({ turnOff }) => turnOff()).catch(() => {});
  await send("POST", "/api/auth/signout");
  forgetToken();
  location.assign("/");
}
