// What the button does not show: said once, after a vote that did not need it.

import { preference, remember } from "../core/preferences.js";

export class Hints {
  #note;

  /** @param {import("./stage-note.js").StageNote} note */
  constructor(note) {
    this.#note = note;
  }

  /** A double tap was made: there is nothing to tell about it. */
  knowsDoubleTap() {
    remember("hint-tap", "1");
  }

  /** @param {import("./feed.js").Feed} feed */
  afterVote(feed) {
    if (matchMedia("(hover: none)").matches && this.#isNew("hint-tap")) this.#note.sayNext("A double tap also votes.", 4000);
    else if (feed.isMember && feed.isPowerOn && this.#isNew("hint-hold")) {
      this.#note.sayNext("Hold the button for a super or mega vote.", 4000);
    }
  }

  /** @param {"hint-tap" | "hint-hold"} hint */
  #isNew(hint) {
    if (preference(hint)) return false;
    remember(hint, "1");
    return true;
  }
}
