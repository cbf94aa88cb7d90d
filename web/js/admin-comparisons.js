// Every comparison: search, state, and changes of many at once.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { prepareChanges, send } from "./core/api.js";
import { all, announce, h, maybe, setText } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").ComparisonEntry} Entry
 * @typedef {import("./api.js").ComparisonList} List
 * @typedef {import("./api.js").ChangeComparisonsInput} Change
 * @typedef {Change["action"]} Action
 */

/** @type {ReturnType<typeof pagedList<Entry, List>>} */
const list = pagedList({
  path: "/api/admin/comparisons",
  noun: "comparisons",
  query: (filters, tab) => ({ q: filters.get("search"), type: filters.get("type"), visibility: tab === "all" ? null : tab }),
  items: (page) => page.comparisons,
  key: ({ id }) => id,
  row,
  empty: (filters, tab) => filters.get("search") || filters.get("type") || tab !== "all"
    ? { icon: "film", title: "No match", text: "No comparison is like that." }
    : { icon: "film", title: "No comparisons yet", text: "Make the first one: one prompt, a video from each model." },
  shown: (page) => {
    if (page) setText(maybe("[data-summary]"), page.hasMoreThanFound ? `More than ${count(page.found)} comparisons.` : `${counted(page.found, "comparison", "comparisons")}.`);
  },
  selected: (entries) => {
    for (const button of all("[data-bulk-act]")) button.hidden = !entries.some(fits[/** @type {Action} */ (button.dataset.bulkAct)] ?? (() => true));
  },
  isIdle: () => true,
});

/**
 * Which comparisons an action changes.
 * @type {Partial<Record<Action, (entry: Entry) => boolean>>}
 */
const fits = {
  publish: (entry) => !entry.isPublic, unpublish: (entry) => entry.isPublic, feature: (entry) => !entry.isFeatured,
  unfeature: (entry) => entry.isFeatured, rotate: (entry) => !entry.isRotating, unrotate: (entry) => entry.isRotating, archive: (entry) => !entry.archivedAt, restore: (entry) => Boolean(entry.archivedAt),
};

/** @param {Entry} entry */
function row(entry) {
  const still = entry.thumbnailUrl ? h("img", { src: entry.thumbnailUrl, alt: "", width: 96, height: 54, loading: "lazy" }) : h("div", { class: "still still--wide" });
  const failed = entry.failedVideos > 0 ? h("p", { class: "quiet" }, `${count(entry.failedVideos)} failed`) : null;
  return h("tr", { "data-entry": entry.id },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Select ${entry.title}`, "data-tick": entry.id })),
    h("td", {}, still),
    h("td", {}, h("a", { class: "link", href: `/admin/comparisons/${entry.id}` }, h("b", {}, entry.title)), h("p", { class: "quiet clip-text" }, entry.prompt)),
    h("td", {}, stateOf(entry), entry.isFeatured && h("span", { class: "badge", "data-tone": "accent" }, "Featured"),
      entry.isRotating && h("span", { class: "badge", "data-shape": "ring" }, "Takes turns")),
    h("td", { class: "r num", "data-label": "Videos" }, `${count(entry.completedVideos)} of ${count(entry.videos)}`, failed),
    h("td", { class: "r num", "data-label": "Votes" }, count(entry.votes)),
    h("td", { class: "r num", "data-label": "Made" }, h("time", { datetime: entry.createdAt }, entry.createdAt.slice(0, 10))));
}

/** @param {Entry} entry */
function stateOf(entry) {
  if (entry.archivedAt) return h("span", { class: "badge", "data-shape": "square" }, "Archived");
  return entry.isPublic ? h("span", { class: "badge", "data-tone": "good", "data-shape": "square" }, "Public") : h("span", { class: "badge", "data-shape": "ring" }, "Private");
}

const done = /** @type {Record<Action, string>} */ ({
  publish: "published", unpublish: "no longer public", feature: "featured", unfeature: "no longer featured", rotate: "taking turns at being featured", unrotate: "no longer taking turns", archive: "archived", restore: "restored", delete: "deleted",
});

/**
 * @param {Action} action
 * @param {Entry[]} entries
 */
async function change(action, entries) {
  /** @type {Change} */
  const input = { ids: entries.map(({ id }) => id), action };
  /** @type {import("./api.js").ComparisonsChanged} */
  const { ids } = await send("POST", "/api/admin/comparisons/bulk", input);
  list.clearSelection();
  const text = `${counted(ids.length, "comparison", "comparisons")} ${done[action]}`;
  announce(text);
  toast(text);
  await list.renew();
}

for (const button of all("[data-bulk-act]")) {
  button.addEventListener("click", () => {
    const action = /** @type {Action} */ (button.dataset.bulkAct);
    const entries = list.selectedItems();
    if (action !== "delete") {
      void whileBusy(button, () => change(action, entries));
      return;
    }
    const votes = entries.reduce((sum, entry) => sum + entry.votes, 0);
    const videos = entries.reduce((sum, entry) => sum + entry.videos, 0);
    askFor({
      title: `Delete ${counted(entries.length, "comparison", "comparisons")}`,
      text: `${counted(videos, "video", "videos")} with their files and ${counted(votes, "vote", "votes")} go too. This cannot be undone.`,
      confirm: "Delete", tone: "danger-solid", fields: [], run: () => change("delete", entries),
    });
  });
}

prepareChanges();
