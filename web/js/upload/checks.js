// Checks of a file before it is sent, so that a refusal comes at once. The server checks the real bytes.

import { one } from "../core/dom.js";
import { megabytes } from "../core/format.js";
import { secondsOfBlocks } from "./matroska.js";
import { hasPicture, usedSeconds } from "./tracks.js";

/** @typedef {Exclude<import("../api.js").BeginUploadInput["contentType"], "image/jpeg" | "image/png" | "image/webp">} ContentType */

/** The server's limits. */
const limits = one("[data-upload]", HTMLElement).dataset;
const largest = Number(limits.mostBytes);
const longest = Number(limits.mostMs) / 1000;
const tolerance = Number(limits.toleranceMs) / 1000;

/** How long a browser may take to read the head of a file. */
const patience = 8000;

const types = /** @type {Record<string, ContentType>} */ ({ mp4: "video/mp4", m4v: "video/mp4", webm: "video/webm", mov: "video/quicktime" });
/** @type {Record<ContentType, string>} */
const names = { "video/mp4": "MP4", "video/webm": "WebM", "video/quicktime": "MOV" };

/**
 * @typedef {object} Chosen
 * @property {File} file
 * @property {ContentType} contentType
 * @property {string} url an address of the file inside this page
 * @property {number | null} seconds null when this browser cannot play it
 * @property {string[]} findings
 */

/**
 * Looks at a file. Throws an error that says what to do.
 * @param {File} file
 * @returns {Promise<Chosen>}
 */
export async function check(file) {
  const extension = file.name.split(".").pop()?.toLowerCase() ?? "";
  const contentType = Object.hasOwn(names, file.type) ? /** @type {ContentType} */ (file.type) : types[extension];
  if (!contentType) throw new Error("This is not an MP4, WebM or MOV file. Export it as MP4 and choose it again.");
  if (file.size === 0) throw new Error("This file is empty. Choose another one.");
  if (file.size > largest) throw new Error(`This file is ${megabytes(file.size)}; the limit is ${Math.floor(largest / 2 ** 20)} MB. Export it at a lower bit rate.`);
  const url = URL.createObjectURL(file);
  const facts = await inspect(url);
  const findings = [`${names[contentType]}, ${megabytes(file.size)}`];
  if (!facts) {
    findings.push("Your browser cannot preview it. The server will check it.");
    return { file, contentType, url, seconds: null, findings };
  }
  // A browser's length includes tracks that are not used, such as texts, and heads need not tell the truth. What the file
  // itself does not show to be too long is the server's to decide.
  if (facts.seconds > longest + tolerance) {
    const used = await (contentType === "video/webm" ? secondsOfBlocks : usedSeconds)(file).catch(() => null);
    if (used !== null && used > longest + tolerance) {
      URL.revokeObjectURL(url);
      throw new Error(`This video is ${used.toFixed(1)} s long; the limit is ${longest} s. Trim it and choose it again.`);
    }
    if (used === null) findings.push("Your browser cannot tell how long it is. The server will check it.");
    facts.seconds = used ?? longest;
  }
  // What exceeds the limit within the tolerance is cut off.
  facts.seconds = Math.min(facts.seconds, longest);
  if (facts.width === 0) {
    if ((await hasPicture(file)) === false) {
      URL.revokeObjectURL(url);
      throw new Error("This file has no video track. Export it as MP4 and choose it again.");
    }
    // It plays the sound and cannot show the picture.
    findings.push("Your browser cannot preview it. The server will check it.");
    return { file, contentType, url, seconds: null, findings };
  }
  const shape = facts.height > facts.width ? "upright" : facts.height === facts.width ? "square" : "wide: it gets bars above and below";
  findings.push(`${facts.seconds.toFixed(1)} seconds`, `${facts.width} × ${facts.height}, ${shape}`);
  return { file, contentType, url, seconds: facts.seconds, findings };
}

/**
 * @param {string} url
 * @returns {Promise<{seconds: number, width: number, height: number} | null>}
 */
function inspect(url) {
  const video = document.createElement("video");
  video.preload = "metadata";
  video.muted = true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(null), patience);
    /** @param {{seconds: number, width: number, height: number} | null} facts */
    const done = (facts) => {
      clearTimeout(timer);
      video.removeAttribute("src");
      video.load();
      resolve(facts);
    };
    video.onerror = () => done(null);
    video.ondurationchange = () => {
      if (Number.isFinite(video.duration)) done({ seconds: video.duration, width: video.videoWidth, height: video.videoHeight });
    };
    // Recordings of a browser tell their length only once they were wound to the end.
    video.onloadedmetadata = () => {
      if (!Number.isFinite(video.duration)) video.currentTime = 1e9;
    };
    video.src = url;
  });
}
