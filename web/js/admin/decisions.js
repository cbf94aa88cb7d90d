// Decisions on clips and their undoing, sent one after another in the order of the presses: keys are faster than the
// network.

import { announce } from "../core/dom.js";
import { faultText } from "../core/form.js";
import { counted } from "../core/format.js";
import { toast } from "../core/toast.js";
import { decide, outcomeText, undo, undoText } from "./queue.js";

/**
 * @typedef {"approve" | "reject"} Action
 * @typedef {Pick<import("../api.js").QueuedClip, "id" | "title">} Clip
 * @typedef {{id: string, clip: Clip}} Made a decision that can be undone
 */

/** How many presses can be taken back. */
const memory = 100;

/** What a press decided, the last one at the end. */
const made = /** @type {Made[][]} */ ([]);

/**
 * @typedef {object} Listeners
 * @property {(isComplete: boolean) => Promise<void>} settled the server has answered everything, or something failed
 * @property {(id: string) => void} undone a clip is again what it was
 */

let last = Promise.resolve();
let open = 0;
let isComplete = true;

/** Whether decisions are being sent. */
export const isSending = () => open > 0;

/**
 * @param {() => Promise<boolean>} work whether all was done
 * @param {string} nothing what did not happen when it fails
 * @param {() => void} again
 * @param {Listeners} listeners
 */
function enqueue(work, nothing, again, listeners) {
  open += 1;
  last = last.then(async () => {
    try {
      if (!(await work())) isComplete = false;
    } catch (error) {
      isComplete = false;
      toast(faultText(error, nothing), { tone: "bad", action: { label: "Try again", run: again } });
    }
    open -= 1;
    if (open > 0) return;
    const wasComplete = isComplete;
    isComplete = true;
    await listeners.settled(wasComplete);
  });
}

/**
 * @param {string} text
 * @param {{label: string, run: () => void} | null} [action]
 */
function tell(text, action) {
  announce(text);
  toast(text, action ? { action } : {});
}

/**
 * What clips are called in a sentence.
 * @param {Clip[]} clips
 */
function nameOf(clips) {
  return clips.length === 1 && clips[0] ? `“${clips[0].title}”` : counted(clips.length, "clip", "clips");
}

/**
 * @param {Action} action
 * @param {Clip[]} clips
 * @param {string | undefined} reason
 * @param {Listeners} listeners
 */
export function decideOn(action, clips, reason, listeners) {
  const word = action === "approve" ? "approved" : "rejected";
  const known = (/** @type {string} */ id) => clips.find((clip) => clip.id === id) ?? { id, title: "A clip" };
  enqueue(async () => {
    const { results } = await decide(action, clips.map(({ id }) => id), reason);
    const done = results.filter(({ success }) => success);
    const undoable = done.flatMap(({ decisionId, clipId }) => (decisionId ? [{ id: decisionId, clip: known(clipId) }] : []));
    if (undoable.length > 0) {
      made.push(undoable);
      made.splice(0, made.length - memory);
    }
    if (done.length > 0) {
      const slot = done.find((result) => result.slot)?.slot;
      const place = action === "approve" ? (slot ? ` for slot ${slot}` : " for the next season") : "";
      tell(`${nameOf(done.map(({ clipId }) => known(clipId)))} ${word}${place}`,
        undoable.length > 0 ? { label: "Undo", run: () => undoThese(undoable, listeners) } : null);
    }
    for (const result of results.filter(({ success }) => !success)) {
      toast(`“${known(result.clipId).title}” was not ${word}: ${outcomeText(result.outcome)}.`, { tone: "bad" });
    }
    return done.length === results.length;
  }, `${nameOf(clips)} ${clips.length === 1 ? "was" : "were"} not ${word}.`, () => decideOn(action, clips, reason, listeners), listeners);
}

/**
 * Undoes what the last press decided.
 * @param {Listeners} listeners
 */
export function undoLast(listeners) {
  // A decision that is being sent is not known yet, so the last one is looked for in its turn.
  enqueue(async () => {
    const decisions = made.at(-1);
    if (decisions) return revert(decisions, listeners);
    tell("Nothing to undo");
    return true;
  }, "Nothing was undone.", () => undoLast(listeners), listeners);
}

/**
 * @param {Made[]} decisions
 * @param {Listeners} listeners
 */
function undoThese(decisions, listeners) {
  enqueue(() => revert(decisions, listeners), "Nothing was undone.", () => undoThese(decisions, listeners), listeners);
}

/**
 * @param {Made[]} decisions
 * @param {Listeners} listeners
 */
async function revert(decisions, listeners) {
  const { results } = await undo(decisions.map(({ id }) => id));
  const at = made.indexOf(decisions);
  if (at >= 0) made.splice(at, 1);
  const clipOf = (/** @type {string} */ id) => decisions.find((decision) => decision.id === id)?.clip ?? { id, title: "A clip" };
  const done = results.filter(({ success }) => success);
  if (done[0]) {
    const slot = done.find((result) => result.slot)?.slot;
    const isOne = done.length === 1;
    const state = slot ? `${isOne ? "competes" : "compete"} again in slot ${slot}` : `${isOne ? "is" : "are"} pending again`;
    tell(`${nameOf(done.map(({ decisionId }) => clipOf(decisionId)))} ${state}`);
    if (done[0].clipId) listeners.undone(done[0].clipId);
  }
  for (const result of results.filter(({ success }) => !success)) {
    toast(`The decision on “${clipOf(result.decisionId).title}” was not undone: ${undoText(result.outcome)}.`, { tone: "bad" });
  }
  return done.length === results.length;
}

addEventListener("beforeunload", (event) => {
  if (isSending()) event.preventDefault();
});
