// The vote button: its states, its ring, and the menu of heavier votes behind a long press.

import { all, maybe, one, setIcon, setText } from "../core/dom.js";
import { isOn } from "../core/features.js";
import { count, shortCount } from "../core/format.js";
import { session } from "../core/session.js";

/** @typedef {import("./feed.js").Clip} Clip */
/** @typedef {import("./feed.js").Feed} Feed */
/** @typedef {import("./feed.js").Weight} Weight */

const holdTime = 500;
/** Longer than this and the ring shows that the vote is on its way. */
const busyTime = 250;

/**
 * What a voter reads whose votes of the day are used.
 * @param {Feed} feed
 */
export function limitText(feed) {
  return `${count(feed.spent)} of ${count(feed.daily)} used · resets 00:00 UTC`;
}

export class VoteButton {
  #button = one("[data-vote]", HTMLButtonElement);
  #menu = one("[data-power]", HTMLElement);
  #word = one("[data-vote-word]", HTMLElement);
  #ring = one("[data-vote] circle + circle", SVGCircleElement);
  /** @type {number | undefined} */
  #busy;
  /** Whether there are heavier votes to choose from. */
  #hasWeights = true;
  /**
   * The take that the button is for.
   * @type {string | null}
   */
  #clip = null;

  /** @param {(weight: Weight | null) => void} onVote null for the weight that a plain press casts now */
  constructor(onVote) {
    this.#watchPresses(() => onVote(null));
    for (const item of all("[data-weight]", this.#menu)) {
      item.addEventListener("click", () => {
        this.#menu.hidePopover();
        onVote(/** @type {Weight} */ (item.dataset.weight));
      });
    }
    this.#menu.addEventListener("keydown", (event) => this.#moveInMenu(event));
    this.#menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "closed") this.#button.focus({ preventScroll: true });
    });
    void isOn("vote_button_progress").then((shows) => this.#button.toggleAttribute("data-plain", !shows));
    void session().then((user) => {
      if (user) return;
      for (const note of all("[data-note]", this.#menu)) note.textContent = "Members only";
    });
  }

  /** @param {() => void} onPress */
  #watchPresses(onPress) {
    const button = this.#button;
    /** @type {number | undefined} */
    let hold;
    let wasHeld = false;
    const release = () => clearTimeout(hold);
    button.addEventListener("pointerdown", () => {
      wasHeld = false;
      hold = setTimeout(() => {
        wasHeld = true;
        this.open();
      }, holdTime);
    });
    for (const name of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(name, release);
    button.addEventListener("click", (event) => {
      // The second press of a double click is no wish of its own: it would undo what the first has done.
      if (!wasHeld && event.detail < 2) onPress();
      // Letting go beside the menu has closed it.
      else if (wasHeld) this.open();
      wasHeld = false;
    });
    // Not every system turns these keys into the event below.
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
      event.preventDefault();
      this.open();
    });
    // The menu key, Shift+F10 and the right button all end here.
    button.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      release();
      this.open();
    });
  }

  /** Opens the menu of weights beside the button. */
  open() {
    if (!this.#hasWeights || this.#button.disabled || this.#button.getAttribute("aria-pressed") === "true") return;
    if (this.#menu.matches(":popover-open")) return;
    const place = this.#button.getBoundingClientRect();
    this.#menu.showPopover();
    if (matchMedia("(width >= 48rem)").matches) {
      const { offsetHeight, offsetWidth } = this.#menu;
      this.#menu.style.left = `${Math.min(place.right + 12, innerWidth - offsetWidth - 12)}px`;
      this.#menu.style.top = `${Math.max(12, place.bottom - offsetHeight)}px`;
    } else {
      this.#menu.removeAttribute("style");
    }
    maybe("[data-weight]:not(:disabled)", this.#menu)?.focus();
  }

  /** @param {boolean} hasWeights */
  #offer(hasWeights) {
    this.#hasWeights = hasWeights;
    if (hasWeights) this.#button.setAttribute("aria-haspopup", "menu");
    else this.#button.removeAttribute("aria-haspopup");
  }

  /** @param {KeyboardEvent} event */
  #moveInMenu(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = all("[data-weight]:not(:disabled)", this.#menu);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    items.at((at + step + items.length) % items.length)?.focus();
  }

  /**
   * Says which take is on the stage, before the button shows it: a menu that is opened from now on is for this one.
   * @param {Clip} clip
   */
  moveTo(clip) {
    // The menu was opened for another take.
    if (this.#clip !== clip.id && this.#menu.matches(":popover-open")) this.#menu.hidePopover();
    this.#clip = clip.id;
  }

  /**
   * @param {Clip} clip
   * @param {Feed} feed
   */
  show(clip, feed) {
    const button = this.#button;
    this.moveTo(clip);
    const isLimited = feed.isSpent && !clip.hasVoted;
    const score = clip.weightedScore;
    const votes = score === null ? "" : `, ${score === 1 ? "1 vote" : `${score} votes`}`;
    button.dataset.ring = isLimited ? "4" : String(Math.min(4, 1 + Math.floor((feed.spent / feed.daily) * 4)));
    this.#ring.setAttribute("stroke-dasharray", `${isLimited ? 200 : Math.round((feed.spent / feed.daily) * 200)} 200`);
    button.setAttribute("aria-pressed", String(clip.hasVoted));
    const [label, word] = clip.isOwn ? [`Your own take${votes}`, "Yours"]
      : feed.gate === "off" ? ["Voting is switched off", "Voting off"]
      : feed.gate === "members" ? ["Sign in to vote", "Sign in"]
      : isLimited ? [`Daily limit reached: ${limitText(feed)}`, limitText(feed)]
      // Until the first vote of the day the button says what it does.
      : [`${clip.hasVoted ? "Undo your vote" : "Vote"}${votes}`, score === null || feed.spent === 0 ? "Vote" : shortCount(score)];
    button.setAttribute("aria-label", label);
    setText(this.#word, word);
    this.#word.classList.toggle("vote__limit", isLimited && !clip.isOwn && feed.gate === null);
    button.disabled = Boolean(clip.isOwn) || feed.gate === "off" || (isLimited && feed.gate === null);
    setIcon(button, clip.hasVoted ? "check" : "infinity");
    this.#showBusy(feed.isPending(clip));
    this.#showPower(feed);
    this.#offer(feed.gate === null && feed.isPowerOn);
  }

  /** @param {boolean} isBusy */
  #showBusy(isBusy) {
    clearTimeout(this.#busy);
    if (!isBusy) {
      this.#button.removeAttribute("aria-busy");
      return;
    }
    this.#busy = setTimeout(() => this.#button.setAttribute("aria-busy", "true"), busyTime);
  }

  /** @param {Feed} feed */
  #showPower(feed) {
    for (const weight of /** @type {const} */ (["super", "mega"])) {
      const item = this.#menu.querySelector(`[data-weight="${weight}"]`);
      if (item instanceof HTMLButtonElement) item.disabled = !feed.left[weight];
    }
  }
}
