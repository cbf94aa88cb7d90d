// What a person chose on this device. Nothing is stored before they choose, and what the site would note by itself only
// after they have accepted that.

/** @typedef {"theme" | "still" | "muted" | "captions" | "shortcuts" | "intro" | "hint-tap" | "hint-hold" | "milestones" | "tour" | "cookies"} Preference */

/** What the site notes without being told to. */
const noted = new Set(["intro", "hint-tap", "hint-hold", "milestones"]);

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
  if (noted.has(name) && !mayNote()) return;
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows may refuse; the choice then ends with the page.
  }
}

/** Whether the site may note things by itself on this device. */
export function mayNote() {
  return preference("cookies") === "accepted";
}

/**
 * The answer to the question about storage. After a no, what was noted before goes.
 * @param {"accepted" | "rejected"} answer
 */
export function consent(answer) {
  remember("cookies", answer);
  if (answer === "accepted") return;
  try {
    for (const name of noted) localStorage.removeItem(name);
  } catch {
    // Then there is nothing that could be removed.
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
