// An entry of the audit log in words.

import { h } from "../core/dom.js";

/** @typedef {import("../api.js").AuditEntry} AuditEntry */

/** Actions whose words do not follow from their name. */
const actions = /** @type {Record<string, string>} */ ({
  "battles.restore": "Restored battles",
  "battles.void": "Voided battles",
  "catalog.import": "Imported a pack of models",
  "comment.undo": "Undid a decision on a comment",
  "comparison.import": "Imported a file of comparisons",
  "plan.cancel": "Cancelled plans",
  "plan.retry": "Retried plans",
  "template.use": "Planned a comparison of a template",
  "clip.undo": "Undid a decision on a clip",
  "clip.take_down": "Took a clip down",
  "round.advance": "Closed a round",
  "season.reset": "Reset a season",
  "site.announce": "Notified everybody",
  "slot.assign_winner": "Assigned a winner",
  "job.cancel": "Cancelled a job",
  "job.move": "Moved a video to another provider",
  "job.redrive": "Retried a job",
  "member.ban": "Banned a member",
  "member.change_key": "Changed the tier of an API key",
  "member.lift_ban": "Lifted a ban",
  "member.link_sign_in": "Added a sign-in method",
  "member.grant_admin": "Made an admin",
  "member.revoke_admin": "Removed an admin right",
  "member.unlink_sign_in": "Removed a sign-in method",
  "user.leave": "Deleted an account",
  "video.settle": "Settled an uncertain video",
  "video_votes.restore": "Restored votes for videos",
  "video_votes.void": "Voided votes for videos",
  "votes.reset": "Reset votes",
  "votes.restore": "Restored votes",
  "votes.void": "Voided votes",
  "webhook.disable": "Switched a webhook off",
  "webhook.redeliver": "Sent events to a webhook again",
  "webhook.rotate": "Made a new secret for a webhook",
  "webhook.test": "Sent a test event to a webhook",
});

/**
 * `clip.approve` as `Approved a clip`
 * @param {string} action
 */
export function actionText(action) {
  const [, kind, verb] = /^([a-z]+)\.([a-z]+)$/.exec(action) ?? [];
  if (actions[action] || !kind || !verb) return actions[action] ?? action.replace(/[._]/g, " ");
  return `${verb[0]?.toUpperCase()}${verb.slice(1)}${verb.endsWith("e") ? "d" : "ed"} ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** @param {AuditEntry} entry */
export function actorText(entry) {
  return entry.actor ? (entry.actor.username ?? "former member") : "Operator";
}

/** @param {AuditEntry} entry */
export function subjectText(entry) {
  const place = entry.subjectKind === "slot" ? `, slot ${entry.subjectId.split("/")[1] ?? ""}` : "";
  return (entry.subjectName ?? entry.subjectId) + place;
}

/** @param {unknown} value */
function valueText(value) {
  if (value === null || value === undefined) return "nothing";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * `votesVoided` as `votes voided`
 * @param {string} name
 */
function fieldText(name) {
  return name.replace(/_/g, " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

/**
 * What changed, field by field: what it was, struck out, and what it is.
 * @param {AuditEntry} entry
 */
export function difference(entry) {
  const before = entry.before ?? {};
  const after = entry.after ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const parts = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]) && (before[name] ?? after[name] ?? null) !== null);
  const list = h("dl", { class: "diff" }, ...parts.flatMap((name) => [
    h("dt", {}, fieldText(name)),
    h("dd", {},
      name in before && h("del", {}, valueText(before[name])),
      name in before && name in after && h("span", { class: "visually-hidden" }, " became "),
      name in after && h("ins", {}, valueText(after[name]))),
  ]));
  const isLong = parts.length > 4;
  return h("div", { class: "stack stack--tight" },
    entry.reason && h("p", {}, `“${entry.reason}”`),
    parts.length > 0 && (isLong ? h("details", {}, h("summary", {}, `${parts.length} fields`), list) : list));
}
