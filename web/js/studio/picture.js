// The picture that a video starts from: chosen, dropped or pasted, shown at once, and sent as clips are.

import { read, Refusal, send } from "../core/api.js";
import { one } from "../core/dom.js";
import { Transfer } from "../upload/transfer.js";

const types = ["image/jpeg", "image/png", "image/webp"];
const mostBytes = 10 * 1024 * 1024;
/** How often the page asks whether the picture is ready, in milliseconds. */
const interval = 300;

/** @typedef {import("../api.js").UploadedImage} UploadedImage */
/** @typedef {import("../upload/transfer.js").ContentType} ContentType */

/**
 * @param {HTMLElement} place
 * @param {() => void} changed
 */
export function pictureOf(place, changed) {
  const file = one("[data-file]", HTMLInputElement, place);
  const preview = one("[data-preview]", HTMLImageElement, place);
  const text = one("[data-drop-text]", HTMLElement, place);
  const fault = one("[data-picture-fault]", HTMLElement, place);
  /** @type {string | null} */
  let id = null;
  let isSending = false;
  let turn = 0;

  /** @param {string} words */
  function say(words) {
    fault.textContent = words;
    fault.hidden = !words;
  }

  /** @param {File} chosen */
  async function take(chosen) {
    const mine = (turn += 1);
    id = null;
    say("");
    preview.hidden = true;
    if (!types.includes(chosen.type)) return say("This file is not a JPEG, PNG or WebP picture. Choose another file.");
    if (chosen.size > mostBytes) return say("This picture is larger than 10 MB. Choose a smaller one.");
    preview.src = URL.createObjectURL(chosen);
    preview.hidden = false;
    text.textContent = "Sending the picture…";
    isSending = true;
    changed();
    try {
      const found = await upload(chosen);
      if (mine !== turn) return;
      id = found;
      text.textContent = `${chosen.name} is ready. Choose another one.`;
    } catch (error) {
      if (mine !== turn) return;
      preview.hidden = true;
      text.textContent = "Choose a picture, or drop one here";
      say(error instanceof Refusal ? error.message : "The picture was not sent. Check your connection and try again.");
    } finally {
      if (mine === turn) {
        isSending = false;
        changed();
      }
    }
  }

  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    if (chosen) void take(chosen);
  });
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    const chosen = event.dataTransfer?.files[0];
    if (chosen) void take(chosen);
  });
  return {
    get id() {
      return id;
    },
    get isSending() {
      return isSending;
    },
    /**
     * Uses the picture of an earlier video.
     * @param {string} known
     */
    keep(known) {
      id = known;
      text.textContent = "The same picture as before. Choose another one.";
    },
  };
}

/**
 * @param {File} file
 * @returns {Promise<string>}
 */
async function upload(file) {
  const silent = { onProgress: () => undefined, onState: () => undefined };
  const imageId = await new Transfer(file, /** @type {ContentType} */ (file.type), silent, "picture").run();
  /** @type {UploadedImage} */
  let image = await send("POST", "/api/upload/image", { imageId });
  while (image.state === "processing") {
    await new Promise((resolve) => setTimeout(resolve, interval));
    image = await read(`/api/upload/image?imageId=${imageId}`);
  }
  if (image.state !== "ready") throw new Refusal(422, "image_refused", image.fault ?? "This picture cannot be used.");
  return imageId;
}
