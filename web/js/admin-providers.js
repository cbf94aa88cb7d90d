// The providers: whether each can be used, how it is, and what it and members are allowed.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { limitField, numberOrNull } from "./admin/limit-field.js";
import { dollars } from "./admin/money.js";
import { badge, obstacle } from "./admin/provider-words.js";
import { capFields, capOf } from "./admin/spending.js";
import { moment } from "./admin/times.js";
import { workerPanel } from "./admin/worker-panel.js";
import { prepareChanges, read, send } from "./core/api.js";
import { announce, h, maybe, one, refill, setText } from "./core/dom.js";
import { faultText, whileBusy } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").ListedProvider} Provider */
/** @typedef {import("./api.js").CapList} Caps */

const side = one("[data-detail]", HTMLElement);
const capAll = one("[data-cap-all]", HTMLButtonElement);

/** @type {ReturnType<typeof pagedList<Provider, import("./api.js").ProviderList & {nextCursor?: null}>>} */
const list = pagedList({
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
    const stopped = ready.filter(({ breaker }) => breaker !== "closed");
    const paused = ready.filter(({ pausedAt }) => pausedAt);
    const faults = [
      stopped.length > 0 && `${count(stopped.length)} ${stopped.length === 1 ? "does" : "do"} not work at the moment`,
      paused.length > 0 && `${count(paused.length)} ${paused.length === 1 ? "is" : "are"} paused`,
    ].filter((words) => words !== false);
    setText(maybe("[data-summary]"), `${counted(ready.length, "provider", "providers")} can run models here${faults.length > 0 ? `, of which ${faults.join(" and ")}` : ""}. Keys are settings of the operator.`);
  },
  chosenName: "provider",
  choose: showDetail,
  isIdle: () => true,
});

/** @param {Provider} provider */
function calls({ calls: made, faults, slow }) {
  if (made === 0) return "none";
  const bad = [faults > 0 && `${count(faults)} failed`, slow > 0 && `${count(slow)} slow`].filter((words) => words !== false);
  return bad.length > 0 ? `${count(made)}, ${bad.join(", ")}` : count(made);
}

/** @param {Provider} provider */
function spent({ spentUsd, monthlyUsd }) {
  return monthlyUsd === null ? dollars(spentUsd) : `${dollars(spentUsd)} of ${dollars(monthlyUsd)}`;
}

/** @param {Provider} provider */
function row(provider) {
  const { name, displayName, isAvailable, unavailableReason, underWay, waiting, places, models } = provider;
  return h("tr", { "data-provider": name },
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": name }, h("b", {}, displayName)), displayName !== name && h("p", { class: "quiet" }, name)),
    h("td", {}, badge(provider), !isAvailable && h("p", { class: "quiet" }, unavailableReason ?? "")),
    h("td", { class: "r num", "data-label": "Calls, 5 min" }, calls(provider)),
    h("td", { class: "r num", "data-label": "Under way" }, `${count(underWay)} of ${count(places)}`, waiting > 0 && h("p", { class: "quiet" }, `${count(waiting)} waiting`)),
    h("td", { class: "r num", "data-label": "Spent this month" }, spent(provider)),
    h("td", { class: "r num", "data-label": "Active models" }, count(models)));
}

/** @param {Provider} provider */
function state(provider) {
  return obstacle(provider) ?? (provider.changedAt ? h("p", { class: "quiet" }, "It works since ", moment(provider.changedAt), ".") : false);
}

/**
 * @param {string} name
 * @param {string | Node} value
 */
function fact(name, value) {
  return [h("dt", {}, name), h("dd", { class: "num" }, value)];
}

/**
 * Kept while it is shown, so that a token that was just made stays.
 * @type {HTMLElement | null}
 */
let workers = null;

/** @param {string | null} key */
function showDetail(key) {
  const provider = key ? list.find(key) : null;
  if (!provider) {
    side.replaceChildren();
    return;
  }
  const { name, displayName, apiKeyEnv, isAutomatic, breaker, restingUntil, pausedAt, meanMs, longestMs, underWay, waiting, uncertain, places, submittedLastMinute, submissionsPerMinute } = provider;
  const resume = h("button", { class: "btn btn--primary", type: "button", "data-resume": "" }, "Send requests again");
  resume.addEventListener("click", () => void whileBusy(resume, async () => {
    await send("POST", `/api/admin/providers/${encodeURIComponent(name)}/resume`);
    await tell(`${displayName} gets requests again.`);
  }));
  const limits = h("button", { class: "btn", type: "button", "data-limits": "" }, "Change its limits…");
  limits.addEventListener("click", () => askForLimits(provider));
  workers = name === "worker" ? workers ?? workerPanel(() => void list.load()) : null;
  refill(side, h("div", { class: "panel stack", "data-chosen-provider": name },
    h("div", {}, h("h2", { tabindex: -1 }, displayName), h("p", {}, badge(provider))),
    state(provider),
    h("dl", { class: "facts" },
      ...fact("Key", apiKeyEnv ? h("code", {}, apiKeyEnv) : "needs none"),
      ...fact("Calls, 5 min", calls(provider)),
      ...fact("A call takes", meanMs === null ? "no calls" : `${count(meanMs)} ms, ${count(longestMs ?? 0)} ms at most`),
      ...fact("Under way", `${count(underWay)} of ${counted(places, "place", "places")}`),
      ...fact("Waiting", count(waiting)),
      ...fact("Unconfirmed", count(uncertain)),
      ...fact("Sent, 1 min", submissionsPerMinute === null ? `${count(submittedLastMinute)}, no limit` : `${count(submittedLastMinute)} of ${count(submissionsPerMinute)}`),
      ...fact("This month", spent(provider))),
    h("div", { class: "row" }, (breaker !== "closed" || restingUntil) && !pausedAt && resume, isAutomatic && limits,
      isAutomatic && h("a", { class: "link", href: "/admin/jobs" }, pausedAt ? "Resume it among the jobs" : "Pause it among the jobs")),
    workers));
}

/** @param {Provider} provider */
function askForLimits({ name, displayName, monthlyUsd, concurrency, submissionsPerMinute }) {
  askFor({
    title: `Change the limits of ${displayName}`, confirm: "Change", tone: "primary",
    text: "Over the cap nothing is sent. Runs that were sent are finished.",
    fields: [
      limitField("monthlyUsd", "Dollars a month", monthlyUsd, { hint: "Empty for no cap.", wants: "Enter an amount such as 25 or 0.50.", rules: { inputmode: "decimal", pattern: "[0-9]{1,8}([.][0-9]{1,4})?" } }),
      limitField("concurrency", "Requests at once", concurrency, { hint: "Empty for the setting PROVIDER_CONCURRENCY.", wants: "Enter a whole number from 1 to 1,000.", rules: { type: "number", min: 1, max: 1000 } }),
      limitField("submissionsPerMinute", "Requests a minute", submissionsPerMinute, { hint: "Empty for no limit.", wants: "Enter a whole number from 1 to 100,000.", rules: { type: "number", min: 1, max: 100000 } }),
    ],
    run: async (values) => {
      await send("PATCH", "/api/admin/caps", {
        provider: name, monthlyUsd: values.monthlyUsd?.trim() || null, concurrency: numberOrNull(values.concurrency),
        submissionsPerMinute: numberOrNull(values.submissionsPerMinute),
      });
      await tell(`The limits of ${displayName} are changed.`);
    },
  });
}

/** @param {string} text */
async function tell(text) {
  announce(text);
  toast(text);
  await list.load();
  showDetail(new URLSearchParams(location.search).get("provider"));
}

// -- Members' caps

/** @type {Caps | null} */
let caps = null;

/**
 * @param {number | null} credits
 * @param {number | null} seconds
 */
function capWords(credits, seconds) {
  const parts = [credits !== null && counted(credits, "credit", "credits"), seconds !== null && counted(seconds, "second", "seconds")].filter((words) => words !== false);
  return parts.length > 0 ? `${parts.join(" and ")} a month` : "no cap beside credits and seconds of the settings";
}

async function showCaps() {
  const place = one("[data-caps]", HTMLElement);
  try {
    const found = /** @type {Caps} */ (await read("/api/admin/caps"));
    caps = found;
    capAll.disabled = false;
    const single = found.members.map((cap) => `${cap.username ?? "a member"}: ${capWords(cap.monthlyCredits, cap.monthlySeconds)}`);
    setText(place, `All: ${[capWords(found.monthlyCredits, found.monthlySeconds), ...single].join("; ")}.`);
  } catch (error) {
    setText(place, faultText(error));
  }
}

capAll.addEventListener("click", () => askFor({
  title: "Change the cap of all members", confirm: "Change", tone: "primary",
  text: "It counts for members without a cap of their own. What they have spent this month counts.",
  fields: capFields(caps?.monthlyCredits ?? null, caps?.monthlySeconds ?? null),
  run: async (values) => {
    await send("PATCH", "/api/admin/caps", capOf(values));
    announce("The cap of all members is changed.");
    toast("The cap of all members is changed.");
    await showCaps();
  },
}));

void showCaps();
prepareChanges();
