// The versions of the terms of use: the list, the text of the selected one, and publishing another.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { date, moment } from "./admin/times.js";
import { prepareChanges, send, serverNow } from "./core/api.js";
import { announce, h, maybe, one, refill, setText } from "./core/dom.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").PublishedTerms} Terms */

const side = one("[data-detail]", HTMLElement);
const create = one("[data-new-version]", HTMLButtonElement);

/** @type {Terms[]} */
let versions = [];

/** @type {ReturnType<typeof pagedList<Terms, import("./api.js").TermsVersions & {nextCursor?: null}>>} */
const list = pagedList({
  path: "/api/admin/terms",
  noun: "versions",
  query: () => ({}),
  // The rows compare themselves with the one in force.
  items: (page) => (versions = page.versions),
  key: ({ version }) => String(version),
  row,
  empty: () => ({ icon: "info", title: "No terms", text: "Members can send in clips without accepting anything." }),
  shown: (page) => {
    if (!page) return;
    create.disabled = versions.some(({ final }) => !final);
    setText(maybe("[data-summary]"), summary());
  },
  chosenName: "version",
  choosesFirst: true,
  choose: showDetail,
});

const current = () => versions.find(({ final }) => final);

function summary() {
  const now = current();
  const next = versions.find(({ final }) => !final);
  return `${now ? `Version ${now.version} is in force, accepted by ${counted(now.acceptances, "member", "members")}.` : "No version is in force."}${next ? ` Version ${next.version} follows on ${next.effectiveAt.slice(0, 10)}.` : ""}`;
}

/** @param {Terms} terms */
function badge({ version, final }) {
  if (!final) return h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, "To come");
  if (version === current()?.version) return h("span", { class: "badge", "data-tone": "good" }, "In force");
  return h("span", { class: "badge", "data-shape": "ring" }, "Replaced");
}

/** @param {Terms} terms */
function row(terms) {
  const { version, summary: text, effectiveAt, acceptances } = terms;
  return h("tr", { "data-version": version },
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": version }, h("b", {}, `Version ${version}`))),
    h("td", {}, h("span", { class: "quiet" }, text.length > 100 ? `${text.slice(0, 100).trimEnd()}…` : text)),
    h("td", {}, badge(terms)),
    h("td", { class: "r num", "data-label": "From" }, date(effectiveAt)),
    h("td", { class: "r num", "data-label": "Accepted by" }, count(acceptances)));
}

/** @param {string | null} key */
function showDetail(key) {
  const terms = key ? list.find(key) : null;
  if (!terms) {
    side.replaceChildren();
    return;
  }
  const change = h("button", { class: "btn btn--sm", type: "button" }, "Change…");
  change.addEventListener("click", () => askForVersion(terms));
  const withdraw = h("button", { class: "btn btn--sm btn--danger", type: "button" }, "Withdraw…");
  withdraw.addEventListener("click", () => askFor({
    title: `Withdraw version ${terms.version}`, text: "It never comes into force. The current version stays.", confirm: "Withdraw", tone: "danger-solid", fields: [],
    run: async () => {
      await send("DELETE", "/api/admin/terms", { version: terms.version });
      await tell(`Version ${terms.version} is withdrawn.`);
    },
  }));
  refill(side, h("div", { class: "panel stack", "data-chosen-version": terms.version },
    h("h2", { tabindex: -1 }, `Version ${terms.version}`),
    h("p", {}, badge(terms), h("span", { class: "quiet" }, " from ", moment(terms.effectiveAt))),
    h("p", { class: "quote" }, h("strong", {}, "What is new. "), terms.summary),
    !terms.final && h("div", { class: "row" }, change, withdraw),
    h("div", { class: "quote terms-text", tabindex: 0, role: "region", "aria-label": `Text of version ${terms.version}` }, terms.text)));
}

/**
 * Asks for a new version, or for the changes of one that is not in force yet.
 * @param {Terms} [terms]
 */
function askForVersion(terms) {
  const from = terms ?? current();
  const summaryField = h("div", { class: "field" }, h("label", { for: "summary" }, "What is new"),
    h("textarea", { class: "input", id: "summary", name: "summary", rows: 3, maxlength: 2000, required: true, "data-wants": "Say what is new.", "aria-describedby": "summary-hint summary-fault" }, terms?.summary ?? ""),
    h("p", { class: "hint", id: "summary-hint" }, "Members read this before they accept."),
    h("p", { class: "hint hint--bad", id: "summary-fault", role: "alert", hidden: true }));
  const textField = h("div", { class: "field" }, h("label", { for: "text" }, "Text"),
    h("textarea", { class: "input", id: "text", name: "text", rows: 10, maxlength: 60000, required: true, "data-wants": "Enter the text.", "aria-describedby": "text-hint text-fault" }, from?.text ?? ""),
    h("p", { class: "hint", id: "text-hint" }, "A line that begins with “## ” is a heading, with “- ” an item. {minimumAge} is the setting."),
    h("p", { class: "hint hint--bad", id: "text-fault", role: "alert", hidden: true }));
  const dateField = h("div", { class: "field" }, h("label", { for: "effectiveAt" }, "In force from (UTC, empty: at once)"),
    h("input", { class: "input", id: "effectiveAt", name: "effectiveAt", type: "datetime-local", min: new Date(serverNow()).toISOString().slice(0, 16), value: terms?.effectiveAt.slice(0, 16) ?? "", "data-wants": "Enter a time in the future.", "aria-describedby": "effectiveAt-fault" }),
    h("p", { class: "hint hint--bad", id: "effectiveAt-fault", role: "alert", hidden: true }));
  const title = terms ? `Change version ${terms.version}` : `Publish version ${Math.max(0, ...versions.map(({ version }) => version)) + 1}`;
  askFor({
    title, confirm: terms ? "Save" : "Publish", tone: "primary", fields: [summaryField, textField, dateField],
    text: "Once it is in force it cannot be changed, and members accept it before they next send in a clip.",
    run: async ({ summary: given = "", text = "", effectiveAt }) => {
      const from = effectiveAt ? { effectiveAt: `${effectiveAt.slice(0, 16)}:00.000Z` } : {};
      if (terms) await send("PATCH", "/api/admin/terms", { version: terms.version, summary: given, text, ...from });
      else await send("POST", "/api/admin/terms", { summary: given, text, ...from });
      await tell(terms ? `Version ${terms.version} is changed.` : "The version is published.");
    },
  });
}

create.addEventListener("click", () => askForVersion());

/** @param {string} text */
async function tell(text) {
  announce(text);
  toast(text);
  await list.load();
}

prepareChanges();
