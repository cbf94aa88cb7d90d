// The member's own clips. Something that may have changed them ends in the same thing: the page is read again, and the
// clips that differ are put in. The words are the server's alone.

import "./site.js";
import { send } from "./core/api.js";
import { askForCaptions } from "./core/captions.js";
import { all, announce, h, maybe } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { inTurn } from "./core/in-turn.js";
import { ownEvents } from "./core/own-events.js";
import { toast } from "./core/toast.js";
import "./profile/tabs.js";

/** How often the page asks by itself, in milliseconds: while a file is being checked, and otherwise. */
const checkingInterval = 2000;
const quietInterval = 30_000;

/** Reads the page again and shows what differs. */
const refresh = inTurn(async () => {
  const response = await fetch(location.href, { cache: "no-cache" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const list = maybe("[data-own-clips]");
  const freshList = fresh.querySelector("[data-own-clips]");
  if (!freshList) return;
  // The first clip of all was sent in from another page.
  if (!list) {
    location.reload();
    return;
  }
  const known = new Map(all(":scope > li", list).map((clip) => [clip.id, clip]));
  /** @type {HTMLElement[]} */
  const changed = [];
  const rows = /** @type {HTMLElement[]} */ ([...freshList.children]).map((clip) => {
    const old = known.get(clip.id);
    if (old && old.dataset.state === clip.dataset.state) return old;
    const next = document.adoptNode(clip);
    if (!old) return next;
    if (old.dataset.status !== next.dataset.status) changed.push(next);
    // The mark stays until the page is opened again, and an open question stays open.
    if (old.querySelector(".own__new")) markAsNew(next);
    const question = next.querySelector("details");
    if (question && old.querySelector("details[open]")) question.open = true;
    return next;
  });
  const focused = document.activeElement?.closest("[data-own-clips] > li")?.id;
  if (rows.length !== known.size || rows.some((row) => known.get(row.id) !== row)) list.replaceChildren(...rows);
  if (focused && document.activeElement === document.body) maybe(`#${focused} h3`)?.focus();
  for (const clip of changed) report(clip);
});

/** @param {HTMLElement} clip */
function report(clip) {
  if (clip.dataset.status === "Withdrawn") return;
  markAsNew(clip);
  const text = `“${maybe("[data-title]", clip)?.textContent ?? ""}”: ${clip.dataset.status}`;
  toast(text);
  announce(text);
}

/** @param {HTMLElement} clip */
function markAsNew(clip) {
  const heading = maybe("h3", clip);
  if (heading && !maybe(".own__new", heading)) heading.append(" ", h("span", { class: "own__new" }, "New"));
}

/** @type {number | undefined} */
let timer;

function poll() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (document.visibilityState === "visible") await refresh();
    poll();
  }, maybe("[data-own-clips] > [data-checking]") ? checkingInterval : quietInterval);
}

document.addEventListener("click", (event) => {
  const captions = event.target instanceof Element ? event.target.closest("[data-caption]") : null;
  if (captions instanceof HTMLElement) {
    const title = maybe("[data-title]", captions.closest("li") ?? captions)?.textContent ?? "";
    void askForCaptions({ id: captions.dataset.caption ?? "", title, captionsUrl: captions.dataset.captionsUrl ?? null }, () => {
      toast(`The captions of “${title}” are saved.`);
      void refresh();
    });
    return;
  }
  const button = event.target instanceof Element ? event.target.closest("[data-keep]") : null;
  const question = button?.closest("details");
  if (!question) return;
  question.open = false;
  maybe("summary", question)?.focus();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-withdraw]")) return;
  event.preventDefault();
  maybe("[data-form-outcome]")?.remove();
  void whileBusy(event.submitter ?? form, async () => {
    const title = maybe("[data-title]", form.closest("li") ?? form)?.textContent ?? "";
    await send("DELETE", new URL(form.action).pathname);
    toast(`“${title}” is withdrawn.`);
    await refresh();
  });
});

// The end of a round, which the whole site follows.
document.addEventListener("dailies:slot", () => void refresh());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void refresh();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) void refresh();
});
ownEvents.on("clips_decided", () => void refresh());
poll();
