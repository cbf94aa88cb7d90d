// The server's check of a file that has arrived: how far it is, and what it finds.

import { read, Refusal } from "../core/api.js";
import { maybe, one, setText } from "../core/dom.js";
import { counted } from "../core/format.js";
import { outcome, signInLink } from "./outcome.js";

/** How often the check is asked about, in milliseconds; the longest wait while the site does not answer. */
const lookInterval = 1500;
const longestWait = 30_000;

/**
 * Waits for what the server finds in the real bytes, and shows it.
 * @param {string} clipId
 * @param {string} captionsFault what was wrong with the captions; the take itself has arrived
 */
export async function followCheck(clipId, captionsFault) {
  const bar = one("[data-sent-bar]", HTMLProgressElement);
  outcome("Checking the file…", "info", "Uploaded.");
  const since = performance.now();
  let percent = 0;
  let isAnswered = true;
  bar.value = 0;
  const showChecking = () => {
    const elapsed = counted(Math.round((performance.now() - since) / 1000), "second", "seconds");
    bar.value = percent;
    bar.setAttribute("aria-label", `${percent} % checked`);
    if (!isAnswered) setText(maybe("[data-sent-note]"), "The site does not answer. Your file has arrived; the check is asked about again automatically.");
    else setText(maybe("[data-sent-note]"), percent > 0 ? `Checking the file… ${percent} %, ${elapsed}` : `Checking the file… ${elapsed}`);
  };
  showChecking();
  const ticking = setInterval(showChecking, 1000);
  try {
    await settled(clipId, captionsFault, (now) => {
      isAnswered = now !== null;
      percent = now ?? percent;
      showChecking();
    });
  } finally {
    clearInterval(ticking);
    setText(maybe("[data-sent-note]"), "Upload complete.");
  }
  bar.value = 100;
}

/**
 * @param {string} clipId
 * @param {string} captionsFault
 * @param {(percent: number | null) => void} onProgress gets null while the site does not answer
 */
async function settled(clipId, captionsFault, onProgress) {
  let wait = lookInterval;
  for (;;) {
    /** @type {import("../api.js").Clip | null} */
    let clip = null;
    try {
      clip = await read(`/api/clip/${clipId}`);
      wait = lookInterval;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!isPassing(error)) {
        await showLost(error);
        return;
      }
      onProgress(null);
      wait = Math.min(longestWait, Math.max(wait * 2, (error.retryAfter ?? 0) * 1000));
    }
    if (clip?.processing === "failed") {
      outcome(`${clip.processingError ?? "The file cannot be used."} Choose another file and try again.`, "bad", "There is a problem with the file.");
      return;
    }
    if (clip && clip.processing !== "processing") {
      const slot = one("[data-upload]", HTMLElement).dataset.openSlot;
      const place = slot && slot !== "0" ? `slot ${slot} or the next` : "the next slot";
      const note = (clip.processingNote ? `${clip.processingNote} ` : "") + captionsFault;
      outcome(`${note}A moderator will review it. If approved, it competes for ${place}.`, "good", "Sent.");
      return;
    }
    if (clip) onProgress(clip.processingPercent ?? 0);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/**
 * Whether asking again can help: the connection or the site is away, or busy.
 * @param {import("../core/api.js").Refusal} error
 */
function isPassing(error) {
  return error.isOffline || error.status >= 500 || error.status === 408 || error.status === 429;
}

/**
 * What became of the file cannot be asked about any more. A clip that is being checked does not exist for visitors.
 * @param {import("../core/api.js").Refusal} error
 */
async function showLost(error) {
  /** @type {import("../api.js").Account | null} */
  const answer = await read("/api/auth/session").catch(() => null);
  if (error.status === 401 || (answer && !answer.user)) {
    outcome("Your session has ended. Your file is kept and is being checked. Sign in to see the result under My takes.", "bad",
      "Uploaded.", signInLink("/profile/clips"));
  } else if (error.status === 404) outcome("This take was deleted.", "bad", "Uploaded.");
  else outcome(`${error.message} Your file is kept. See the result under My takes.`, "bad", "Uploaded.");
}
