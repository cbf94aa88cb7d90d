// Comments of members: the list by state, the selected comment, and what an admin decides about it.

import "./site.js";
import { askFor, reasonField } from "./admin/confirmation.js";
import { moment } from "./admin/times.js";
import { prepareChanges, send } from "./core/api.js";
import { all, announce, avatar, h, maybe, one, refill, setText } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").ModeratedComment} Comment
 * @typedef {import("./api.js").DecideCommentsInput["action"]} Action
 */

const side = one("[data-detail]", HTMLElement);

/** @type {Record<Comment["state"], {word: string, tone: string | null, shape: string | null}>} */
const states = {
  new: { word: "New", tone: "accent", shape: null },
  approved: { word: "Approved", tone: "good", shape: "square" },
  reported: { word: "Hidden by reports", tone: "warn", shape: "ring" },
  flagged: { word: "Flagged", tone: "warn", shape: "ring" },
  rejected: { word: "Removed", tone: "bad", shape: "square" },
};

/** @type {Record<Action, {button: string, done: string}>} */
const actions = {
  approve: { button: "Approve", done: "approved" },
  flag: { button: "Flag", done: "flagged and hidden" },
  reject: { button: "Reject…", done: "rejected" },
  delete: { button: "Delete…", done: "deleted" },
};

const rules = {
  inappropriate: "No unlawful, sexual or cruel content", spam: "No spam", harassment: "No harassment or exposure of people",
  copyright: "Rights and consent", other: "The terms as a whole",
};

/** @type {Record<string, string>} */
const empty = {
  waiting: "No comment waits for a decision. Comments come here when an admin flags them or three people report them.",
  new: "No comment is new.", approved: "No comment is approved.", removed: "No comment was removed.",
};

/** @type {ReturnType<typeof pagedList<Comment, import("./api.js").ModeratedComments>>} */
const list = pagedList({
  path: "/api/admin/comments",
  noun: "comments",
  query: (filters, tab) => ({ state: tab, search: filters.get("search") }),
  items: (page) => page.comments,
  key: (comment) => comment.id,
  row,
  empty: (filters, tab) => filters.get("search")
    ? { icon: "info", title: "No match", text: `No comment here contains “${filters.get("search")}”.` }
    : { icon: "comment", title: "No comments", text: empty[tab] ?? "What members write appears here." },
  shown: (page) => {
    if (page) setText(maybe("[data-summary]"), `${counted(page.waiting, "comment waits", "comments wait")} for a decision.`);
  },
  selected: (comments) => {
    for (const button of all("[data-decide]")) button.hidden = comments.every((comment) => !isPossible(/** @type {Action} */ (button.dataset.decide), comment));
  },
  chosenName: "comment",
  choosesFirst: true,
  choose: showDetail,
  isIdle: () => true,
});

/**
 * @param {Action} action
 * @param {Comment} comment
 */
function isPossible(action, { state, deletedAt, text }) {
  if (state === "rejected") return text !== "" && action === "approve" || action === "delete" && !deletedAt;
  if (deletedAt) return false;
  return !(action === "approve" && state === "approved" || action === "flag" && state === "flagged");
}

/** @param {Comment} comment */
function badge({ state, deletedAt }) {
  if (deletedAt && state !== "rejected") return h("span", { class: "badge", "data-shape": "square" }, "Deleted");
  const { word, tone, shape } = states[state];
  return h("span", { class: "badge", "data-tone": tone, "data-shape": shape }, word);
}

/** @param {Comment} comment */
const nameOf = ({ username }) => username ?? "a former member";

/** @param {Comment} comment */
const reported = ({ reports }) => reports > 0 && h("span", { class: "quiet" }, ` ${counted(reports, "report", "reports")}`);

/** @param {Comment} comment */
function row(comment) {
  const { id, text, title, createdAt } = comment;
  const start = text.length > 140 ? `${text.slice(0, 140).trimEnd()}…` : text;
  return h("tr", { "data-row": id },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Select the comment of ${nameOf(comment)}`, "data-tick": id })),
    h("td", {}, h("button", { class: "clip-name", type: "button", "data-choose": id }, h("b", {}, nameOf(comment))), h("br"),
      h("span", { class: "quote", dir: "auto" }, start.replace(/\s+/g, " ") || "Erased")),
    h("td", {}, h("span", { class: "clip-text" }, title)),
    h("td", {}, badge(comment), reported(comment)),
    h("td", { class: "r num" }, moment(createdAt)));
}

/** @param {string | null} key */
function showDetail(key) {
  const comment = key && list.find(key);
  if (!comment) {
    side.replaceChildren();
    return;
  }
  const { userId, text, title, path, parentId, likes, replyCount, createdAt, deletedAt, decidedAt, decidedBy } = comment;
  const name = nameOf(comment);
  const possible = /** @type {Action[]} */ (Object.keys(actions)).filter((action) => isPossible(action, comment));
  refill(side, h("div", { class: "panel stack", "data-chosen-comment": key },
    h("h2", { tabindex: -1 }, name),
    h("p", { class: "who" }, comment.avatarUrl && avatar(comment.avatarUrl), userId ? h("a", { class: "link", href: `/admin/users?user=${userId}` }, name) : name),
    h("p", {}, badge(comment), reported(comment)),
    h("p", { class: "quote comment__body", dir: "auto" }, text || "The text is erased."),
    h("dl", { class: "facts" },
      h("dt", {}, "On"), h("dd", {}, h("a", { class: "link", href: `${path}#comments` }, title)),
      h("dt", {}, "Written"), h("dd", {}, moment(createdAt), parentId && ", as a reply"),
      h("dt", {}, "Likes"), h("dd", {}, String(likes)),
      h("dt", {}, "Replies"), h("dd", {}, String(replyCount)),
      deletedAt && h("dt", {}, "Deleted"), deletedAt && h("dd", {}, moment(deletedAt)),
      decidedAt && h("dt", {}, "Decided"), decidedAt && h("dd", {}, moment(decidedAt), decidedBy && ` by ${decidedBy}`)),
    comment.reports > 0 && h("p", {}, h("a", { class: "link", href: "/admin/reports" }, "Read the reports")),
    h("div", { class: "row" }, ...possible.map((action) => {
      const style = action === "approve" ? " btn--primary" : action === "flag" ? "" : " btn--danger";
      const button = h("button", { class: `btn btn--sm${style}`, type: "button" }, actions[action].button);
      button.addEventListener("click", () => decide(button, action, [comment]));
      return button;
    }))));
}

/**
 * Decides at once, or asks for the rule and the reason first.
 * @param {Element} button
 * @param {Action} action
 * @param {Comment[]} comments
 */
function decide(button, action, comments) {
  const chosen = comments.filter((comment) => isPossible(action, comment));
  if (chosen.length === 0) return;
  if (action === "approve" || action === "flag") {
    void whileBusy(button, () => change(action, chosen, {}));
    return;
  }
  const number = counted(chosen.length, "comment", "comments");
  const verb = action === "reject" ? "Reject" : "Delete";
  askFor({
    title: `${verb} ${number}`, confirm: `${verb} ${number}`, tone: "danger-solid",
    text: "No one sees them any more; their replies stay. The authors read a statement of reasons and can appeal.",
    fields: [ruleField(), reasonField("Reason that the authors will read", "Enter a reason.")],
    run: (values) => change(action, chosen, values),
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
 * @param {Action} action
 * @param {Comment[]} comments
 * @param {import("./core/form.js").Values} values
 */
async function change(action, comments, { rule, reason }) {
  /** @type {import("./api.js").DecideCommentsInput} */
  const input = {
    ids: comments.map(({ id }) => id), action, ...(rule ? { rule: /** @type {keyof typeof rules} */ (rule) } : {}), ...(reason ? { reason } : {}),
  };
  /** @type {import("./api.js").CommentsDecided} */
  const { decisions } = await send("POST", "/api/admin/comments", input);
  const text = `${counted(decisions.length, "comment", "comments")} ${actions[action].done}`;
  announce(text);
  toast(text, decisions.length > 0 ? { action: { label: "Undo", run: () => void undo(decisions.map(({ decisionId }) => decisionId)) } } : {});
  await list.load();
}

/** @param {string[]} decisions */
async function undo(decisions) {
  await whileBusy(side, async () => {
    /** @type {import("./api.js").CommentsRestored} */
    const { undone } = await send("POST", "/api/admin/comments/undo", { decisions });
    const text = undone.length < decisions.length ? `${undone.length} of ${decisions.length} decisions undone` : `${counted(undone.length, "decision", "decisions")} undone`;
    announce(text);
    toast(text);
    await list.load();
  });
}

for (const button of all("[data-decide]")) {
  button.addEventListener("click", () => decide(button, /** @type {Action} */ (button.dataset.decide), list.selectedItems()));
}

prepareChanges();
