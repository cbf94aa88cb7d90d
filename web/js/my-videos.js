// The member's videos: what is being made is followed, and what the buttons do happens without leaving the page.

import "./site.js";
import { Refusal, send } from "./core/api.js";
import { announce, maybe } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { chooseSizes } from "./core/sizes.js";
import { toast } from "./core/toast.js";
import { followVideos, freshPage } from "./studio/course.js";

/** Puts in the videos that differ. */
async function refresh() {
  const fresh = await freshPage();
  const list = maybe("[data-videos]");
  const freshList = fresh.querySelector("[data-videos]");
  if (!list || !freshList) {
    if (list || freshList) location.reload();
    return;
  }
  const rows = /** @type {HTMLElement[]} */ ([...freshList.children]).map((row) => {
    const old = document.getElementById(row.id);
    if (!old || old.dataset.state !== row.dataset.state) {
      if (old && row.dataset.state?.startsWith("completed") && !old.dataset.state?.startsWith("completed")) {
        toast("Your video is finished.");
        announce("Your video is finished.");
      }
      return document.adoptNode(row);
    }
    progress(row.dataset.video ?? "", Number(row.querySelector("progress")?.getAttribute("value") ?? 0));
    return old;
  });
  list.replaceChildren(...rows);
  chooseSizes();
}

/**
 * @param {string} id
 * @param {number} percent
 */
function progress(id, percent) {
  const bar = maybe(`[data-video="${id}"]`)?.querySelector("progress");
  if (bar instanceof HTMLProgressElement && bar.hasAttribute("value") && bar.value < percent) bar.value = percent;
}

const changed = followVideos({
  isUnfinished: () => Boolean(maybe("[data-videos] > [data-running]")),
  refresh,
  progress,
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const path = new URL(form.action).pathname;
  /** @type {(() => Promise<void>) | null} */
  const work = form.matches("[data-cancel]")
    ? async () => void (await send("DELETE", path))
    : form.matches("[data-retry]")
      ? () => retry(path + new URL(form.action).search)
      : form.matches("[data-delete]")
        ? async () => {
            await send("DELETE", path, { jobIds: [form.elements.namedItem("jobIds")].map((field) => /** @type {HTMLInputElement} */ (field).value) });
            toast("The video is deleted.");
          }
        : form.matches("[data-publish]")
          ? () => publish(form, path)
          : form.matches("[data-submit]")
            ? () => submit(form, path)
            : null;
  if (!work) return;
  event.preventDefault();
  maybe("[data-form-outcome]")?.remove();
  void whileBusy(event.submitter ?? form, async () => {
    await work();
    changed();
  });
});

/**
 * A refusal for another price shows that price on the button, which is pressed again to agree to it.
 *
 * @param {string} path
 */
async function retry(path) {
  try {
    await send("POST", path);
  } catch (error) {
    if (error instanceof Refusal && error.code === "price_changed") changed();
    throw error;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string} path
 */
async function publish(form, path) {
  const published = new FormData(form).get("published") === "true";
  await send("PATCH", path, { published });
  toast(published ? "Everyone can see the video now." : "Only you can see the video now.");
}

/**
 * @param {HTMLFormElement} form
 * @param {string} path
 */
async function submit(form, path) {
  const values = new FormData(form);
  const start = values.get("startSeconds");
  const fault = maybe("[data-fault]", form);
  try {
    await send("POST", path, {
      title: values.get("title"), genre: values.get("genre"), startSeconds: start ? Number(start) : null,
      rightsConfirmed: values.has("rightsConfirmed"), consentConfirmed: values.has("consentConfirmed"),
      licenceAccepted: values.has("licenceAccepted"),
    });
    toast("Your take is sent in. Its file is being checked.");
  } catch (error) {
    if (!(error instanceof Refusal) || error.isOffline || !fault) throw error;
    if (error.code === "terms_required") return location.assign("/terms/accept?next=/my-videos");
    fault.textContent = error.message;
    fault.hidden = false;
  }
}

if (location.hash.startsWith("#video-")) maybe(`${location.hash} h2`)?.focus();
chooseSizes();
