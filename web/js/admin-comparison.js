// One comparison: how far each video is, retry, further models, and every change.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { followJobs } from "./admin/job-feed.js";
import { prepareChanges, read, Refusal, send } from "./core/api.js";
import { all, announce, h, icon, maybe, one, refill, setText } from "./core/dom.js";
import { enhance, faultText, whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").AdminComparison} Comparison
 * @typedef {import("./api.js").AdminComparedVideo} Video
 * @typedef {import("./api.js").ComparisonRerun} Rerun
 * @typedef {import("./api.js").ChangeComparisonInput} Changes
 */

const place = one("[data-comparison]", HTMLElement);
const id = location.pathname.split("/").pop() ?? "";
const path = `/api/comparisons/${id}`;

/** @type {Comparison | null} */
let shown = null;

async function load() {
  try {
    /** @type {Comparison} */
    const found = await read(`/api/admin/comparisons/${id}`);
    show(found);
  } catch (error) {
    if (shown && error instanceof Refusal && error.isOffline) return;
    const again = h("button", { class: "btn", type: "button" }, "Try again");
    again.addEventListener("click", () => void load());
    const isGone = error instanceof Refusal && error.status === 404;
    refill(place, h("div", { class: "empty" }, icon("warn", "lg"), h("h2", {}, isGone ? "There is no such comparison" : "The comparison did not load"),
      h("p", {}, isGone ? "It may have been deleted." : faultText(error)), isGone ? h("a", { class: "btn", href: "/admin/comparisons" }, "All comparisons") : again));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** @param {Comparison} found */
function show(found) {
  const before = shown;
  shown = found;
  setText(maybe("h1"), found.title);
  document.title = document.title.replace(/^.*( · )/, `${found.title}$1`);
  setText(maybe("[data-summary]"), `${count(found.completedVideos)} of ${counted(found.videos.length, "video", "videos")} done · ${counted(found.votes, "vote", "votes")} · ${found.type === "text-to-video" ? "text to video" : "image to video"}, ${found.durationSeconds} s`);
  if (!before) place.replaceChildren(h("section", { class: "stack", "aria-label": "Videos", "data-videos": true }), h("div", { class: "compared__side stack", "data-side": true }));
  const videos = one("[data-videos]", HTMLElement);
  const runs = (/** @type {Comparison | null} */ given) => JSON.stringify([given?.videos, given?.reruns]);
  if (runs(before) !== runs(found)) showVideos(videos, found);
  const facts = (/** @type {Comparison | null} */ given) => JSON.stringify({ ...given, videos: [], reruns: [], completedVideos: 0, votes: 0, updatedAt: "" });
  if (facts(before) !== facts(found)) {
    const side = one("[data-side]", HTMLElement);
    // What is being typed stays.
    if (!side.contains(document.activeElement)) side.replaceChildren(state(found), editor(found));
  }
}

/**
 * @param {HTMLElement} videos
 * @param {Comparison} found
 */
function showVideos(videos, found) {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.closest("[data-video]")?.getAttribute("data-video") : null;
  const add = h("button", { class: "btn", type: "button", "data-add-model": true }, "Add a model…");
  add.addEventListener("click", () => void askModel(found));
  videos.replaceChildren(h("blockquote", { class: "prompt" }, `“${found.prompt}”`), h("ul", { class: "compared__grid" }, ...found.videos.map((video) => cell(video, found.reruns.filter(({ model }) => model === video.model)))), h("div", { class: "row" }, add));
  if (focused) maybe(`[data-video="${focused}"] :is(button, a)`, videos)?.focus();
}

/**
 * @param {Video} video
 * @param {Rerun[]} reruns
 */
function cell(video, reruns) {
  const facts = [video.generationSeconds === null ? null : `${video.generationSeconds.toFixed(1)} s to make`, video.costUsd === null ? null : `$${video.costUsd}`,
    video.width === null ? null : `${video.width} × ${video.height}`, counted(video.votes, "vote", "votes")];
  const retry = video.status === "failed" && h("button", { class: "btn btn--sm", type: "button", "aria-label": `Retry ${video.modelName}` }, "Retry");
  if (retry) {
    retry.addEventListener("click", () => void whileBusy(retry, async () => {
      await send("POST", `/api/videos/${video.id}/retry`);
      announce(`${video.modelName} runs again.`);
      await load();
    }));
  }
  const next = reruns.find(({ isNext }) => isNext);
  const again = ["completed", "failed", "cancelled"].includes(video.status) && !next
    && h("button", { class: "btn btn--sm", type: "button", "aria-label": `Make the video of ${video.modelName} again` }, "Make again…");
  if (again) again.addEventListener("click", () => askAgain(video));
  return h("li", { class: "panel stack stack--tight", "data-video": video.id, "data-state": video.status },
    h("div", { class: "compared__media" }, media(video)),
    h("div", { class: "row row--apart" }, h("div", {}, h("h2", {}, video.modelName), h("p", { class: "quiet" }, `${video.maker} · ${video.provider}`)), badge(video)),
    h("p", { class: "quiet num" }, video.status === "completed" ? facts.filter(Boolean).join(" · ") : `${counted(video.credits, "credit", "credits")} reserved`),
    video.error && h("p", { class: "note note--bad", "data-error": true }, icon("warn"), h("span", {}, video.error)),
    next && h("p", { class: "note", "data-next": next.id }, icon("loop"), h("span", {}, `A new video is being made: ${next.status === "processing" ? `${next.progress} %` : "waiting"}. It takes this one's place when it is finished.`)),
    (retry || again) && h("div", { class: "row" }, retry, again),
    olderRuns(reruns.filter(({ isNext }) => !isNext), video));
}

/**
 * @param {Rerun[]} runs
 * @param {Video} video
 */
function olderRuns(runs, video) {
  if (runs.length === 0) return false;
  return h("details", { class: "fold" }, h("summary", {}, counted(runs.length, "other run", "other runs")),
    h("ul", { class: "stack", "aria-label": `Other runs of ${video.modelName}` }, ...runs.map((run) => h("li", { class: "stack stack--tight", "data-rerun": run.id },
      run.status === "completed" && h("div", { class: "compared__media" }, media(run)),
      h("p", { class: "quiet num" }, run.status === "completed" ? `${counted(run.votes, "vote", "votes")} while it was shown` : run.error ?? "Cancelled")))));
}

/** @param {Video} video */
function askAgain(video) {
  const votes = video.votes > 0 ? ` Its ${counted(video.votes, "vote", "votes")} will not count for the new one.` : "";
  askFor({
    title: `Make the video of ${video.modelName} again`,
    text: `The model gets the same prompt with a new seed. What it costs is reserved at once. The video of now is shown until the new one is finished, and is kept.${votes}`,
    confirm: "Make again", tone: "primary", fields: [],
    run: async () => {
      show(await send("POST", `${path}/reruns`, { videos: [video.id] }));
      toast(`${video.modelName} is at work`);
    },
  });
}

/** @param {Video} video */
function media(video) {
  if (video.status === "completed" && video.smallUrl) {
    return h("video", { src: video.smallUrl, poster: video.posterUrl, controls: true, muted: true, loop: true, playsinline: true, preload: "none", "aria-label": `Result of ${video.modelName}` });
  }
  if (video.status === "processing" || video.status === "uncertain") return h("progress", { value: video.progress, max: 100, "aria-label": `${video.modelName}: ${video.progress} %` });
  if (video.status === "queued") return h("progress", { "aria-label": `${video.modelName} waits` });
  return icon("film", "lg");
}

/** @param {Video} video */
function badge(video) {
  const [text, tone, shape] = /** @type {Record<string, [string, string | null, string | null]>} */ ({
    queued: [video.queuePosition ? `Waiting, ${video.queuePosition} before it` : "Waiting", "warn", "ring"], processing: [`${video.progress} %`, "info", null], uncertain: ["Not confirmed", "warn", "ring"],
    completed: ["Done", "good", "square"], failed: ["Failed", "bad", "square"], cancelled: ["Cancelled", null, "square"],
  })[video.status] ?? [video.status, null, null];
  return h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, text);
}

/** @param {Comparison} found */
function state(found) {
  /**
   * @param {string} text
   * @param {Changes} changes
   * @param {string} done
   * @param {string} [look]
   */
  const act = (text, changes, done, look = "") => {
    const button = h("button", { class: `btn ${look}`.trim(), type: "button" }, text);
    button.addEventListener("click", () => void whileBusy(button, async () => {
      button.blur();
      show(await send("PATCH", path, changes));
      announce(done);
      toast(done);
    }));
    return button;
  };
  const remove = h("button", { class: "btn btn--danger", type: "button" }, "Delete…");
  remove.addEventListener("click", () => askFor({
    title: "Delete the comparison",
    text: `${counted(found.videos.length, "video", "videos")} with their files and ${counted(found.votes, "vote", "votes")} go too. This cannot be undone.`,
    confirm: "Delete", tone: "danger-solid", fields: [],
    run: async () => {
      await send("DELETE", path);
      location.assign("/admin/comparisons");
    },
  }));
  const badges = [found.archivedAt ? "Archived" : found.isPublic ? "Public" : "Private", ...(found.isFeatured ? ["Featured"] : [])];
  return h("section", { class: "panel stack stack--tight", "aria-labelledby": "state" }, h("h2", { id: "state" }, badges.join(", ")),
    found.isPublic && !found.archivedAt && h("a", { class: "link", href: `/comparisons/${found.slug}` }, "See the public page"),
    h("div", { class: "row" },
      found.isPublic ? act("Unpublish", { isPublic: false }, "No longer public") : act("Publish", { isPublic: true }, "Published", "btn--primary"),
      found.isFeatured ? act("Unfeature", { isFeatured: false }, "No longer featured") : act("Feature", { isFeatured: true }, "Featured"),
      found.archivedAt ? act("Restore", { isArchived: false }, "Restored") : act("Archive", { isArchived: true }, "Archived"), remove));
}

/** @param {Comparison} found */
function editor(found) {
  /**
   * @param {string} name
   * @param {string} label
   * @param {HTMLElement} control
   */
  const field = (name, label, control) => h("div", { class: "field" }, h("label", { for: name }, label), control, h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }));
  const about = h("textarea", { class: "input", id: "description", name: "description", maxlength: 2000, rows: 3, "aria-describedby": "description-fault" });
  about.value = found.description;
  const form = h("form", { class: "panel stack stack--tight" }, h("h2", {}, "Texts and tags"),
    field("title", "Title", h("input", { class: "input", id: "title", name: "title", required: true, maxlength: 120, value: found.title, "data-wants": "Give the comparison a title.", "aria-describedby": "title-fault" })),
    field("description", "Description", about),
    field("tags", "Tags, separated by commas", h("input", { class: "input", id: "tags", name: "tags", maxlength: 500, value: found.tags.map(({ name }) => name).join(", "), "aria-describedby": "tags-fault" })),
    h("button", { class: "btn", type: "submit" }, "Save"));
  enhance(form, {
    send: async (values) => {
      /** @type {Changes} */
      const changes = { title: values.title ?? "", description: values.description ?? "", tags: (values.tags ?? "").split(",").map((tag) => tag.trim()).filter(Boolean) };
      return /** @type {Promise<Comparison>} */ (send("PATCH", path, changes));
    },
    done: (changed) => {
      show(changed);
      toast("Saved");
    },
    nothing: "Nothing was changed.",
  });
  return form;
}

/** @param {Comparison} found */
async function askModel(found) {
  /** @type {import("./api.js").ModelList} */
  const { models } = await read("/api/models");
  const free = models.filter(({ slug, capabilities }) => !found.videos.some(({ model }) => model === slug) && capabilities.includes(found.type));
  askFor({
    title: "Add a model", text: free.length > 0 ? "It gets the same prompt, length and seed. What it costs is reserved at once." : "Every model that fits has a video already.",
    confirm: "Add the model", tone: "primary",
    fields: free.length === 0 ? [] : [h("div", { class: "field" }, h("label", { for: "models" }, "Model"),
      h("select", { class: "input", id: "models", name: "models", "aria-describedby": "models-fault" }, ...free.map(({ slug, name }) => h("option", { value: slug }, name))),
      h("p", { class: "hint hint--bad", id: "models-fault", role: "alert", hidden: true }))],
    isReady: () => free.length > 0,
    run: async ({ models: chosen }) => {
      show(await send("POST", `${path}/models`, { models: [chosen ?? ""] }));
      toast("The model is at work");
    },
  });
}

followJobs({
  renew: () => void load(),
  counts: () => undefined,
  light: (look, text) => {
    one("[data-light]", HTMLElement).dataset.state = look;
    setText(maybe("[data-light-text]"), text);
  },
});
maybe("[data-bring-along]")?.setAttribute("href", `/admin/upload?comparison=${id}`);
void load();
prepareChanges();
for (const link of all(".admin__nav a")) if (link.getAttribute("href") === "/admin/comparisons") link.setAttribute("aria-current", "page");
