// The line at the head of the stage: what pulling does, whether the connection is gone.

import { one, setText } from "../core/dom.js";
import { swipeDistance } from "./gestures.js";

export class StageNote {
  #element;
  /** @type {number | undefined} */
  #end;
  #isPulled = false;
  /** @type {{text: string, time: number} | null} */
  #next = null;

  /**
   * @param {HTMLElement} stage
   * @param {() => void} onBack the connection is there again
   */
  constructor(stage, onBack) {
    this.#element = one("[data-stage-note]", HTMLElement, stage);
    addEventListener("offline", () => this.#rest());
    addEventListener("online", () => {
      this.#rest();
      onBack();
    });
    this.#rest();
  }

  /**
   * @param {string} text
   * @param {number} [time] for how many milliseconds; without it, until something else is said
   */
  say(text, time) {
    clearTimeout(this.#end);
    this.#isPulled = false;
    setText(this.#element, text);
    this.#end = time ? setTimeout(() => this.#rest(), time) : undefined;
  }

  /**
   * Says something for a time, after what is being said for a time.
   * @param {string} text
   * @param {number} time in milliseconds
   */
  sayNext(text, time) {
    if (this.#end === undefined) this.say(text, time);
    else this.#next = { text, time };
  }

  /**
   * The first take is moved by a finger.
   * @param {number} distance
   */
  pull(distance) {
    if (distance > 0) {
      this.say(distance < swipeDistance ? "Pull to refresh" : "Release to refresh");
      this.#isPulled = true;
    } else if (this.#isPulled) {
      this.#rest();
    }
  }

  /** What it shows when nothing happens. */
  #rest() {
    const next = this.#next;
    this.#next = null;
    if (next && navigator.onLine) this.say(next.text, next.time);
    else this.say(navigator.onLine ? "" : "You are offline. Votes are not counted until you are back.");
  }
}
