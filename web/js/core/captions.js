// The dialog in which the captions of a take are written, read from a file, and taken away.

import { Refusal, send } from "./api.js";
import { announce, h, setText } from "./dom.js";

/**
 * @param {{id: string, title: string, captionsUrl: string | null}} clip
 * @param {() => void} done
 */
export async function askForCaptions(clip, done) {
  const path = `/api/clip/${clip.id}/captions`;
  const fault = h("p", { class: "hint hint--bad", id: "captions-fault", role: "alert", hidden: true });
  const text = h("textarea", {
    class: "input captions__text", id: "captions", rows: 10, maxlength: 16384, spellcheck: "true", "aria-describedby": "captions-hint captions-fault",
  });
  const file = h("input", { type: "file", accept: ".vtt,text/vtt", id: "captions-file", class: "visually-hidden", tabindex: "-1", "aria-label": "Captions file" });
  const choose = h("button", { class: "btn btn--sm", type: "button" }, "Open a file…");
  const remove = h("button", { class: "btn btn--danger", type: "button", hidden: !clip.captionsUrl }, "Remove captions");
  const cancel = h("button", { class: "btn", type: "button" }, "Cancel");
  const save = h("button", { class: "btn btn--primary", type: "submit" }, "Save captions");
  const form = h("form", { class: "stack" }, h("h2", { id: "captions-title" }, `Captions of “${clip.title}”`),
    h("div", { class: "field" }, h("label", { for: text.id }, "WebVTT"), text,
      h("p", { class: "hint", id: "captions-hint" }, "Each line is shown from one time to another, within the length of the take."), fault),
    h("p", {}, choose, file), h("div", { class: "dialog__foot" }, remove, cancel, save));
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "captions-title" }, form);
  text.value = "WEBVTT\n\n00:00.000 --> 00:02.000\n";

  /** @param {string} words */
  const say = (words) => {
    fault.hidden = !words;
    setText(fault, words);
    if (words) text.setAttribute("aria-invalid", "true");
    else text.removeAttribute("aria-invalid");
  };
  /**
   * @param {() => Promise<unknown>} change
   * @param {string} words
   */
  const run = async (change, words) => {
    for (const button of [save, remove]) button.disabled = true;
    try {
      await change();
      dialog.close();
      announce(words);
      done();
    } catch (error) {
      const refusal = error instanceof Refusal ? error : null;
      say(refusal?.faults.get("captions") ?? refusal?.message ?? "The captions could not be saved. Try again.");
      text.focus();
    } finally {
      for (const button of [save, remove]) button.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    /** @type {import("../api.js").CaptionClipInput} */
    const body = { captions: text.value };
    void run(() => send("PUT", path, body), "Captions saved");
  });
  remove.addEventListener("click", () => void run(() => send("DELETE", path), "Captions removed"));
  cancel.addEventListener("click", () => dialog.close());
  choose.addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    if (chosen.size > 16_384) say("Captions have at most 16 kB.");
    else {
      text.value = await chosen.text();
      say("");
    }
    file.value = "";
  });
  dialog.addEventListener("close", () => dialog.remove());
  if (clip.captionsUrl) {
    const answer = await fetch(path, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) text.value = await answer.text();
  }
  document.body.append(dialog);
  dialog.showModal();
  text.focus();
}
