// Sends a file in its numbered parts. A lost connection costs the part that was on its way.

import { read, Refusal, send } from "../core/api.js";

/** How often a part is tried again while the site answers with errors. */
const tries = 6;

/** @typedef {import("../api.js").BeginUploadInput["contentType"]} ContentType */
/** @typedef {NonNullable<import("../api.js").BeginUploadInput["purpose"]>} Purpose */
/** @typedef {"sending" | "offline" | "waiting" | "paused"} State */

export class Transfer {
  #file;
  #contentType;
  #purpose;
  #listeners;
  /** @type {import("../api.js").SignedUpload | null} null before the first answer */
  #known = null;
  /** @type {Set<number>} */
  #arrived = new Set();
  #isPaused = false;
  /** @type {XMLHttpRequest | null} */
  #request = null;
  /** @type {(() => void) | null} */
  #wake = null;

  /**
   * @param {File} file
   * @param {ContentType} contentType
   * @param {{onProgress: (sent: number) => void, onState: (state: State) => void}} listeners
   * @param {Purpose} [purpose]
   */
  constructor(file, contentType, listeners, purpose = "clip") {
    this.#file = file;
    this.#contentType = contentType;
    this.#purpose = purpose;
    this.#listeners = listeners;
    addEventListener("online", () => this.#wake?.());
    // A request may hang for minutes on a line that is cut; what it has not sent is sent again.
    addEventListener("offline", () => this.#request?.abort());
  }

  /** Sends everything that is missing; answers the upload's id. */
  async run() {
    await this.#begin();
    let failures = 0;
    for (let part = this.#missing(); part !== null; part = this.#missing()) {
      await this.#whilePaused();
      this.#listeners.onState("sending");
      try {
        await this.#put(part);
        this.#arrived.add(part);
        failures = 0;
      } catch (error) {
        if (this.#isPaused) continue;
        if (!(error instanceof Refusal)) throw error;
        // The addresses grow old: fresh ones also tell what has arrived. Storages answer with different errors.
        if ([400, 401, 403].includes(error.status) && failures < 2) {
          failures += 1;
          await this.#resume(this.#upload.uploadId);
          continue;
        }
        if (!error.isOffline && error.status < 500 && error.status !== 429) throw error;
        failures += 1;
        if (!error.isOffline && failures > tries) throw error;
        await this.#rest(error, failures);
      }
    }
    this.#remember(null);
    return this.#upload.uploadId;
  }

  pause() {
    this.#isPaused = true;
    this.#request?.abort();
    this.#listeners.onState("paused");
  }

  goOn() {
    this.#isPaused = false;
    this.#wake?.();
  }

  async #begin() {
    const known = this.#remembered();
    if (known && (await this.#resume(known).then(() => true, () => false))) return;
    /** @type {import("../api.js").BeginUploadInput} */
    const input = {
      fileName: this.#file.name || this.#purpose, contentType: this.#contentType, size: this.#file.size, purpose: this.#purpose,
    };
    this.#accept(await send("POST", "/api/upload/signed-url", input));
    this.#remember(this.#upload.uploadId);
  }

  /** @param {string} id */
  async #resume(id) {
    this.#accept(await read(`/api/upload/signed-url?uploadId=${encodeURIComponent(id)}`));
  }

  get #upload() {
    if (!this.#known) throw new Error("The upload has not begun");
    return this.#known;
  }

  /** @param {import("../api.js").SignedUpload} upload */
  #accept(upload) {
    this.#known = upload;
    this.#arrived = new Set(upload.parts.arrived);
    this.#listeners.onProgress(this.#sent());
  }

  #missing() {
    for (let part = 1; part <= this.#upload.parts.count; part += 1) if (!this.#arrived.has(part)) return part;
    return null;
  }

  /** @param {number} part */
  #slice(part) {
    const { size } = this.#upload.parts;
    return this.#file.slice((part - 1) * size, part * size);
  }

  #sent() {
    let bytes = 0;
    for (const part of this.#arrived) bytes += this.#slice(part).size;
    return bytes;
  }

  /**
   * @param {number} part
   * @returns {Promise<void>}
   */
  #put(part) {
    const request = new XMLHttpRequest();
    this.#request = request;
    const before = this.#sent();
    const sending = new Promise((resolve, reject) => {
      request.open(this.#upload.method, this.#upload.parts.urls[part - 1]);
      for (const [name, value] of Object.entries(this.#upload.headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => this.#listeners.onProgress(before + event.loaded);
      request.onload = () => {
        // Written anew over what was there already is as good.
        if (request.status >= 200 && request.status < 300) resolve(undefined);
        else reject(new Refusal(request.status, "upload_failed", uploadText(request.status)));
      };
      request.onerror = () => reject(new Refusal(0, "offline", "There is no connection."));
      request.onabort = () => reject(new Refusal(0, "paused", "Paused."));
      request.send(this.#body(part));
    });
    return sending.then(() => undefined).finally(() => {
      this.#request = null;
    });
  }

  /**
   * What is sent of a part: its bytes, or a form that ends with them.
   * @param {number} part
   */
  #body(part) {
    if (this.#upload.method === "PUT") return this.#slice(part);
    const form = new FormData();
    for (const [name, value] of Object.entries(this.#upload.fields)) form.append(name, value);
    form.append("file", this.#slice(part), this.#purpose);
    return form;
  }

  async #whilePaused() {
    while (this.#isPaused) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  /**
   * Waits longer each time, or until the connection is back.
   * @param {Refusal} error
   * @param {number} failures
   */
  async #rest(error, failures) {
    this.#listeners.onProgress(this.#sent());
    this.#listeners.onState(error.isOffline ? "offline" : "waiting");
    const seconds = error.retryAfter ?? Math.min(30, 2 ** (failures - 1));
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  get #key() {
    return `upload:${this.#purpose}:${this.#file.name}:${this.#file.size}:${this.#file.lastModified}`;
  }

  #remembered() {
    try {
      return sessionStorage.getItem(this.#key);
    } catch {
      return null;
    }
  }

  /**
   * After a reload of the page the upload of the same file resumes where it stopped.
   * @param {string | null} id
   */
  #remember(id) {
    try {
      if (id) sessionStorage.setItem(this.#key, id);
      else sessionStorage.removeItem(this.#key);
    } catch {
      // Without storage a reload starts over.
    }
  }
}

/** @param {number} status */
function uploadText(status) {
  switch (status) {
    case 403: return "The permission to upload this file has expired. Start again.";
    case 413: return "The file has changed since you chose it. Choose it again.";
    case 507: return "The site's storage is full. Try again later.";
    default: return "The site refused the file. Try again.";
  }
}
