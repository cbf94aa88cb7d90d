// The member's notifications: opening one marks it as read, new ones appear at the top, further ones are loaded below.

import "./site.js";
import { send } from "./core/api.js";
import { showUnread } from "./core/bell.js";
import { all, announce, maybe, setText } from "./core/dom.js";
import { faultText, whileBusy } from "./core/form.js";
import { inTurn } from "./core/in-turn.js";
import { ownEvents } from "./core/own-events.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").UnreadCount} UnreadCount */

const root = maybe("[data-notifications]");

/** @param {UnreadCount} answer */
function shown({ unread }) {
  showUnread(unread);
  setText(maybe("[data-unread-words]"), unread === 0 ? "You have read everything." : unread >= 100 ? "100 or more are unread." : `${unread} unread.`);
  const readAll = maybe("[data-read-all]");
  if (readAll && unread === 0) readAll.hidden = true;
}

/** @param {HTMLElement} item */
function showRead(item) {
  item.removeAttribute("data-new");
  maybe("[data-new-word]", item)?.remove();
  maybe("[data-read]", item)?.remove();
}

root?.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const item = target.closest("[data-id][data-new]");
  if (!(item instanceof HTMLElement)) return;
  const id = Number(item.dataset.id);
  const button = target.closest("[data-read]");
  if (button) {
    void whileBusy(button, async () => {
      const link = maybe("[data-open]", item);
      shown(await send("POST", "/api/notifications", { ids: [id] }));
      showRead(item);
      link?.focus();
      announce("Marked as read.");
    });
  } else if (target.closest("[data-open]")) {
    showRead(item);
    // The page may be left before the answer is here; the request goes out all the same.
    send("POST", "/api/notifications", { ids: [id] }).then(shown).catch(() => {});
  }
});

const readAll = maybe("[data-read-all]");
if (readAll instanceof HTMLFormElement) {
  readAll.addEventListener("submit", (event) => {
    event.preventDefault();
    const until = Number(all("[data-id]").map((item) => item.dataset.id)[0]);
    void whileBusy(/** @type {SubmitEvent} */ (event).submitter ?? readAll, async () => {
      shown(await send("POST", "/api/notifications", { until }));
      for (const item of all("[data-id][data-new]")) showRead(item);
      announce("Everything is marked as read.");
    });
  });
}

/** @param {string} address */
async function page(address) {
  const response = await fetch(address, { cache: "no-cache" });
  if (!response.ok) throw new Error(`the page answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Puts in what is new, and what another page has read. */
const refresh = inTurn(async () => {
  const fresh = await page("/notifications").catch(() => null);
  const list = fresh?.querySelector("[data-news]");
  const old = maybe("[data-news]");
  // Later pages, once loaded, stay as they are.
  if (!fresh || !list || !old || all("[data-day]", old).length > list.querySelectorAll("[data-day]").length + 3) return;
  // What is read or pointed at stays in its place.
  if (old.isEqualNode(list)) return;
  const focused = document.activeElement?.closest("[data-id]")?.getAttribute("data-id");
  old.replaceChildren(...[...list.children].map((part) => document.adoptNode(part)));
  setText(maybe("[data-unread-words]"), fresh.querySelector("[data-unread-words]")?.textContent ?? "");
  if (readAll) readAll.hidden = !fresh.querySelector("[data-read-all]");
  else if (fresh.querySelector("[data-read-all]")) location.reload();
  if (focused) maybe(`[data-id="${focused}"] [data-open]`)?.focus();
});

document.addEventListener("dailies:news", () => void refresh());
// What came between this page's list and the stream is in no event.
ownEvents.on("live", () => {
  if (ownEvents.isLive) void refresh();
});

document.addEventListener("click", (event) => {
  const more = /** @type {Element} */ (event.target).closest("[data-more]");
  if (!(more instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  void whileBusy(more, async () => {
    try {
      const fresh = await page(more.href);
      const days = maybe("[data-days]");
      for (const section of /** @type {HTMLElement[]} */ ([...fresh.querySelectorAll("[data-day]")])) {
        const same = all("[data-day]").find((known) => known.dataset.day === section.dataset.day);
        if (same) maybe("ul", same)?.append(...section.querySelectorAll("li"));
        else days?.append(document.adoptNode(section));
      }
      const next = fresh.querySelector("[data-more]");
      const row = maybe("[data-more-row]");
      if (next instanceof HTMLAnchorElement) more.href = next.href;
      else row?.remove();
    } catch (error) {
      toast(faultText(error), { tone: "bad" });
    }
  });
});
