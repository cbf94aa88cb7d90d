// Reports and appeals: the list by state, the selected clip or member with what was said about it, and the decision.

import "./site.js";
import { askFor, reasonField } from "./admin/confirmation.js";
import { figure } from "./admin/detail.js";
import { moment } from "./admin/times.js";
import { prepareChanges, send, serverNow } from "./core/api.js";
import { all, announce, avatar, h, icon, maybe, one, refill, setText } from "./core/dom.js";
import { counted, waiting } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").ModerationCase} Case
 * @typedef {import("./api.js").StatementOfReasons} Decision
 * @typedef {import("./api.js").DecideCaseInput["action"]} Action
 */

const side = one("[data-detail]", HTMLElement);

const reasons = { inappropriate: "Inappropriate", spam: "Spam", harassment: "Harassment", copyright: "Copyright", other: "Other" };
const rules = {
  inappropriate: "No unlawful, sexual or cruel content", spam: "No spam", harassment: "No harassment or exposure of people",
  copyright: "Rights and consent", other: "The terms as a whole",
};
const actions = { reject: "Clip rejected", comment: "Comment removed", warn: "Member warned", ban: "Member banned" };

/** @type {Record<Case["state"], {word: string, tone: string | null, shape: string | null}>} */
const states = {
  open: { word: "Open", tone: "warn", shape: null },
  reviewing: { word: "Being looked at", tone: "info", shape: "ring" },
  resolved: { word: "Acted on", tone: "good", shape: "ring" },
  dismissed: { word: "Dismissed", tone: null, shape: "ring" },
};

/** @type {Record<string, string>} */
const empty = {
  open: "No report is waiting for a decision.", appealed: "No appeal is waiting for a decision.", decided: "No report has been decided.",
};

/** @type {ReturnType<typeof pagedList<Case, import("./api.js").CaseList>>} */
const list = pagedList({
  path: "/api/admin/moderation",
  noun: "reports",
  query: (_, tab) => ({ state: tab }),
  items: (page) => page.cases,
  key: (one) => String(one.id),
  row,
  empty: (_, tab) => ({ icon: "check", title: "All done", text: empty[tab] ?? "Nothing has been reported." }),
  shown: (page) => {
    if (!page) return;
    for (const tab of all("[data-tab]")) setText(tab.querySelector("[data-count]"), String(page.counts[tab.dataset.tab ?? ""] ?? 0));
    setText(maybe("[data-summary]"), `${counted(page.counts.open ?? 0, "open case", "open cases")}, ${counted(page.counts.appealed ?? 0, "appeal", "appeals")}.`);
  },
  chosenName: "case",
  choosesFirst: true,
  choose: (key) => showDetail(key),
  isIdle: () => true,
});

/** @param {Case} one */
const nameOf = ({ clip, comment, member }) => clip?.title ?? (comment ? `Comment by ${member.username ?? "a member"}` : member.username ?? "No name");

/** @param {Case} one */
function badge({ state, appealedAt }) {
  if (appealedAt) return h("span", { class: "badge", "data-tone": "accent" }, "Appeal");
  const { word, tone, shape } = states[state];
  return h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, word);
}

/**
 * What is reported, with how often.
 * @param {Case} one
 */
function kinds({ reports }) {
  const open = reports.filter(({ state }) => state === "open" || state === "reviewing");
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { reason } of open.length > 0 ? open : reports) counts.set(reasons[reason], (counts.get(reasons[reason]) ?? 0) + 1);
  return [...counts].map(([word, number]) => (number > 1 ? `${word} ×${number}` : word)).join(", ") || "No report";
}

/** @param {Case} one */
function row(one) {
  const { id, clip, comment, member, openedAt, appealedAt, decidedAt, state } = one;
  const still = clip?.thumbnailUrl ? h("img", { src: clip.thumbnailUrl, alt: "", width: 54, height: 96 }) : clip ? h("div", { class: "still" }) : avatar(member.avatarUrl, 40);
  const since = appealedAt ?? (state === "open" || state === "reviewing" ? openedAt : decidedAt) ?? openedAt;
  return h("tr", { "data-case": id },
    h("td", {}, still),
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": id }, h("b", {}, nameOf(one))), h("br"),
      h("span", { class: "quiet" }, clip ? (member.username ?? "no name") : comment ? `On ${comment.title}` : "Member")),
    h("td", {}, kinds(one)),
    h("td", {}, badge(one)),
    h("td", { class: "r num" }, waiting(serverNow() - Date.parse(since))));
}

/** What is shown, so that news of the list that change nothing here leave the video alone. */
let shown = "";

/** @param {string | null} key */
function showDetail(key) {
  const one = key ? list.find(key) : null;
  const seen = one ? JSON.stringify(one) : "";
  if (seen === shown) return;
  shown = seen;
  refill(side, ...(one ? [panel(one)] : []));
}

/** @param {Case} one */
function panel(one) {
  const { clip, comment, member, reports, decisions, state, decidedAt, decidedBy } = one;
  const isOpen = state === "open" || state === "reviewing";
  return h("div", { class: "panel stack", "data-chosen-case": one.id },
    h("h2", { tabindex: -1 }, nameOf(one)),
    h("p", {}, badge(one), decidedAt && h("span", { class: "quiet" }, " ", moment(decidedAt), decidedBy && ` by ${decidedBy}`)),
    clip && h("div", { class: "alone" }, figure(clip, clip.slot ? `Slot ${clip.slot}, ${clip.status}` : clip.status, clip.aiGenerated ? "AI-generated" : "Camera")),
    comment && h("p", { class: "quote comment__body", dir: "auto" }, comment.text || "The text is erased."),
    comment && h("p", { class: "quiet" }, comment.visible ? "Shown on " : "Hidden on ", h("a", { class: "link", href: `${comment.path}#comments` }, comment.title)),
    h("p", { class: "who" }, avatar(member.avatarUrl), h("a", { class: "link", href: `/admin/users?user=${member.id}` }, member.username ?? "No name"),
      member.banned && h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, "Banned")),
    isOpen && h("div", { class: "row decision" }, ...offers(one)),
    h("h3", {}, counted(reports.length, "report", "reports")),
    h("ol", { class: "stack stack--tight" }, ...reports.map((report) => h("li", {},
      h("b", {}, reasons[report.reason]), h("span", { class: "quiet" }, ` by ${report.reporter ?? "a visitor"}, `, moment(report.createdAt)),
      report.description && h("p", { class: "quote" }, report.description)))),
    decisions.length > 0 && h("h3", {}, "Decisions"),
    ...decisions.map((decision) => decisionPanel(decision)));
}

/** @param {Decision} decision */
function decisionPanel(decision) {
  const { appeal, appealOutcome, appealAnswer } = decision;
  const isWaiting = appeal && !appealOutcome && !decision.endedAt;
  const answer = isWaiting && ["granted", "upheld"].map((outcome) => {
    const isGranted = outcome === "granted";
    const button = h("button", { class: `btn btn--sm${isGranted ? " btn--primary" : ""}`, type: "button" }, isGranted ? "Grant the appeal…" : "Keep the decision…");
    button.addEventListener("click", () => askAppeal(decision, isGranted));
    return button;
  });
  return h("div", { class: "stack stack--tight", "data-decision": decision.id },
    h("p", {}, h("b", {}, actions[decision.commentText === null ? decision.action : decision.action === "reject" ? "comment" : decision.action]), h("span", { class: "quiet" }, " ", moment(decision.decidedAt), decision.endedAt && ", holds no more")),
    h("p", { class: "quote" }, decision.reason),
    appeal && h("div", { class: "note note--warn" }, icon("info"), h("div", { class: "stack stack--tight" },
      h("p", { class: "quote" }, h("strong", {}, "Appeal. "), appeal),
      appealOutcome && h("p", { class: "quote" }, h("strong", {}, appealOutcome === "granted" ? "Granted. " : "The decision stays. "), appealAnswer ?? ""),
      answer && h("div", { class: "row" }, ...answer))));
}

/**
 * @param {Decision} decision
 * @param {boolean} isGranted
 */
function askAppeal(decision, isGranted) {
  const gain = decision.action === "ban" ? "The ban is lifted." : decision.action === "reject" ? (decision.commentText === null ? "The clip is approved." : "The comment is shown again.") : "The warning is taken back.";
  askFor({
    title: isGranted ? "Grant the appeal" : "Keep the decision", text: isGranted ? gain : "Nothing changes. The member cannot appeal again.",
    confirm: isGranted ? "Grant the appeal" : "Keep the decision", tone: isGranted ? "primary" : "danger-solid",
    fields: [reasonField("Answer that the member will read", "Enter an answer.")],
    run: async ({ reason }) => {
      /** @type {import("./api.js").DecideAppealInput} */
      const input = { decisionId: decision.id, outcome: isGranted ? "granted" : "upheld", answer: reason ?? "" };
      await send("POST", "/api/admin/appeals", input);
      await tell(isGranted ? "The appeal is granted." : "The decision stays.");
    },
  });
}

/** A choice of the rule that is broken. */
function ruleField() {
  return h("div", { class: "field" }, h("label", { for: "rule" }, "Rule that is broken"),
    h("select", { class: "input", id: "rule", name: "rule", required: true, "data-wants": "Choose a rule.", "aria-describedby": "rule-fault" },
      h("option", { value: "" }, "Choose a rule…"), ...Object.entries(rules).map(([value, text]) => h("option", { value }, text))),
    h("p", { class: "hint hint--bad", id: "rule-fault", role: "alert", hidden: true }));
}

/**
 * What can be decided.
 * @param {Case} one
 */
function offers(one) {
  const { clip, comment, member, state } = one;
  const name = member.username ?? "the member";
  /** @type {{action: Action, label: string, style: string, done: string, text: string, tone: "primary" | "danger-solid"}[]} */
  const possible = [
    { action: "dismiss", label: "Dismiss…", style: "", done: "The reports are dismissed.", text: "Nothing is against the rules. Those who reported are told so.", tone: "primary" },
    { action: "warn", label: "Warn…", style: "", done: `${name} is warned.`, text: `${name} reads a statement of reasons and can appeal.`, tone: "primary" },
  ];
  if (clip && (clip.status === "pending" || clip.status === "active")) {
    possible.push({ action: "reject", label: "Take the clip down…", style: " btn--danger", done: "The clip is taken down.", text: "It leaves the round with its votes. Its creator reads a statement of reasons and can appeal.", tone: "danger-solid" });
  }
  if (comment?.text) {
    possible.push({ action: "reject", label: "Remove the comment…", style: " btn--danger", done: "The comment is removed.", text: "No one sees it any more; its replies stay. Its author reads a statement of reasons and can appeal.", tone: "danger-solid" });
  }
  if (!member.admin && !member.banned) {
    possible.push({ action: "ban", label: `Ban ${name}…`, style: " btn--danger", done: `${name} is banned.`, text: "All sessions end, the clips leave the race and the votes in the open round do not count. The member can appeal.", tone: "danger-solid" });
  }
  const buttons = possible.map(({ action, label, style, done, text, tone }) => {
    const button = h("button", { class: `btn btn--sm${style}`, type: "button" }, label);
    const isNeeded = action !== "dismiss";
    button.addEventListener("click", () => askFor({
      title: label.replace("…", ""), text, confirm: label.replace("…", ""), tone,
      fields: isNeeded ? [ruleField(), reasonField("Reason that the member will read", "Enter a reason.")] : [reasonField("Answer to those who reported (optional)")],
      run: (values) => decide(one, action, values, done),
    }));
    return button;
  });
  if (state === "open") {
    const button = h("button", { class: "btn btn--sm", type: "button" }, "I am looking at it");
    button.addEventListener("click", () => void decide(one, "review", {}, "Marked as being looked at."));
    buttons.unshift(button);
  }
  return [...buttons, clip?.status === "locked" && h("p", { class: "note" }, icon("info"), h("span", {}, "This clip is in the film. Take it down on the page of its season, then dismiss or warn here."))];
}

/**
 * @param {Case} one
 * @param {Action} action
 * @param {import("./core/form.js").Values} values
 * @param {string} done
 */
async function decide(one, action, values, done) {
  const { rule, reason } = values;
  /** @type {import("./api.js").DecideCaseInput} */
  const input = {
    caseId: one.id, action, ...(rule ? { rule: /** @type {import("./api.js").ReportInput["reason"]} */ (rule) } : {}), ...(reason ? { reason } : {}),
  };
  await send("POST", "/api/admin/moderation", input);
  await tell(done);
}

/** @param {string} text */
async function tell(text) {
  announce(text);
  toast(text);
  await list.load();
}

prepareChanges();
