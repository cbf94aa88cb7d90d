// Sending in a take: choose, describe, send.

import "./site.js";
import { read, Refusal, send } from "./core/api.js";
import { all, announce, h, icon, maybe, one, setText } from "./core/dom.js";
import { clearFaults, enhance } from "./core/form.js";
import { counted, megabytes } from "./core/format.js";
import { mostLetters } from "./core/letters.js";
import { isStill } from "./core/preferences.js";
import { session } from "./core/session.js";
import { followCheck } from "./upload/checking.js";
import { check } from "./upload/checks.js";
import { outcome, signInLink } from "./upload/outcome.js";
import { Transfer } from "./upload/transfer.js";

/** @typedef {import("./upload/checks.js").Chosen} Chosen */
/** @typedef {"choose" | "describe" | "send"} Step */

const form = one("[data-wizard]", HTMLFormElement);
const drop = one("[data-drop]", HTMLElement);
const dropText = drop.querySelector("[data-drop-text]")?.textContent ?? "";
const file = one("[data-file]", HTMLInputElement);
const pauseButton = one("[data-pause]", HTMLButtonElement);
const bar = one("[data-sent-bar]", HTMLProgressElement);
const title = one("#title", HTMLInputElement);
const description = one("#description", HTMLTextAreaElement);
const captions = one("#captions", HTMLInputElement);

/** @type {Chosen | null} */
let chosen = null;
/** @type {Transfer | null} */
let transfer = null;
/** @type {Step} */
let step = "choose";
/** Counts the choices: the check of a file may end after another one was chosen. */
let choosing = 0;

/** @param {Step} next */
function go(next) {
  const isFirst = step === next;
  step = next;
  for (const panel of all("[data-step]")) {
    const isCurrent = panel.dataset.step === next;
    panel.inert = !isCurrent;
    panel.toggleAttribute("data-current", isCurrent);
  }
  if (!isFirst && matchMedia("(width < 64rem)").matches) form.scrollIntoView({ block: "start" });
}

// -- Choose

/** @param {File | undefined} candidate */
async function choose(candidate) {
  if (!candidate || step !== "choose") return;
  const mine = (choosing += 1);
  refuse(null);
  forget();
  setText(maybe("[data-drop-title]"), "Checking the file");
  setText(maybe("[data-drop-text]"), candidate.name);
  drop.setAttribute("aria-busy", "true");
  try {
    const found = await check(candidate);
    if (mine !== choosing) {
      URL.revokeObjectURL(found.url);
      return;
    }
    chosen = found;
    showChosen(chosen);
  } catch (error) {
    if (mine === choosing) refuse(error instanceof Error ? error.message : "This file cannot be read.");
  } finally {
    if (mine === choosing) endChoice();
  }
}

function endChoice() {
  drop.removeAttribute("aria-busy");
  const another = chosen ? "another" : "a";
  maybe("[data-drop-title]")?.replaceChildren(
    h("span", { class: "for-mouse" }, `Drop ${another} video here`), h("span", { class: "for-touch" }, `Choose ${another} video`));
  setText(maybe("[data-drop-text]"), dropText);
  file.value = "";
}

function forget() {
  if (chosen) URL.revokeObjectURL(chosen.url);
  chosen = null;
  one("[data-chosen]", HTMLElement).hidden = true;
  one("[data-to-describe]", HTMLButtonElement).disabled = true;
}

/** @param {Chosen} now */
function showChosen(now) {
  one("[data-chosen]", HTMLElement).hidden = false;
  for (const video of [one("[data-preview]", HTMLVideoElement), one("[data-sent-preview]", HTMLVideoElement)]) {
    video.src = now.url;
    video.muted = true;
    if (!isStill()) video.play().catch(() => undefined);
  }
  setText(maybe("[data-length]"), now.seconds === null ? "?" : `0:0${now.seconds.toFixed(1)}`);
  one("[data-checks]", HTMLElement).replaceChildren(
    h("li", {}, h("b", { class: "clip-text" }, now.file.name)),
    ...now.findings.map((finding) => h("li", {}, icon("check", "sm"), finding)));
  const button = one("[data-to-describe]", HTMLButtonElement);
  button.disabled = false;
  button.focus();
  announce(`${now.file.name}: ${now.findings.join(", ")}`);
}

/** @param {string | null} text */
function refuse(text) {
  const note = one("[data-refusal]", HTMLElement);
  note.hidden = !text;
  setText(maybe("[data-refusal-text]"), text ?? "");
}

one("[data-choose]", HTMLButtonElement).addEventListener("click", () => file.click());
file.addEventListener("change", () => void choose(file.files?.[0]));
for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    if (step === "choose") drop.dataset.over = "";
  });
}
form.addEventListener("dragleave", (event) => {
  if (!(event.relatedTarget instanceof Node) || !form.contains(event.relatedTarget)) delete drop.dataset.over;
});
form.addEventListener("drop", (event) => {
  event.preventDefault();
  delete drop.dataset.over;
  const files = event.dataTransfer?.files;
  if (files && files.length > 1) refuse("Upload one take at a time. Choose one of these files.");
  else void choose(files?.[0]);
});
one("[data-to-describe]", HTMLButtonElement).addEventListener("click", () => {
  go("describe");
  title.focus({ preventScroll: true });
});

// -- Describe

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {string} counter
 */
function countLetters(field, counter) {
  const show = () => setText(maybe(counter), `${[...field.value].length} / ${mostLetters(field)}`);
  field.addEventListener("input", show);
  form.addEventListener("reset", () => queueMicrotask(show));
  show();
}

/** @param {string} name */
function box(name) {
  return one(`[name="${name}"]`, HTMLInputElement, form);
}

countLetters(title, "[data-title-count]");
countLetters(description, "[data-description-count]");
one("[data-to-choose]", HTMLButtonElement).addEventListener("click", () => go("choose"));
enhance(form, {
  check: (values) => ({ title: !values.title && (title.dataset.wants ?? "") }),
  send: async () => {
    if (step === "describe" && chosen) await sendIt(chosen);
  },
  done: () => undefined,
  refused: (error) => {
    if (error.code === "terms_required") {
      acceptTerms();
      return true;
    }
    if ([...error.faults.keys()].some((name) => maybe(`#${name}-fault`))) {
      // Marked where it was typed.
      go("describe");
      return false;
    }
    showRefusal(error);
    return true;
  },
});

// -- Send

/** @param {Chosen} now */
async function sendIt(now) {
  go("send");
  setText(maybe("[data-sent-title]"), title.value.trim());
  outcome(null);
  one("[data-after]", HTMLElement).hidden = true;
  pauseButton.hidden = false;
  setText(pauseButton, "Pause");
  const startedAt = performance.now();
  const total = now.file.size;
  let first = -1;
  transfer = new Transfer(now.file, now.contentType, {
    onProgress: (sent) => {
      // What an earlier try has sent says nothing about the speed of this one.
      if (first < 0) first = sent;
      bar.value = (sent / total) * 100;
      bar.setAttribute("aria-label", `${Math.round((sent / total) * 100)} % sent`);
      setText(maybe("[data-sent-bytes]"), `${megabytes(sent).replace(" MB", "")} of ${megabytes(total)}`);
      const speed = (sent - first) / ((performance.now() - startedAt) / 1000);
      if (speed > 0 && sent < total) setText(maybe("[data-sent-note]"), `About ${counted(Math.max(1, Math.ceil((total - sent) / speed)), "second", "seconds")} left. If the connection drops, the upload resumes where it stopped.`);
    },
    onState: (state) => {
      if (state === "offline") setText(maybe("[data-sent-note]"), "You are offline. The upload resumes when you are back online.");
      if (state === "waiting") setText(maybe("[data-sent-note]"), "The site does not answer. The upload resumes automatically.");
      if (state === "paused") setText(maybe("[data-sent-note]"), "Paused. The part that was uploaded is kept for a day.");
      setText(pauseButton, state === "paused" ? "Resume" : "Pause");
    },
  });
  try {
    const uploadId = await transfer.run();
    pauseButton.hidden = true;
    bar.value = 100;
    setText(maybe("[data-sent-note]"), "Upload complete.");
    const answer = await register(uploadId);
    await sendCaptions(answer.clipId);
    await followCheck(answer.clipId, captionsFault);
    one("[data-after]", HTMLElement).hidden = false;
  } finally {
    pauseButton.hidden = true;
    transfer = null;
  }
}

/**
 * @param {string} uploadId
 * @returns {Promise<import("./api.js").RegisteredClip>}
 */
function register(uploadId) {
  const text = description.value.trim();
  const genre = /** @type {import("./api.js").RegisterClipInput["genre"]} */ (new FormData(form).get("genre"));
  /** @type {import("./api.js").RegisterClipInput} */
  const input = {
    uploadId, title: title.value.trim(), ...(text ? { description: text } : {}),
    genre,
    rightsConfirmed: box("rightsConfirmed").checked, consentConfirmed: box("consentConfirmed").checked,
    licenceAccepted: box("licenceAccepted").checked, aiGenerated: box("ai").checked,
  };
  return send("POST", "/api/upload/register", input);
}

/** What was wrong with the captions. The take itself has arrived. */
let captionsFault = "";

/** @param {string} clipId */
async function sendCaptions(clipId) {
  captionsFault = "";
  const [chosen] = captions.files ?? [];
  if (!chosen) return;
  try {
    if (chosen.size > 16_384) throw new Error("Captions have at most 16 kB.");
    /** @type {import("./api.js").CaptionClipInput} */
    const body = { captions: await chosen.text() };
    await send("PUT", `/api/clip/${clipId}/captions`, body);
  } catch (error) {
    const words = error instanceof Refusal ? error.faults.get("captions") ?? error.message : error instanceof Error ? error.message : "";
    captionsFault = `The captions were not saved. ${words} Add them under My takes. `;
  }
}

/** @param {import("./core/api.js").Refusal} error */
function showRefusal(error) {
  const hasEnded = error.status === 401;
  const text = error.isOffline ? "You are offline. The part that was uploaded is kept for a day; send it again to resume."
    : hasEnded ? "Your session has ended. Sign in again and choose the same file to resume." : error.message;
  outcome(text, "bad", "The upload failed.", hasEnded ? signInLink("/upload") : null);
  one("[data-after]", HTMLElement).hidden = false;
}

pauseButton.addEventListener("click", () => {
  if (pauseButton.textContent === "Pause") transfer?.pause();
  else transfer?.goOn();
});
one("[data-again]", HTMLButtonElement).addEventListener("click", () => {
  forget();
  form.reset();
  clearFaults(form);
  bar.value = 0;
  setText(maybe("[data-sent-bytes]"), "Nothing uploaded yet");
  outcome(null);
  one("[data-after]", HTMLElement).hidden = true;
  go("choose");
});
// Leaving in the middle costs what has not arrived; the browser asks.
addEventListener("beforeunload", (event) => {
  if (transfer) event.preventDefault();
});

go("choose");

/** Leads to the terms, and back. */
function acceptTerms() {
  location.assign("/terms/accept?next=/upload");
}

void session().then(async (user) => {
  if (!user) {
    form.hidden = true;
    one("[data-gate]", HTMLElement).hidden = false;
  } else if (!user.username) {
    location.replace("/onboarding?next=/upload");
  } else {
    // The terms come before the megabytes.
    /** @type {import("./api.js").TermsState | null} */
    const terms = await read("/api/terms/check").catch(() => null);
    if (terms && !terms.accepted && step === "choose" && !chosen) location.replace("/terms/accept?next=/upload");
  }
});
