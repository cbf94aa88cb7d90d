// What a person chose for all players on this device.

import { preference, remember } from "../core/preferences.js";

/** @typedef {import("./film-player.js").Choices} Choices */

/**
 * @param {boolean} isMuted whether a film is silent until somebody turns its sound on
 * @returns {Choices}
 */
export function choicesOfDevice(isMuted) {
  return {
    read: (name) => (name === "muted" && isMuted ? preference(name) !== "0" : preference(name) === "1"),
    keep: (name, isOn) => remember(name, isOn ? "1" : "0"),
  };
}
