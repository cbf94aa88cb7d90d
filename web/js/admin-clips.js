// Moderation: the queue by status, a selection with ranges, decisions one by one or many at once.

import { detail } from "./admin/detail.js";
import { decide, outcomeText, readQueue } from "./admin/queue.js";
import { Refusal, serverNow } from "./core/api.js";
import { all, announce, h, icon, maybe, one, setText } from "./core/dom.js";
import { counted, waiting } from "./core/format.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./admin/queue.js").QueuedClip} QueuedClip */

const rows = one("[data-rows]", HTMLElement);
const panel = one("[data-panel]", HTMLElement);
const none = one("[data-none]", HTMLElement);
const bulk = one("[data-bulk]", HTMLElement);
const side = one("[data-detail]", HTMLElement);
const search = one("[data-search]", HTMLInputElement);
const everything = one("[data-all]", HTMLInputElement);
const more = one("[data-more]", HTMLButtonElement);
const rejection = one("[data-rejection]", HTMLDialogElement);

let status = "pending";
/** @type {QueuedClip[]} */
let clips = [];
/** @type {string | null} */
let cursor = null;
/** @type {Set<string>} */
const selected = new Set();
/** @type {string | null} */
let chosen = null;
/** Where the last tick was set, from which Shift draws a range. */
let anchor = -1;
/** Answers that come late belong to another tab. */
let generation = 0;

const words = /** @type {Record<string, {title: string, none: string}>} */ ({
  pending: { title: "Clips to review", none: "Nothing waits for a decision. New takes appear here as they come in." },
  active: { title: "Active clips", none: "No take competes at the moment. Approve one to open a round." },
  rejected: { title: "Rejected clips", none: "No take was rejected." },
  locked: { title: "Clips in the film", none: "No take has won yet." },
});

/** @param {boolean} [keep] whether choice and selection stay where they can */
async function load(keep = false) {
  const mine = (generation += 1);
  panel.setAttribute("aria-busy", "true");
  try {
    const page = await readQueue(status, search.value.trim(), null);
    if (mine !== generation) return;
    clips = page.clips;
    cursor = page.nextCursor;
    if (!keep) selected.clear();
    for (const id of selected) if (!clips.some((clip) => clip.id === id)) selected.delete(id);
    if (!clips.some((clip) => clip.id === chosen)) chosen = clips[0]?.id ?? null;
    showCounts(page.counts);
    showRows();
    showDetail();
  } catch (error) {
    if (mine !== generation) return;
    rows.replaceChildren();
    showNone("warn", "The clips did not load", error instanceof Refusal && error.status === 401 ? "Your session has ended. Sign in again." : "Nothing was changed.", "Try again", () => void load());
  } finally {
    if (mine === generation) panel.removeAttribute("aria-busy");
  }
}

/** @param {Record<string, number>} counts */
function showCounts(counts) {
  for (const tab of all("[data-status]")) setText(tab.querySelector("[data-count]"), String(counts[tab.dataset.status ?? ""] ?? 0));
  const oldest = status === "pending" && clips[0] ? `, the oldest for ${waiting(serverNow() - Date.parse(clips[0].createdAt))}` : "";
  setText(maybe("[data-summary]"), `${counts.pending ?? 0} waiting${oldest}.`);
}

function showRows() {
  one("[data-table]", HTMLElement).hidden = clips.length === 0;
  none.hidden = clips.length > 0;
  if (clips.length === 0) {
    const text = search.value ? `Nothing here matches “${search.value}”.` : words[status]?.none ?? "";
    showNone("check", search.value ? "No match" : "All done", text);
  }
  rows.replaceChildren(...clips.map(row));
  more.hidden = !cursor;
  showSelection();
}

/**
 * @param {string} symbol
 * @param {string} title
 * @param {string} text
 * @param {string} [label]
 * @param {() => void} [run]
 */
function showNone(symbol, title, text, label, run) {
  const button = label && h("button", { class: "btn", type: "button" }, label);
  if (button && run) button.addEventListener("click", run);
  one("[data-table]", HTMLElement).hidden = true;
  none.hidden = false;
  none.replaceChildren(h("div", { class: "empty" }, icon(symbol, "lg"), h("h2", {}, title), h("p", {}, text), button || null));
}

/**
 * @param {QueuedClip} clip
 * @param {number} at
 */
function row(clip, at) {
  const tick = h("input", { type: "checkbox", "aria-label": `Select ${clip.title}`, "data-tick": clip.id });
  tick.checked = selected.has(clip.id);
  tick.addEventListener("click", (event) => select(at, tick.checked, event.shiftKey));
  const name = h("button", { class: "clip-name", type: "button", "aria-pressed": String(clip.id === chosen) }, h("b", {}, clip.title));
  name.addEventListener("click", () => {
    chosen = clip.id;
    for (const other of all(".clip-name", rows)) other.setAttribute("aria-pressed", String(other === name));
    showDetail();
    if (matchMedia("(width < 75rem)").matches) side.scrollIntoView({ block: "start" });
  });
  const still = clip.posterUrl ? h("img", { src: clip.posterUrl, alt: "", width: 54, height: 96 }) : h("div", { class: "still" });
  const facts = [clip.durationSeconds && `${clip.durationSeconds.toFixed(1)} s`, clip.aiGenerated ? "AI" : "camera"].filter(Boolean).join(", ");
  const since = clip.status === "pending" || !clip.decidedAt ? clip.createdAt : clip.decidedAt;
  return h("tr", { "data-clip": clip.id },
    h("td", {}, tick), h("td", {}, still),
    h("td", {}, name, h("br"), h("span", { class: "quiet" }, clip.username ?? "no name")),
    h("td", {}, clip.genre, h("br"), h("span", { class: "quiet num" }, facts)),
    h("td", {}, checks(clip)),
    h("td", { class: "r num" }, waiting(serverNow() - Date.parse(since))));
}

/** @param {QueuedClip} clip */
function checks(clip) {
  if (clip.processing === "processing") return h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, "Being prepared");
  if (clip.processing === "failed") return h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, "Cannot be used");
  const twin = clip.nearDuplicates[0];
  if (twin) return h("span", { class: "badge", "data-tone": "warn" }, `Near-duplicate, ${twin.similarity} %`);
  return h("span", { class: "quiet" }, "Nothing found");
}

/**
 * @param {number} at
 * @param {boolean} isOn
 * @param {boolean} isRange
 */
function select(at, isOn, isRange) {
  const [from, to] = isRange && anchor >= 0 ? [Math.min(anchor, at), Math.max(anchor, at)] : [at, at];
  for (const clip of clips.slice(from, to + 1)) {
    if (isOn) selected.add(clip.id);
    else selected.delete(clip.id);
  }
  anchor = at;
  showSelection();
}

function showSelection() {
  for (const tick of all("[data-tick]", rows)) if (tick instanceof HTMLInputElement) tick.checked = selected.has(tick.dataset.tick ?? "");
  bulk.hidden = selected.size === 0 || (status !== "pending" && status !== "active");
  setText(maybe("[data-selected]"), `${selected.size} selected`);
  const approve = one("[data-approve-all]", HTMLButtonElement);
  setText(approve, `Approve ${selected.size}`);
  approve.hidden = status !== "pending";
  everything.checked = clips.length > 0 && selected.size === clips.length;
  everything.indeterminate = selected.size > 0 && selected.size < clips.length;
  everything.setAttribute("aria-label", `Select all ${clips.length}`);
}

function showDetail() {
  const clip = clips.find((one) => one.id === chosen);
  if (!clip) {
    side.replaceChildren();
    return;
  }
  side.replaceChildren(detail(clip, {
    onApprove: () => void settle("approve", [clip.id]),
    onReject: (reason) => void settle("reject", [clip.id], reason),
  }));
}

let isSettling = false;

/**
 * @param {"approve" | "reject"} action
 * @param {string[]} ids
 * @param {string} [reason]
 */
async function settle(action, ids, reason) {
  if (isSettling) return;
  isSettling = true;
  try {
    const answer = await decide(action, ids, reason);
    const failed = answer.results.filter((result) => !result.success);
    const word = action === "approve" ? "approved" : "rejected";
    const slot = answer.results.find((result) => result.success && result.slot)?.slot;
    if (answer.done > 0) {
      const place = action === "approve" ? (slot ? `, up for slot ${slot}` : ", for the next season") : "";
      toast(`${counted(answer.done, "take", "takes")} ${word}${place}`);
      announce(`${counted(answer.done, "take", "takes")} ${word}`);
    }
    for (const result of failed) {
      const clip = clips.find((one) => one.id === result.clipId);
      toast(`${clip?.title ?? "A take"} was not ${word}: ${outcomeText(result.outcome)}.`, { tone: "bad" });
    }
    selected.clear();
    await load();
  } catch (error) {
    const text = error instanceof Refusal && !error.isOffline ? error.message : "The decision did not arrive. Nothing was changed.";
    toast(text, { tone: "bad", action: { label: "Again", run: () => void settle(action, ids, reason) } });
  } finally {
    isSettling = false;
  }
}

/** @param {string} next */
function open(next) {
  status = next;
  chosen = null;
  anchor = -1;
  for (const tab of all("[data-status]")) {
    const isCurrent = tab.dataset.status === next;
    tab.setAttribute("aria-selected", String(isCurrent));
    tab.tabIndex = isCurrent ? 0 : -1;
    if (isCurrent) panel.setAttribute("aria-labelledby", tab.id);
  }
  setText(maybe("[data-caption]"), words[next]?.title ?? "Clips");
  setText(maybe("[data-when]"), next === "pending" ? "Waiting" : "Since");
  void load();
}

function openRejection() {
  const choice = one("[data-reason-choice]", HTMLSelectElement);
  const own = one("[data-own-reason]", HTMLElement);
  choice.selectedIndex = 0;
  own.hidden = true;
  one("[data-reason-fault]", HTMLElement).hidden = true;
  setText(maybe("#reject-title"), `Reject ${counted(selected.size, "clip", "clips")}`);
  rejection.showModal();
  one("[data-keep]", HTMLButtonElement).focus();
}

for (const tab of all("[data-status]")) {
  tab.addEventListener("click", () => open(tab.dataset.status ?? "pending"));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const tabs = all("[data-status]");
    const next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
    next?.focus();
    next?.click();
  });
}

everything.addEventListener("change", () => {
  for (const clip of clips) {
    if (everything.checked) selected.add(clip.id);
    else selected.delete(clip.id);
  }
  showSelection();
});

one("[data-clear]", HTMLButtonElement).addEventListener("click", () => {
  selected.clear();
  showSelection();
});
one("[data-approve-all]", HTMLButtonElement).addEventListener("click", () => void settle("approve", [...selected]));
one("[data-reject-all]", HTMLButtonElement).addEventListener("click", openRejection);
one("[data-keep]", HTMLButtonElement).addEventListener("click", () => rejection.close());
one("[data-reason-choice]", HTMLSelectElement).addEventListener("change", (event) => {
  const isOwn = /** @type {HTMLSelectElement} */ (event.target).value === "";
  one("[data-own-reason]", HTMLElement).hidden = !isOwn;
  if (isOwn) one("[data-reason-text]", HTMLTextAreaElement).focus();
});
one("[data-rejection-form]", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const reason = one("[data-reason-choice]", HTMLSelectElement).value || one("[data-reason-text]", HTMLTextAreaElement).value.trim();
  one("[data-reason-fault]", HTMLElement).hidden = Boolean(reason);
  if (!reason) return;
  rejection.close();
  void settle("reject", [...selected], reason);
});

more.addEventListener("click", async () => {
  more.setAttribute("aria-busy", "true");
  const page = await readQueue(status, search.value.trim(), cursor).catch(() => null);
  more.removeAttribute("aria-busy");
  if (!page) {
    toast("The next clips did not load.", { tone: "bad" });
    return;
  }
  clips.push(...page.clips);
  cursor = page.nextCursor;
  showRows();
});

/** @type {number | undefined} */
let typing;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => void load(), 300);
});

open("pending");
// Takes come in and get ready while one looks; what is ticked stays ticked.
setInterval(() => {
  if (document.visibilityState === "visible" && !rejection.open && !side.contains(document.activeElement)) void refreshQuietly();
}, 5000);

async function refreshQuietly() {
  const mine = generation;
  const page = await readQueue(status, search.value.trim(), null).catch(() => null);
  if (!page || mine !== generation || isSettling) return;
  const before = JSON.stringify(clips.map((clip) => [clip.id, clip.processing]));
  if (before === JSON.stringify(page.clips.map((clip) => [clip.id, clip.processing]))) return;
  await load(true);
}
