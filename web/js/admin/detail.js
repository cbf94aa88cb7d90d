// The selected clip beside the table: its video, its near-duplicate, the decision.

import { focusHeading, h, icon, isShown, refill } from "../core/dom.js";
import { serverNow } from "../core/api.js";
import { counted, waiting } from "../core/format.js";
import { savesData } from "../core/network.js";
import { isStill, onStillChange, preference } from "../core/preferences.js";
import { copy, reasonChoice } from "./reasons.js";

/** @typedef {import("../api.js").QueuedClip} QueuedClip */
/** @typedef {import("../core/shortcuts.js").Shortcut} Shortcut */

/**
 * @typedef {object} Decisions
 * @property {(clip: QueuedClip) => void} onApprove
 * @property {(clip: QueuedClip, reason: string) => void} onReject
 * @property {(clip: QueuedClip) => void} onCaptions
 * @property {(clip: QueuedClip) => void} onEdit
 */

/** The panel of the clip that is chosen in the list. */
export class Detail {
  #side;
  #decisions;
  /** What is shown, so that news of the list that change nothing here leave the video and what was typed alone. */
  #shown = "";
  /** @type {QueuedClip | null} */
  #clip = null;
  /** @type {import("./reasons.js").ReasonChoice | null} */
  #reasons = null;

  /**
   * @param {HTMLElement} side
   * @param {Decisions} decisions
   */
  constructor(side, decisions) {
    this.#side = side;
    this.#decisions = decisions;
    onStillChange(() => this.play());
  }

  /** @param {QueuedClip | null} clip */
  show(clip) {
    const seen = clip && JSON.stringify([
      clip.id, clip.status, clip.title, clip.description, clip.genre, clip.videoUrl, clip.posterUrl, clip.processing, clip.processingError,
      clip.rejectionReason, clip.nearDuplicates.map((twin) => [twin.clip.id, twin.status]), clip.reports, clip.captionsUrl,
    ]);
    if (seen === this.#shown) return;
    this.#shown = seen ?? "";
    this.#clip = clip;
    this.#reasons = null;
    refill(this.#side, ...(clip ? [this.#panel(clip)] : []));
    this.play();
  }

  /** Plays what is seen, without sound, unless nothing may move by itself or data are saved. Otherwise a button plays it. */
  play() {
    const isSeen = isShown(this.#side);
    const mayPlay = isSeen && !isStill() && !savesData();
    for (const video of this.#videos) {
      if (isSeen) video.preload = savesData() ? "none" : isStill() ? "metadata" : "auto";
      if (mayPlay) video.play().catch(() => undefined);
      else video.pause();
    }
  }

  get #videos() {
    return [...this.#side.querySelectorAll("video")];
  }

  togglePlay() {
    const videos = this.#videos;
    const isPlaying = videos.some((video) => !video.paused);
    for (const video of videos) {
      if (isPlaying) video.pause();
      else video.play().catch(() => undefined);
    }
  }

  /** Only the clip itself is heard. */
  toggleSound() {
    const [video] = this.#videos;
    if (video) video.muted = !video.muted;
  }

  /** Nothing is decided on a clip that is not seen, as below a closed sheet. */
  approve() {
    const clip = this.#clip;
    if (clip?.status === "pending" && isShown(this.#side)) this.#decisions.onApprove(clip);
  }

  edit() {
    if (this.#clip && isShown(this.#side)) this.#decisions.onEdit(this.#clip);
  }

  /** Leads to the choice of a reason. */
  askReason() {
    this.#reasons?.choice.focus();
  }

  #reject() {
    const reason = this.#clip && this.#reasons?.reason();
    if (this.#clip && reason) this.#decisions.onReject(this.#clip, reason);
  }

  /** @param {QueuedClip} clip */
  #panel(clip) {
    const twin = clip.nearDuplicates[0];
    return h("div", { class: "panel stack", "data-chosen-clip": clip.id },
      h("h2", { tabindex: -1 }, clip.title),
      state(clip),
      twin && h("div", { class: "note note--warn" }, icon("warn"), h("p", {}, h("strong", {}, `${twin.similarity} % identical to another clip.`), " Compare both before you decide.")),
      reported(clip),
      pictures(clip),
      clip.description && h("p", { class: "muted quote" }, clip.description),
      h("p", { class: "quiet" }, [clip.genre, clip.aiGenerated ? "AI-generated" : "Camera", clip.durationSeconds && `${clip.durationSeconds.toFixed(1)} s`].filter(Boolean).join(" · ")),
      this.#corrections(clip),
      ...(clip.status === "pending" || clip.status === "active" ? this.#decision(clip) : []),
      keyHints());
  }

  /** @param {QueuedClip} clip */
  #corrections(clip) {
    /**
     * @param {string} text
     * @param {() => void} run
     */
    const button = (text, run) => {
      const made = h("button", { class: "btn btn--sm", type: "button" }, text);
      made.addEventListener("click", run);
      return made;
    };
    return h("p", { class: "row" }, button("Edit…", () => this.edit()),
      clip.status !== "rejected" && button(clip.captionsUrl ? "Captions…" : "Add captions…", () => this.#decisions.onCaptions(clip)));
  }

  /** @param {QueuedClip} clip */
  #decision(clip) {
    const reject = h("button", { class: "btn btn--danger grow", type: "button" }, clip.status === "active" ? "Take down" : "Reject");
    const reasons = reasonChoice("why", "Reason the creator will read", {
      preset: clip.nearDuplicates.length > 0 ? copy : null,
      changed: () => {
        reject.disabled = !reasons.isChosen();
      },
      send: () => this.#reject(),
      back: () => focusHeading(this.#side),
    });
    this.#reasons = reasons;
    reject.disabled = !reasons.isChosen();
    reject.addEventListener("click", () => this.#reject());
    const approve = h("button", { class: "btn grow", type: "button", disabled: clip.processing !== "ready" }, "Approve");
    approve.addEventListener("click", () => this.approve());
    return [h("div", { class: "stack" }, ...reasons.fields), h("div", { class: "row decision" }, reject, clip.status === "pending" && approve)];
  }
}

function keyHints() {
  const areOn = preference("shortcuts") !== "0";
  const hints = areOn ? [["A", "Approve"], ["R", "Reject"], ["J", "Next"], ["K", "Previous"], ["U", "Undo"]] : [];
  return h("p", { class: "mod__keys" }, ...[...hints, ["?", areOn ? "All keys" : "Turn keys on"]].flatMap(([key = "", text = ""]) => [h("kbd", {}, key), h("span", {}, text)]));
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

/**
 * What people have reported, and the way to decide on it.
 * @param {QueuedClip} clip
 */
function reported(clip) {
  const [first] = clip.reports;
  if (!first) return null;
  const words = { inappropriate: "inappropriate", spam: "spam", harassment: "harassment", copyright: "copyright", other: "other" };
  return h("div", { class: "note note--warn", "data-reports": true }, icon("warn"), h("div", { class: "stack stack--tight" },
    h("p", {}, h("strong", {}, `${counted(clip.reports.length, "report", "reports")} `), h("a", { class: "link", href: `/admin/reports?case=${first.caseId}` }, "Decide on them")),
    ...clip.reports.slice(0, 3).map((report) => h("p", { class: "quote" }, h("b", {}, words[report.reason]), report.description && `: ${report.description}`))));
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
export function figure(card, name, facts) {
  if (!card.videoUrl) return h("figure", {}, h("div", { class: "still" }), caption(name, facts));
  const video = h("video", { width: 540, height: 960, controls: true, playsinline: true, loop: true, preload: "none", poster: card.posterUrl, "aria-label": card.title, src: card.videoUrl },
    card.captionsUrl ? h("track", { kind: "captions", label: "Captions", src: card.captionsUrl }) : null);
  video.muted = true;
  const start = h("button", { class: "btn start", type: "button", "aria-label": `Play ${card.title}` }, icon("play"), "Play");
  start.addEventListener("click", () => void video.play().catch(() => undefined));
  // Where it plays by itself, the button would only flash.
  start.hidden = !isStill() && !savesData();
  video.addEventListener("play", () => {
    if (document.activeElement === start) video.focus();
    start.hidden = true;
  });
  return h("figure", {}, h("div", { class: "playing" }, video, start), caption(name, facts));
}

/**
 * @param {string} name
 * @param {string} facts
 */
function caption(name, facts) {
  return h("figcaption", {}, h("b", {}, name), h("br"), h("span", { class: "quiet" }, facts));
}
