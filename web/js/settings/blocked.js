// Whom the member has blocked.

import { read, send } from "../core/api.js";
import { all, announce, avatar, h, maybe } from "../core/dom.js";
import { whileBusy } from "../core/form.js";
import { toast } from "../core/toast.js";
import { since } from "./words.js";

/** @typedef {import("../api.js").BlockedMember} BlockedMember */

/** Shows the blocked members, each with a button that unblocks. */
export function startBlocked() {
  const place = maybe("[data-blocked]");
  if (!place) return;

  const list = place;
  async function show() {
    try {
      const { members } = /** @type {import("../api.js").BlockList} */ (await read("/api/user/block"));
      list.replaceChildren(...members.map(row));
      if (members.length === 0) list.replaceChildren(h("li", { class: "quiet", tabindex: -1 }, "You have blocked no one."));
    } catch {
      list.replaceChildren(h("li", { class: "quiet" }, "The list did not load. Reload the page to try again."));
    } finally {
      list.removeAttribute("aria-busy");
    }
  }

  /** @param {BlockedMember} member */
  function row({ userId, username, avatarUrl, blockedAt }) {
    const name = username ?? "a member";
    const unblock = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Unblock ${name}` }, "Unblock");
    unblock.addEventListener("click", () => whileBusy(unblock, async () => {
      await send("POST", "/api/user/block", { userId, block: false });
      announce(`${name} is unblocked.`);
      toast(`${name} is unblocked.`);
      await show();
      (all("button, [tabindex]", list)[0])?.focus();
    }));
    return h("li", {}, avatar(avatarUrl), h("div", { class: "grow" }, h("b", {}, name), h("p", { class: "quiet" }, `blocked ${since(blockedAt)}`)), unblock);
  }

  void show();
}
