// Casting a vote from the arena: the vote itself, the captcha that it may need, and what its refusal means for the page.

import { Refusal } from "../core/api.js";
import { announce, maybe } from "../core/dom.js";
import { counted } from "../core/format.js";
import { isStill } from "../core/preferences.js";
import { toast } from "../core/toast.js";
import { shake } from "./effects.js";
import { voteFault } from "./faults.js";
import { reachMilestone } from "./milestones.js";
import { play } from "./sounds.js";

/**
 * @typedef {import("./feed.js").Clip} Clip
 * @typedef {import("./feed.js").Feed} Feed
 * @typedef {import("./feed.js").Weight} Weight
 */

/**
 * What the page around a vote does.
 * @typedef {object} Around
 * @property {() => Clip | null} current the take on the stage
 * @property {() => void} changed shows what a vote changes
 * @property {(isUndo: boolean) => void} counted comes after a vote that counted
 * @property {(milestone: import("./milestones.js").Milestone) => void} reached comes after a vote that is marked
 * @property {() => Promise<unknown>} refresh brings the round up to date
 */

export class Casting {
  #feed;
  #around;

  /**
   * @param {Feed} feed
   * @param {Around} around
   */
  constructor(feed, around) {
    this.#feed = feed;
    this.#around = around;
  }

  /**
   * Votes for the take on the stage, or takes the vote back when no weight is given.
   * @param {Weight | null} weight
   * @param {boolean} [isProven] whether a captcha was solved for this very vote
   */
  async vote(weight, isProven = false) {
    const feed = this.#feed;
    const clip = this.#around.current();
    if (!clip || feed.isPending(clip)) return;
    if (feed.gate === "members") {
      location.assign("/sign-in?next=/dashboard");
      return;
    }
    const isUndo = weight === null && clip.hasVoted;
    const before = feed.spent;
    try {
      if (isUndo) await feed.undo(clip, this.#around.changed);
      else await feed.vote(clip, weight ?? "standard", this.#around.changed);
      if (!isUndo && !isStill()) navigator.vibrate?.(50);
      const milestone = isUndo ? null : reachMilestone(before, feed.spent);
      if (!isUndo) play(milestone ?? "vote");
      const number = milestone ? `, ${counted(milestone, "vote", "votes")} today` : "";
      announce(isUndo ? "Vote undone" : `Voted for ${clip.title}${number}`);
      if (milestone) this.#around.reached(milestone);
      this.#around.counted(isUndo);
    } catch (error) {
      if (error instanceof Refusal && error.code === "captcha_required" && !isProven) {
        await this.#prove(clip, weight);
        return;
      }
      if (!isStill()) navigator.vibrate?.([100, 50, 100]);
      shake(maybe("[data-vote]"));
      const fault = voteFault(error, isUndo);
      if (fault.isOwn) clip.isOwn = true;
      if (fault.gate) feed.gate = fault.gate;
      toast(fault.text, {
        tone: "bad",
        ...(fault.way === "again" ? { action: { label: "Again", run: () => void this.vote(weight) } } : {}),
        ...(fault.way === "sign-in" ? { action: { label: "Sign in", run: () => location.assign("/sign-in?next=/dashboard") } } : {}),
      });
      if (fault.isOutdated) await this.#around.refresh();
      this.#around.changed();
    }
  }

  /**
   * Asks for the proof that a vote was refused without, and repeats the vote.
   * @param {Clip} clip
   * @param {Weight | null} weight
   */
  async #prove(clip, weight) {
    try {
      // Few sites ask for it, so few visits load it.
      const captcha = await import("./captcha.js").catch(() => null);
      const isProven = await captcha?.solveCaptcha();
      maybe("[data-vote]")?.focus({ preventScroll: true });
      if (!isProven) toast("Your vote was not counted. Complete the captcha to vote.", { tone: "bad", action: { label: "Again", run: () => void this.vote(weight) } });
      else if (this.#around.current() === clip) await this.vote(weight, true);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      toast(`Your vote was not counted. ${error.message}`, { tone: "bad" });
    }
  }
}
