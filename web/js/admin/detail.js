// The selected clip beside the table: its video, its near-duplicate, the decision.

import { h, icon } from "../core/dom.js";
import { serverNow } from "../core/api.js";
import { counted, waiting } from "../core/format.js";

/** @typedef {import("../api.js").QueuedClip} QueuedClip */

/** The usual reasons for a rejection. */
export const reasons = ["Copy of another clip", "Not suitable for everyone", "The rights are unclear", "Does not fit this film"];

/**
 * @param {QueuedClip} clip
 * @param {{onApprove: () => void, onReject: (reason: string) => void}} decisions
 */
export function detail(clip, decisions) {
  const twin = clip.nearDuplicates[0];
  return h("div", { class: "panel stack" },
    h("h2", {}, clip.title),
    state(clip),
    twin && h("div", { class: "note note--warn" }, icon("warn"), h("p", {}, h("strong", {}, `${twin.similarity} % identical to another clip.`), " Compare both before you decide.")),
    pictures(clip),
    clip.description && h("p", { class: "muted" }, clip.description),
    h("p", { class: "quiet" }, [clip.genre, clip.aiGenerated ? "AI-generated" : "Camera", clip.durationSeconds && `${clip.durationSeconds.toFixed(1)} s`].filter(Boolean).join(" · ")),
    clip.status === "pending" || clip.status === "active" ? decision(clip, decisions) : null);
}

/** @param {QueuedClip} clip */
function state(clip) {
  if (clip.processing === "processing") {
    return h("div", { class: "note" }, icon("info"), h("p", {}, h("strong", {}, "Still processing."), " You can approve it when its video is ready."));
  }
  if (clip.processing === "failed") {
    return h("div", { class: "note note--bad" }, icon("warn"), h("p", {}, h("strong", {}, "The file cannot be used."), ` ${clip.processingError ?? ""}`));
  }
  if (clip.rejectionReason) return h("div", { class: "note note--bad" }, icon("close"), h("p", {}, h("strong", {}, "Rejected."), ` ${clip.rejectionReason}`));
  return null;
}

/** @param {QueuedClip} clip */
function pictures(clip) {
  const age = waiting(serverNow() - Date.parse(clip.createdAt));
  const twin = clip.nearDuplicates[0];
  const own = figure(clip, "This one", `${clip.username ?? "no name"}, ${age === "just now" ? age : `${age} ago`}`);
  if (!twin) return h("div", { class: "alone" }, own);
  const place = twin.slot ? `slot ${twin.slot}, ${counted(twin.voteCount, "vote", "votes")}` : twin.status;
  return h("div", { class: "twin" }, own, figure(twin.clip, twin.clip.title, `${twin.clip.username ?? "no name"}, ${place}`));
}

/**
 * @param {import("../api.js").ClipCard} card
 * @param {string} name
 * @param {string} facts
 */
function figure(card, name, facts) {
  const picture = card.videoUrl
    ? h("video", { src: card.videoUrl, poster: card.posterUrl, width: 540, height: 960, controls: true, playsinline: true, preload: "none", "aria-label": card.title })
    : h("div", { class: "still" });
  if (picture instanceof HTMLVideoElement) {
    picture.muted = true;
    picture.loop = true;
  }
  return h("figure", {}, picture, h("figcaption", {}, h("b", {}, name), h("br"), h("span", { class: "quiet" }, facts)));
}

/**
 * @param {QueuedClip} clip
 * @param {{onApprove: () => void, onReject: (reason: string) => void}} decisions
 */
function decision(clip, decisions) {
  const choice = h("select", { class: "input", id: "why" }, ...reasons.map((reason) => h("option", {}, reason)), h("option", { value: "" }, "Another reason…"));
  const own = h("textarea", { class: "input", id: "why-text", maxlength: 500, rows: 2, "aria-label": "Your reason" });
  own.hidden = true;
  choice.addEventListener("change", () => {
    own.hidden = choice.value !== "";
    if (!own.hidden) own.focus();
  });
  const reject = h("button", { class: "btn btn--danger grow", type: "button" }, clip.status === "active" ? "Take down" : "Reject");
  reject.addEventListener("click", () => {
    const reason = choice.value || own.value.trim();
    if (!reason) {
      own.setAttribute("aria-invalid", "true");
      own.focus();
      return;
    }
    decisions.onReject(reason);
  });
  const approve = h("button", { class: "btn grow", type: "button", disabled: clip.processing !== "ready" }, "Approve");
  approve.addEventListener("click", decisions.onApprove);
  return h("div", { class: "stack" },
    h("div", { class: "field" }, h("label", { for: "why" }, "Reason the creator will read"), choice, own),
    h("div", { class: "row" }, reject, clip.status === "pending" && approve));
}
