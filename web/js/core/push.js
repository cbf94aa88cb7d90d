// Push in this browser. Permission is only asked for by `turnOn`, which follows a click.

import { read, send } from "./api.js";

/** @typedef {"unsupported" | "denied" | "off" | "on"} PushState */

/** The registration of the site's worker; null where there are no workers. */
async function registration() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return null;
  return (await navigator.serviceWorker.getRegistration("/")) ?? null;
}

/** This browser's subscription; null without one. */
export async function ownSubscription() {
  return (await (await registration())?.pushManager.getSubscription()) ?? null;
}

/**
 * What this browser can do.
 * @returns {Promise<PushState>}
 */
export async function pushState() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await ownSubscription().catch(() => null)) ? "on" : "off";
}

/** Asks for permission, subscribes this browser, and tells the site. */
export async function turnOn() {
  // The page's own request must be the first thing after the click, or browsers do not ask.
  if ((await Notification.requestPermission()) !== "granted") return;
  const { key } = /** @type {import("../api.js").PushKey} */ (await read("/api/notifications/key"));
  const worker = await navigator.serviceWorker.ready;
  const old = await worker.pushManager.getSubscription();
  // One for another key of the site receives nothing.
  if (old && encoded(old.options.applicationServerKey) !== key) await old.unsubscribe();
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  try {
    await send("POST", "/api/notifications/subscribe", subscription.toJSON());
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
}

/** Ends this browser's subscription. */
export async function turnOff() {
  const subscription = await ownSubscription().catch(() => null);
  if (!subscription) return;
  await send("POST", "/api/notifications/unsubscribe", { endpoint: subscription.endpoint }).catch(() => {});
  await subscription.unsubscribe();
}

/** @param {ArrayBuffer | null} bytes */
function encoded(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
