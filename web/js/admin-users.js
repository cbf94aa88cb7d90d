// Members: the list, and the selected member with what an admin can do.

import "./site.js";
import { prepareChanges, read, send } from "./core/api.js";
import { announce, avatar, h, icon, maybe, one, refill, setText } from "./core/dom.js";
import { faultText } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";
import { session } from "./core/session.js";
import { toast } from "./core/toast.js";
import { actionText, actorText, difference } from "./admin/entry.js";
import { askFor, reasonField } from "./admin/confirmation.js";
import { keyList } from "./admin/keys.js";
import { spendingActions } from "./admin/spending.js";
import { date, moment } from "./admin/times.js";

/**
 * @typedef {import("./api.js").AdministeredMember} AdministeredMember
 * @typedef {import("./api.js").ChangeMemberInput} ChangeMemberInput
 * @typedef {import("./api.js").ListedMember} ListedMember
 * @typedef {import("./api.js").MemberDetail} MemberDetail
 */
/** @typedef {Omit<ListedMember, "clips">} Member what the list and the detail both know */

const side = one("[data-detail]", HTMLElement);

/** @param {Member} member */
const nameOf = (member) => member.username ?? member.email ?? "No name yet";

/** @type {ReturnType<typeof pagedList<ListedMember, import("./api.js").MemberList>>} */
const list = pagedList({
  path: "/api/admin/users",
  noun: "members",
  query: (filters) => {
    const kind = filters.get("kind");
    return {
      search: filters.get("search"), sort: filters.get("sort"), role: kind === "admin" ? "admin" : null,
      banned: kind === "banned" ? "true" : null, appeal: kind === "appeal" ? "true" : null,
    };
  },
  items: (page) => page.users,
  key: (member) => member.id,
  row,
  empty: () => ({ icon: "person", title: "No members found", text: "No name or e-mail address begins like this." }),
  shown: (page, members, hasMore) => {
    setText(maybe("[data-summary]"), page ? `${counted(members.length, "member", "members")}${hasMore ? ", and more" : ""}.` : "");
  },
  chosenName: "user",
  choose: (id) => {
    if (id && id !== side.dataset.shown) void loadDetail(id);
  },
});

/** @param {Member} member */
function standing(member) {
  if (member.bannedAt) return h("span", { class: "badge", "data-tone": "bad", "data-shape": "square" }, member.appealedAt ? "Banned, appealed" : "Banned");
  if (member.isAdmin) return h("span", { class: "badge", "data-tone": "accent" }, "Admin");
  return h("span", { class: "quiet" }, "Member");
}

/** @param {ListedMember} member */
function row(member) {
  const address = member.username && member.email ? [h("br"), h("span", { class: "quiet" }, member.email)] : [];
  return h("tr", { "data-member-row": member.id },
    h("td", {}, h("div", { class: "who" }, avatar(member.avatarUrl),
      h("span", {}, h("button", { class: "clip-name", type: "button", "data-choose": member.id }, h("b", {}, nameOf(member))), ...address))),
    h("td", {}, standing(member)),
    h("td", { class: "r num", "data-label": "Clips" }, count(member.clips)),
    h("td", { class: "r num", "data-label": "Joined" }, date(member.createdAt)),
    h("td", { class: "r num", "data-label": "Last seen" }, member.lastSeenAt ? date(member.lastSeenAt) : "never"));
}

/** @param {string} id */
async function loadDetail(id) {
  const known = side.dataset.shown !== id && list.find(id);
  side.dataset.shown = id;
  // Who it is, is known already.
  if (known) refill(side, h("div", { class: "panel stack" }, h("div", { class: "who" }, avatar(known.avatarUrl, 40), h("h2", {}, nameOf(known)))));
  side.setAttribute("aria-busy", "true");
  try {
    /** @type {MemberDetail} */
    const detail = await read(`/api/admin/users/${encodeURIComponent(id)}`);
    if (id === side.dataset.shown) await showDetail(detail);
  } catch (error) {
    if (id !== side.dataset.shown) return;
    const again = h("button", { class: "btn", type: "button" }, "Try again");
    again.addEventListener("click", () => void loadDetail(id));
    refill(side, h("div", { class: "empty" }, icon("warn", "lg"), h("h2", {}, "This member did not load"), h("p", {}, faultText(error)), again));
  } finally {
    side.removeAttribute("aria-busy");
  }
}

/** @param {MemberDetail} detail */
async function showDetail({ user, audit, keys }) {
  const isOwn = (await session())?.id === user.id;
  const clips = Object.entries(user.clips).map(([status, number]) => `${count(number)} ${status}`).join(", ");
  refill(side, h("div", { class: "panel stack", "data-chosen-member": user.id },
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
      ...(user.formerNames.length > 0 ? fact("Former names", user.formerNames.join(", ")) : [])),
    isOwn ? h("p", { class: "quiet" }, "This is you. Only another admin can change your account.") : actions(user),
    spendingActions(user.id, nameOf(user), async (text) => {
      announce(text);
      toast(text);
      await loadDetail(user.id);
    }),
    h("h3", {}, "API keys"),
    keyList(keys, async (text) => {
      announce(text);
      toast(text);
      await loadDetail(user.id);
    }),
    h("h3", {}, "History"),
    audit.length === 0
      ? h("p", { class: "quiet" }, "Nothing yet.")
      : h("ol", { class: "stack stack--tight" }, ...audit.map((entry) => h("li", {},
        h("b", {}, actionText(entry.action)), h("p", { class: "quiet" }, moment(entry.happenedAt), ` by ${actorText(entry)}`), difference(entry)))),
    h("a", { class: "link", href: `/admin/audit?subjectKind=member&subjectId=${user.id}` }, "Full history in the audit log")));
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
function fact(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}

/**
 * @typedef {object} Offer
 * @property {string} label
 * @property {string} style
 * @property {Omit<import("./admin/confirmation.js").Question, "run">} question
 * @property {(values: import("./core/form.js").Values) => ChangeMemberInput} body
 * @property {string} done
 */

/** @param {AdministeredMember} user */
function actions(user) {
  const name = nameOf(user);
  const optional = "Reason for the audit log (optional)";
  const needed = () => reasonField("Reason for the audit log", "Enter a reason.");
  /** @param {import("./core/form.js").Values} values */
  const given = ({ reason }) => (reason ? { reason } : {});
  /** @type {Offer[]} */
  const offers = [];
  if (user.bannedAt) {
    offers.push({
      label: "Lift the ban", style: "btn--primary", done: `${name} is no longer banned.`, body: (values) => ({ unban: true, ...given(values) }),
      question: {
        title: `Lift the ban of ${name}`, confirm: "Lift the ban", tone: "primary", fields: [reasonField(optional)],
        text: "The clips compete again, and the votes count again where their round is still open.",
      },
    });
  } else if (!user.isAdmin) {
    offers.push({
      label: "Ban…", style: "btn--danger", done: `${name} is banned.`, body: ({ reason }) => ({ ban: { reason } }),
      question: {
        title: `Ban ${name}`, confirm: "Ban", tone: "danger-solid", fields: [reasonField("Reason that the member will read", "Enter a reason.")],
        text: "All sessions end. Until the ban is lifted, the clips do not compete and the votes in the open round do not count. Clips in the film stay.",
      },
    }, {
      label: "Make admin…", style: "", done: `${name} is an admin.`, body: ({ reason }) => ({ role: "admin", reason }),
      question: {
        title: `Make ${name} an admin`, confirm: "Make admin", tone: "primary", fields: [needed()],
        text: "Admins decide on clips, rounds and members. The member's sessions end; the right applies from the next sign-in.",
      },
    });
  } else {
    offers.push({
      label: "Remove admin right…", style: "btn--danger", done: `${name} is no longer an admin.`, body: ({ reason }) => ({ role: "member", reason }),
      question: {
        title: `Remove the admin right of ${name}`, confirm: "Remove the right", tone: "danger-solid", fields: [needed()],
        text: "The member's sessions end at once.",
      },
    });
  }
  const field = h("div", { class: "field" }, h("label", { for: "new-name" }, "New name"),
    h("input", { class: "input", id: "new-name", name: "username", autocomplete: "off", spellcheck: "false", maxlength: 20, required: true, value: user.username ?? "", "data-wants": "Enter a name.", "aria-describedby": "new-name-hint username-fault" }),
    h("p", { class: "hint", id: "new-name-hint" }, "3 to 20 lowercase letters, digits or underscores. The old name leads here for 90 days."),
    h("p", { class: "hint hint--bad", id: "username-fault", role: "alert", hidden: true }));
  offers.push({
    label: "Rename…", style: "", done: "The member has a new name.", body: (values) => ({ username: values.username, ...given(values) }),
    question: {
      title: `Rename ${name}`, confirm: "Rename", tone: "primary", fields: [field, reasonField(optional)],
      text: "This does not count as the member's own change of name.",
    },
  });
  return h("div", { class: "row" }, ...offers.map((offer) => {
    const button = h("button", { class: `btn btn--sm ${offer.style}`, type: "button" }, offer.label);
    button.addEventListener("click", () => askFor({ ...offer.question, run: (values) => change(user.id, offer.body(values), offer.done) }));
    return button;
  }));
}

/**
 * @param {string} id
 * @param {ChangeMemberInput} body
 * @param {string} done
 */
async function change(id, body, done) {
  /** @type {MemberDetail} */
  const detail = await send("PUT", `/api/admin/users/${id}`, body);
  toast(done);
  announce(done);
  const { user } = detail;
  const known = list.find(id);
  if (known) list.replace({ ...known, username: user.username, isAdmin: user.isAdmin, bannedAt: user.bannedAt, banReason: user.banReason, appealedAt: user.appealedAt });
  if (id === side.dataset.shown) await showDetail(detail);
}

prepareChanges();
