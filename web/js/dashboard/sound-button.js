// The button that turns the sound of the takes on and off.

import { one, setIcon, setText } from "../core/dom.js";
import { isMuted, remember } from "../core/preferences.js";

export class SoundButton {
  #button = one("[data-sound]", HTMLButtonElement);
  #deck;

  /** @param {import("./deck.js").Deck} deck what is heard */
  constructor(deck) {
    this.#deck = deck;
    this.#button.addEventListener("click", () => this.toggle());
    this.show();
  }

  toggle() {
    // Sound is chosen already where the browser has refused it; this press is what it waited for.
    if (!this.#deck.isSilenced) remember("muted", isMuted() ? "0" : "1");
    this.#deck.hear();
    this.show();
  }

  show() {
    const muted = isMuted() || this.#deck.isSilenced;
    this.#button.setAttribute("aria-label", muted ? "Turn sound on" : "Turn sound off");
    setIcon(this.#button, muted ? "mute" : "sound");
    setText(this.#button.querySelector("span:last-child"), this.#deck.isSilenced ? "Tap for sound" : muted ? "Muted" : "Sound");
  }
}
