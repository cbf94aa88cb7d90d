// The line at the head of the stage: what pulling does, whether the connection is gone.

import { one, setText } from "../core/dom.js";
import { swipeDistance } from "./gestures.js";

export class StageNote {
  #element;
  /** @type {number | undefined} */
  #end;
  #isPulled = false;

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
    if (time) this.#end = setTimeout(() => this.#rest(), time);
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
    this.say(navigator.onLine ? "" : "You are offline. Votes are not counted until you are back.");
  }
}
