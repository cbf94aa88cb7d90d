// The providers: whether each can be used, and which setting is missing.

import "./site.js";
import { h, maybe, setText } from "./core/dom.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";

/** @typedef {import("./api.js").ListedProvider} Provider */

/** @type {ReturnType<typeof pagedList<Provider, import("./api.js").ProviderList & {nextCursor?: null}>>} */
pagedList({
  path: "/api/admin/providers",
  noun: "providers",
  query: () => ({}),
  items: (page) => page.providers,
  key: ({ name }) => name,
  row,
  empty: () => ({ icon: "info", title: "No providers", text: "The database has no providers." }),
  shown: (page, providers) => {
    if (!page) return;
    const ready = providers.filter(({ isAutomatic, isAvailable }) => isAutomatic && isAvailable);
    setText(maybe("[data-summary]"), `${counted(ready.length, "provider", "providers")} can run models here. Keys are settings of the operator.`);
  },
});

/** @param {Provider} provider */
function row(provider) {
  const { name, displayName, apiKeyEnv, isAutomatic, isAvailable, unavailableReason, models } = provider;
  const state = !isAutomatic
    ? h("span", { class: "badge", "data-shape": "ring" }, "By hand")
    : isAvailable
      ? h("span", { class: "badge", "data-tone": "good" }, "Ready")
      : h("span", { class: "badge", "data-tone": "warn", "data-shape": "ring" }, "Not set up");
  return h("tr", { "data-provider": name },
    h("td", {}, h("b", {}, displayName), displayName !== name && h("p", { class: "quiet" }, name)),
    h("td", {}, state, !isAvailable && h("p", { class: "quiet" }, unavailableReason ?? "")),
    h("td", { "data-label": "Key" }, apiKeyEnv ? h("code", {}, apiKeyEnv) : h("span", { class: "quiet" }, "needs none")),
    h("td", { class: "r num", "data-label": "Active models" }, count(models)));
}
