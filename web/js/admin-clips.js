// Moderation: the queue by status, decisions one by one or many at once.

import "./site.js";
import { askForCorrection } from "./admin/clip-form.js";
import { askFor } from "./admin/confirmation.js";
import { decideOn, isSending, undoLast } from "./admin/decisions.js";
import { Detail } from "./admin/detail.js";
import { copy, reasonChoice, reasonOf } from "./admin/reasons.js";
import { prepareChanges, serverNow } from "./core/api.js";
import { askForCaptions } from "./core/captions.js";
import { all, h, maybe, one, setText } from "./core/dom.js";
import { counted, waiting } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").QueuedClip} QueuedClip */

/** @typedef {import("./admin/decisions.js").Action} Action */

const detail = new Detail(one("[data-detail]", HTMLElement), {
  onApprove: (clip) => approve(clip),
  onReject: (clip, reason) => settle("reject", [clip], reason),
  onCaptions: (clip) => void askForCaptions(clip, () => {
    toast("The captions are saved");
    void list.renew();
  }),
  onEdit: (clip) => askForCorrection(clip, () => {
    toast("The clip is corrected");
    void list.renew();
  }),
});

const words = /** @type {Record<string, {title: string, none: string}>} */ ({
  pending: { title: "Pending clips", none: "No clip is waiting for a decision. New ones appear here as they come in." },
  active: { title: "Active clips", none: "No clip is competing at the moment. Approve one to open a round." },
  rejected: { title: "Rejected clips", none: "No clip has been rejected." },
  locked: { title: "Clips in the film", none: "No clip has won yet." },
});

/** @type {ReturnType<typeof pagedList<QueuedClip, import("./api.js").ClipQueue>>} */
const list = pagedList({
  path: "/api/admin/clips",
  noun: "clips",
  query: (filters, status) => ({ status, search: filters.get("search"), genre: filters.get("genre") }),
  items: (page) => page.clips,
  key: (clip) => clip.id,
  row,
  empty: (filters, status) => filters.get("search") || filters.get("genre")
    ? { icon: "info", title: "No match", text: filters.get("search") ? `No clip here matches “${filters.get("search")}”.` : "No clip here has this genre." }
    : { icon: "check", title: "All done", text: words[status]?.none ?? "" },
  shown: (page, clips) => {
    if (!page) {
      detail.show(null);
      return;
    }
    const status = new URLSearchParams(location.search).get("status") ?? "pending";
    for (const tab of all("[data-tab]")) setText(tab.querySelector("[data-count]"), String(page.counts[tab.dataset.tab ?? ""] ?? 0));
    const oldest = status === "pending" && clips[0] ? `, the oldest for ${waiting(serverNow() - Date.parse(clips[0].createdAt))}` : "";
    setText(maybe("[data-summary]"), `${page.counts.pending ?? 0} waiting${oldest}.`);
    setText(maybe("[data-caption]"), words[status]?.title ?? "Clips");
    setText(maybe("[data-when]"), status === "pending" ? "Waiting" : "Since");
  },
  isSelectable: (clip) => clip.status === "pending" || clip.status === "active",
  selected: (clips, status) => {
    const button = one("[data-approve-all]", HTMLButtonElement);
    setText(button, `Approve ${clips.length}`);
    button.hidden = status !== "pending";
  },
  choosesFirst: true,
  choose: (id) => detail.show(id ? list.find(id) : null),
  moved: () => detail.play(),
  isIdle: () => !isSending(),
  shortcuts: [
    { keys: ["a", "A"], shown: ["A"], label: "Approve", run: () => detail.approve() },
    { keys: ["r", "R"], shown: ["R"], label: "Choose a reason, then reject", run: () => detail.askReason() },
    { keys: ["u", "U"], shown: ["U"], label: "Undo the last decision", run: () => undoLast(listeners) },
    { keys: ["e", "E"], shown: ["E"], label: "Edit title, description and genre", run: () => detail.edit() },
    { keys: ["p", "P"], shown: ["P"], label: "Play or pause", run: () => detail.togglePlay() },
    { keys: ["m", "M"], shown: ["M"], label: "Sound on or off", run: () => detail.toggleSound() },
  ],
});

/** @param {QueuedClip} clip */
function row(clip) {
  const isOpen = clip.status === "pending" || clip.status === "active";
  const still = clip.thumbnailUrl ? h("img", { src: clip.thumbnailUrl, alt: "", width: 54, height: 96 }) : h("div", { class: "still" });
  const facts = [clip.durationSeconds && `${clip.durationSeconds.toFixed(1)} s`, clip.aiGenerated ? "AI" : "camera"].filter(Boolean).join(", ");
  const since = clip.status === "pending" || !clip.decidedAt ? clip.createdAt : clip.decidedAt;
  return h("tr", { "data-clip": clip.id },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Select ${clip.title}`, "data-tick": clip.id, disabled: !isOpen })), h("td", {}, still),
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": clip.id }, h("b", {}, clip.title)), h("br"), h("span", { class: "quiet" }, clip.username ?? "no name")),
    h("td", {}, clip.genre, h("br"), h("span", { class: "quiet num" }, facts)),
    h("td", {}, checks(clip)),
    h("td", { class: "r num" }, waiting(serverNow() - Date.parse(since))));
}

/** @param {QueuedClip} clip */
function checks(clip) {
  if (clip.processing === "processing") return h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, "Processing");
  if (clip.processing === "failed") return h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, "Unusable");
  if (clip.reports.length > 0) return h("span", { class: "badge", "data-tone": "bad" }, counted(clip.reports.length, "report", "reports"));
  const twin = clip.nearDuplicates[0];
  if (twin) return h("span", { class: "badge", "data-tone": "warn" }, `Near-duplicate, ${twin.similarity} %`);
  return h("span", { class: "quiet" }, "No findings");
}

/** The clip that an undo has brought back, to be chosen when the list has it. */
let broughtBack = /** @type {string | null} */ (null);

const listeners = {
  /** @param {boolean} isComplete */
  settled: async (isComplete) => {
    await (isComplete ? list.renew() : list.load());
    if (broughtBack && list.find(broughtBack)) {
      list.choose(broughtBack);
      list.focus();
    }
    broughtBack = null;
  },
  /** @param {string} id */
  undone: (id) => {
    broughtBack = id;
  },
};

/** @param {QueuedClip} clip */
function approve(clip) {
  if (clip.processing === "ready") settle("approve", [clip]);
  else toast(`“${clip.title}” cannot be approved: ${clip.processing === "failed" ? "its file cannot be used" : "its file is not ready yet"}.`, { tone: "bad" });
}

/**
 * Decides, and goes on to the next clip at once. The list brings back what the server refuses.
 * @param {Action} action
 * @param {QueuedClip[]} clips
 * @param {string} [reason]
 */
function settle(action, clips, reason) {
  list.remove(clips.map(({ id }) => id));
  list.focus();
  decideOn(action, clips, reason, listeners);
}

one("[data-approve-all]", HTMLButtonElement).addEventListener("click", () => settle("approve", list.selectedItems()));
one("[data-reject-all]", HTMLButtonElement).addEventListener("click", () => {
  const clips = list.selectedItems();
  const reasons = reasonChoice("why-all", "Reason the creators will read", {
    preset: clips.every((clip) => clip.nearDuplicates.length > 0) ? copy : null,
    send: () => reasons.choice.form?.requestSubmit(),
  });
  askFor({
    title: `Reject ${counted(clips.length, "clip", "clips")}`, text: "", confirm: "Reject", tone: "danger-solid", fields: reasons.fields, isReady: reasons.isChosen,
    run: async (values) => settle("reject", clips, reasonOf(values, "why-all")),
  });
});

prepareChanges();
