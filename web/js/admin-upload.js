// A finished video for a comparison: the file in parts, and then what is said of it.

import "./site.js";
import { prepareChanges, read, send } from "./core/api.js";
import { h, maybe, one, setText } from "./core/dom.js";
import { enhance, setFault } from "./core/form.js";
import { Transfer } from "./upload/transfer.js";

/**
 * @typedef {import("./api.js").ComparisonList} List
 * @typedef {import("./api.js").RegisteredResult} Registered
 * @typedef {import("./api.js").UploadVideoInput} Input
 */

const types = ["video/mp4", "video/webm", "video/quicktime"];
const mostBytes = 500 * 1024 * 1024;
/** How long after the last key a search runs, in milliseconds. */
const pause = 300;

const form = one("[data-upload]", HTMLFormElement);
const input = one("[data-file]", HTMLInputElement, form);
const drop = /** @type {HTMLElement} */ (input.closest(".drop"));
const fault = one("[data-file-fault]", HTMLElement, form);
const progress = one("[data-progress]", HTMLProgressElement, form);
const choice = one("[name=comparisonId]", HTMLSelectElement, form);

/** @type {File | null} */
let file = null;
/** The upload of the file once it has arrived. */
let sent = /** @type {string | null} */ (null);
/** @type {number | undefined} */
let planned;
let turn = 0;

const isNew = () => new FormData(form).get("target") === "new";

/** @param {string} text */
function say(text) {
  setText(fault, text);
  fault.hidden = !text;
}

/** @param {File} chosen */
function take(chosen) {
  file = null;
  sent = null;
  progress.hidden = true;
  setText(maybe("[data-drop-text]", drop), chosen.name);
  if (!types.includes(chosen.type)) return say("This file is not an MP4, WebM or MOV video. Choose another file.");
  if (chosen.size > mostBytes) return say("This video is larger than 500 MB. Choose a smaller one.");
  say("");
  file = chosen;
}

function showTarget() {
  one("[data-new]", HTMLElement, form).hidden = !isNew();
  one("[data-old]", HTMLElement, form).hidden = isNew();
}

/** @param {string} words */
async function find(words) {
  const mine = (turn += 1);
  const wanted = new URLSearchParams(location.search).get("comparison");
  /** @type {List} */
  const { comparisons } = await read(`/api/admin/comparisons?limit=100${words ? `&q=${encodeURIComponent(words)}` : ""}`);
  if (mine !== turn) return;
  choice.replaceChildren(h("option", { value: "" }, comparisons.length > 0 ? "Choose…" : "No match"),
    ...comparisons.map(({ id, title }) => h("option", { value: id, selected: id === wanted }, title)));
}

input.addEventListener("change", () => {
  const [chosen] = input.files ?? [];
  if (chosen) take(chosen);
});
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const chosen = event.dataTransfer?.files[0];
  if (chosen) take(chosen);
});
form.addEventListener("input", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLInputElement)) return;
  if (target.name === "target") showTarget();
  if (!("find" in target.dataset)) return;
  clearTimeout(planned);
  planned = setTimeout(() => void find(target.value.trim()), pause);
});

/** @param {File} chosen */
async function upload(chosen) {
  progress.hidden = false;
  const listeners = {
    /** @param {number} bytes */
    onProgress: (bytes) => {
      progress.value = (100 * bytes) / Math.max(1, chosen.size);
    },
    onState: () => undefined,
  };
  return new Transfer(chosen, /** @type {import("./upload/transfer.js").ContentType} */ (chosen.type), listeners, "result").run();
}

enhance(form, {
  check: ({ comparisonId, title, prompt }) => {
    say(file ? "" : fault.textContent || "Choose a video.");
    return {
      "": file ? null : "Choose a video first.",
      ...(isNew() ? { title: !title && "Give the comparison a title.", prompt: !prompt && "Write what the video shows." }
        : { comparisonId: !comparisonId && "Choose a comparison." }),
    };
  },
  send: async (values) => {
    sent ??= await upload(/** @type {File} */ (file));
    /** @type {Input} */
    const wanted = {
      uploadId: sent, model: values.model ?? "", notes: values.notes ?? "",
      ...(isNew() ? { title: values.title ?? "", prompt: values.prompt ?? "" } : { comparisonId: values.comparisonId ?? "" }),
      ...(values.generationSeconds ? { generationSeconds: Number(values.generationSeconds) } : {}),
      ...(values.duration ? { duration: Number(values.duration) } : {}), ...(values.costUsd ? { costUsd: values.costUsd } : {}),
    };
    return /** @type {Promise<Registered>} */ (send("POST", "/api/upload/video", wanted));
  },
  done: ({ comparisonId }) => location.assign(`/admin/comparisons/${comparisonId}`),
  refused: (error) => {
    if (error.code === "upload_not_found") sent = null;
    if (error.code === "terms_required") location.assign("/terms/accept?next=/admin/upload");
    if (error.code === "model_present") setFault(form, "model", error.message);
    return error.code === "terms_required" || error.code === "model_present";
  },
  nothing: "Nothing was added.",
});

showTarget();
void find("");
prepareChanges();
