// What a person chose on this device. Nothing is stored before they choose.

/** @typedef {"theme" | "still" | "muted" | "shortcuts" | "intro"} Preference */

/** Works without storage too: then a choice lasts as long as the page. */
const memory = new Map();

/**
 * @param {Preference} name
 * @returns {string | null}
 */
export function preference(name) {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

/**
 * @param {Preference} name
 * @param {string} value
 */
export function remember(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows may refuse; the choice then ends with the page.
  }
}

const quiet = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether nothing may start to move by itself. */
export function isStill() {
  return quiet.matches || preference("still") === "1";
}

/** @param {() => void} listener */
export function onStillChange(listener) {
  quiet.addEventListener("change", listener);
  document.addEventListener("dailies:still", listener);
}

/** Sound is off until somebody turns it on. */
export function isMuted() {
  return preference("muted") !== "0";
}
