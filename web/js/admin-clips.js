// Moderation: the queue by status, decisions one by one or many at once.

import { detail, reasons } from "./admin/detail.js";
import { askFor, reasonField } from "./admin/confirmation.js";
import { decide, outcomeText } from "./admin/queue.js";
import { prepareChanges, serverNow } from "./core/api.js";
import { all, announce, h, maybe, one, setText } from "./core/dom.js";
import { faultText } from "./core/form.js";
import { counted, waiting } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").QueuedClip} QueuedClip */

const side = one("[data-detail]", HTMLElement);

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
  query: (filters, status) => ({ status, search: filters.get("search") }),
  items: (page) => page.clips,
  key: (clip) => clip.id,
  row,
  empty: (filters, status) => filters.get("search")
    ? { icon: "info", title: "No match", text: `No clip here matches “${filters.get("search")}”.` }
    : { icon: "check", title: "All done", text: words[status]?.none ?? "" },
  shown: (page, clips) => {
    if (!page) {
      side.replaceChildren();
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
    const approve = one("[data-approve-all]", HTMLButtonElement);
    setText(approve, `Approve ${clips.length}`);
    approve.hidden = status !== "pending";
  },
  choosesFirst: true,
  choose: showDetail,
  isIdle: () => !isDeciding,
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
  const twin = clip.nearDuplicates[0];
  if (twin) return h("span", { class: "badge", "data-tone": "warn" }, `Near-duplicate, ${twin.similarity} %`);
  return h("span", { class: "quiet" }, "No findings");
}

/** @param {string | null} id */
function showDetail(id) {
  const clip = id && list.find(id);
  if (!clip) {
    side.replaceChildren();
    return;
  }
  side.replaceChildren(detail(clip, {
    onApprove: () => void settle("approve", [clip.id]),
    onReject: (reason) => void settle("reject", [clip.id], reason),
  }));
}

let isDeciding = false;

/**
 * Decides, and reloads the queue.
 * @param {"approve" | "reject"} action
 * @param {string[]} ids
 * @param {string} [reason]
 */
async function decideOn(action, ids, reason) {
  const answer = await decide(action, ids, reason);
  const word = action === "approve" ? "approved" : "rejected";
  const slot = answer.results.find((result) => result.success && result.slot)?.slot;
  if (answer.done > 0) {
    const place = action === "approve" ? (slot ? ` for slot ${slot}` : " for the next season") : "";
    toast(`${counted(answer.done, "clip", "clips")} ${word}${place}`);
    announce(`${counted(answer.done, "clip", "clips")} ${word}`);
  }
  for (const result of answer.results.filter((one) => !one.success)) {
    toast(`${list.find(result.clipId)?.title ?? "A clip"} was not ${word}: ${outcomeText(result.outcome)}.`, { tone: "bad" });
  }
  await list.load();
}

/**
 * The same, with a toast that offers another try when it fails.
 * @param {"approve" | "reject"} action
 * @param {string[]} ids
 * @param {string} [reason]
 */
async function settle(action, ids, reason) {
  if (isDeciding) return;
  isDeciding = true;
  try {
    await decideOn(action, ids, reason);
  } catch (error) {
    toast(faultText(error), { tone: "bad", action: { label: "Try again", run: () => void settle(action, ids, reason) } });
  } finally {
    isDeciding = false;
  }
}

const selectedIDs = () => list.selectedItems().map((clip) => clip.id);

one("[data-approve-all]", HTMLButtonElement).addEventListener("click", () => void settle("approve", selectedIDs()));
one("[data-reject-all]", HTMLButtonElement).addEventListener("click", () => {
  const ids = selectedIDs();
  const choice = h("select", { class: "input", id: "reason-choice", name: "choice" }, ...reasons.map((reason) => h("option", {}, reason)), h("option", { value: "" }, "Another reason…"));
  const own = reasonField("Your reason", "Say why, so that the creator can do better.");
  const text = one("textarea", HTMLTextAreaElement, own);
  const show = () => {
    own.hidden = choice.value !== "";
    text.disabled = own.hidden;
  };
  choice.addEventListener("change", () => {
    show();
    if (!own.hidden) text.focus();
  });
  show();
  askFor({
    title: `Reject ${counted(ids.length, "clip", "clips")}`, text: "", confirm: "Reject", tone: "danger-solid",
    fields: [h("div", { class: "field" }, h("label", { for: "reason-choice" }, "Reason the creators will read"), choice), own],
    run: (values) => decideOn("reject", ids, values.choice || values.reason),
  });
});

prepareChanges();
