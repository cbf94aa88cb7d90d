// Members: found on the left, looked after on the right.

import { prepareChanges, read, send } from "./core/api.js";
import { all, announce, avatar, h, icon, maybe, one, setText } from "./core/dom.js";
import { count, counted } from "./core/format.js";
import { session } from "./core/session.js";
import { toast } from "./core/toast.js";
import { actionText, actorText, difference } from "./admin/entry.js";
import { date, faultText, listStates, moment, setAddress, watchFilters } from "./admin/list.js";
import { askFor } from "./admin/member-dialog.js";

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {string | null} username
 * @property {string | null} email
 * @property {string} avatarUrl
 * @property {boolean} isAdmin
 * @property {string | null} bannedAt
 * @property {string | null} banReason
 * @property {string | null} appealedAt
 * @property {string} createdAt
 * @property {string | null} lastSeenAt
 */
/** @typedef {Member & {clips: number}} ListedMember */
/** @typedef {Member & {appeal: string | null, sessions: number, clips: Record<string, number>, votes: number, flaggedVotes: number, formerNames: string[]}} FullMember */
/** @typedef {{user: FullMember, audit: import("./admin/entry.js").AuditEntry[]}} Detail */

const rows = one("[data-rows]", HTMLElement);
const more = one("[data-more]", HTMLButtonElement);
const side = one("[data-detail]", HTMLElement);
const states = listStates(() => void load());

/** @type {ListedMember[]} */
let members = [];
/** @type {string | null} */
let cursor = null;
let generation = 0;
/** @type {string | null} */
let chosen = new URLSearchParams(location.search).get("user");

/** @param {Member} member */
const nameOf = (member) => member.username ?? member.email ?? "No name yet";

/** @param {string | null} after */
function address(after) {
  const given = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  const [search, kind, sort] = [given.get("search"), given.get("kind"), given.get("sort")];
  if (search) query.set("search", search);
  if (kind === "admin") query.set("role", "admin");
  if (kind === "banned") query.set("banned", "true");
  if (kind === "appeal") query.set("appeal", "true");
  if (sort) query.set("sort", sort);
  if (after) query.set("cursor", after);
  return `/api/admin/users?${query}`;
}

async function load() {
  const mine = (generation += 1);
  states.busy();
  try {
    const page = await read(address(null));
    if (mine !== generation) return;
    members = page.users;
    cursor = page.nextCursor;
    show();
  } catch (error) {
    if (mine === generation) states.failed(error);
  } finally {
    if (mine === generation) states.done();
  }
}

function show() {
  rows.replaceChildren(...members.map(row));
  more.hidden = !cursor;
  setText(maybe("[data-summary]"), `${counted(members.length, "member", "members")}${cursor ? ", and more after these" : ""}.`);
  if (members.length > 0) states.rows();
  else states.empty("person", "Nobody found", "No member matches. The search looks at the beginning of names and addresses.");
}

/** @param {Member} member */
function standing(member) {
  if (member.bannedAt) return h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, member.appealedAt ? "Banned, appealed" : "Banned");
  if (member.isAdmin) return h("span", { class: "badge", "data-tone": "accent" }, "Admin");
  return h("span", { class: "quiet" }, "Member");
}

/** @param {ListedMember} member */
function row(member) {
  const name = h("button", { class: "clip-name", type: "button", "aria-pressed": String(member.id === chosen) }, h("b", {}, nameOf(member)));
  name.addEventListener("click", () => {
    void choose(member.id);
  });
  const address = member.username && member.email ? [h("br"), h("span", { class: "quiet" }, member.email)] : [];
  return h("tr", { "data-member-row": member.id },
    h("td", {}, h("div", { class: "who" }, avatar(member.avatarUrl), h("span", {}, name, ...address))),
    h("td", {}, standing(member)),
    h("td", { class: "r num", "data-label": "Clips" }, count(member.clips)),
    h("td", { class: "r num", "data-label": "Joined" }, date(member.createdAt)),
    h("td", { class: "r num", "data-label": "Last seen" }, member.lastSeenAt ? date(member.lastSeenAt) : "never"));
}

/** @param {string} id */
async function choose(id) {
  chosen = id;
  const query = new URLSearchParams(location.search);
  query.set("user", id);
  setAddress(query);
  for (const button of all(".clip-name", rows)) {
    button.setAttribute("aria-pressed", String(button.closest("tr")?.dataset.memberRow === id));
  }
  await loadDetail();
  // Where it does not stand beside the list.
  if (id === chosen && matchMedia("(width < 75rem)").matches) side.scrollIntoView({ block: "start" });
}

async function loadDetail() {
  const id = chosen;
  if (!id) return;
  side.setAttribute("aria-busy", "true");
  try {
    const detail = await read(`/api/admin/users/${encodeURIComponent(id)}`);
    if (id === chosen) await showDetail(detail);
  } catch (error) {
    if (id !== chosen) return;
    const again = h("button", { class: "btn", type: "button" }, "Try again");
    again.addEventListener("click", () => void loadDetail());
    side.replaceChildren(h("div", { class: "empty" }, icon("warn", "lg"), h("h2", {}, "This member did not load"), h("p", {}, faultText(error)), again));
  } finally {
    side.removeAttribute("aria-busy");
  }
}

/** @param {Detail} detail */
async function showDetail({ user, audit }) {
  const isOwn = (await session())?.id === user.id;
  const clips = Object.entries(user.clips).map(([status, number]) => `${count(number)} ${status}`).join(", ");
  side.replaceChildren(h("div", { class: "panel stack", "data-chosen-member": user.id },
    h("div", { class: "who" }, avatar(user.avatarUrl, 40), h("h2", {}, nameOf(user))),
    h("p", {}, standing(user)),
    user.bannedAt && h("div", { class: "note note--bad" }, icon("close"), h("p", {}, h("strong", {}, "Banned "), moment(user.bannedAt), `. ${user.banReason ?? ""}`)),
    user.appeal && h("div", { class: "note note--warn" }, icon("info"), h("p", {}, h("strong", {}, "Appeal. "), user.appeal)),
    h("dl", { class: "facts" },
      ...fact("E-mail", user.email ?? "none"),
      ...fact("Joined", date(user.createdAt)),
      ...fact("Last seen", user.lastSeenAt ? moment(user.lastSeenAt) : "never"),
      ...fact("Sessions", count(user.sessions)),
      ...fact("Clips", clips || "none"),
      ...fact("Votes that count", count(user.votes)),
      ...fact("Flagged votes", count(user.flaggedVotes)),
      ...(user.formerNames.length > 0 ? fact("Names before", user.formerNames.join(", ")) : [])),
    isOwn ? h("p", { class: "quiet" }, "This is you. Another admin looks after your account.") : actions(user),
    h("h3", {}, "What was done"),
    audit.length === 0
      ? h("p", { class: "quiet" }, "Nothing yet.")
      : h("ol", { class: "stack stack--tight" }, ...audit.map((entry) => h("li", {},
        h("b", {}, actionText(entry.action)), h("p", { class: "quiet" }, moment(entry.happenedAt), ` by ${actorText(entry)}`), difference(entry)))),
    h("a", { class: "link", href: `/admin/audit?subjectKind=member&subjectId=${user.id}` }, "All of it in the audit log")));
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
function fact(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}

/** @param {FullMember} user */
function actions(user) {
  /** @type {[string, string, Parameters<typeof askFor>[0]][]} */
  const offered = [];
  const name = nameOf(user);
  if (user.bannedAt) {
    offered.push(["Lift the ban", "btn--primary", {
      title: `Lift the ban of ${name}`, confirm: "Lift the ban", tone: "primary", reason: "Why, for the audit log (optional)",
      text: "The clips return to the race, and votes count again where their round is still open.",
      body: ({ reason }) => ({ unban: true, ...(reason ? { reason } : {}) }), done: `${name} is not banned any more.`,
    }]);
  } else if (!user.isAdmin) {
    offered.push(["Ban…", "btn--danger", {
      title: `Ban ${name}`, confirm: "Ban", tone: "danger-solid", reason: "Reason that the member will read", needsReason: true,
      text: "Every session ends. Clips leave the race and votes of the open round count no more, until the ban is lifted. What stands in the film stays.",
      body: ({ reason }) => ({ ban: { reason } }), done: `${name} is banned.`,
    }]);
    offered.push(["Make an admin…", "", {
      title: `Make ${name} an admin`, confirm: "Make an admin", tone: "primary", reason: "Why, for the audit log", needsReason: true,
      text: "Admins decide on clips, rounds and members. The sessions of this member end, so the next sign-in has the right.",
      body: ({ reason }) => ({ role: "admin", reason }), done: `${name} is an admin.`,
    }]);
  } else {
    offered.push(["Take the admin right…", "btn--danger", {
      title: `Take the admin right from ${name}`, confirm: "Take the right", tone: "danger-solid", reason: "Why, for the audit log", needsReason: true,
      text: "The sessions of this member end at once.",
      body: ({ reason }) => ({ role: "member", reason }), done: `${name} is no admin any more.`,
    }]);
  }
  offered.push(["Rename…", "", {
    title: `Rename ${name}`, confirm: "Rename", tone: "primary", reason: "Why, for the audit log (optional)", name: user.username ?? "",
    text: "This does not use up the member’s own change of name.",
    body: ({ reason, name: username }) => ({ username, ...(reason ? { reason } : {}) }), done: "The member has a new name.",
  }]);
  return h("div", { class: "row" }, ...offered.map(([label, style, question]) => {
    const button = h("button", { class: `btn btn--sm ${style}`, type: "button" }, label);
    button.addEventListener("click", () => askFor(question, (body) => change(user.id, body, question.done)));
    return button;
  }));
}

/**
 * @param {string} id
 * @param {object} body
 * @param {string} done
 */
async function change(id, body, done) {
  const detail = await send("PUT", `/api/admin/users/${id}`, body);
  toast(done);
  announce(done);
  const { user } = detail;
  const at = members.findIndex((member) => member.id === id);
  const known = members[at];
  if (known) {
    members[at] = { ...known, username: user.username, isAdmin: user.isAdmin, bannedAt: user.bannedAt, banReason: user.banReason, appealedAt: user.appealedAt };
    show();
  }
  if (id === chosen) await showDetail(detail);
}

more.addEventListener("click", async () => {
  more.setAttribute("aria-busy", "true");
  const page = await read(address(cursor)).catch(() => null);
  more.removeAttribute("aria-busy");
  if (!page) {
    toast("The next members did not load.", { tone: "bad" });
    return;
  }
  members.push(...page.users);
  cursor = page.nextCursor;
  show();
});

prepareChanges();
watchFilters(one("[data-filters]", HTMLFormElement), () => void load());
void load();
void loadDetail();
