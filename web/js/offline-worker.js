// Messages that the site pushes, and what a visit without a connection gets: a page that says so, and the stills of takes that were seen. The worker never
// answers a page that the network can answer, so that no visitor gets an old one.

const worker = /** @type {any} */ (self);
const shellName = "offline";
const stillsName = "stills";
const page = "/offline";
/** What the page consists of. Any release finds them under this address. */
const parts = ["/assets/0/errors/slate-3.css", "/assets/0/js/offline.js"];
const mostStills = 60;
/** The end of a still's path, on this site and on its CDN. */
const stills = /\/clips\/[0-9a-f-]{36}\/[^/]+\.(webp|jpg)$/;

async function keep() {
  const cache = await caches.open(shellName);
  // Past the browser's own cache: each release registers anew, and its page comes with it.
  await cache.addAll([page, ...parts].map((url) => new Request(url, { cache: "reload" })));
  for (const { url } of await cache.keys()) {
    if (![page, ...parts].includes(new URL(url).pathname)) await cache.delete(url);
  }
  await worker.skipWaiting();
}

/**
 * What the network answers; only where it does not, what was kept.
 * @param {Promise<Response | undefined>} network
 * @param {string} kept
 */
async function answer(network, kept) {
  return network.catch(() => caches.match(kept, { cacheName: shellName }));
}

/** @param {any} event */
async function load(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

/**
 * A still never changes under its name. Those that not everybody may see are not kept.
 * @param {any} event
 */
async function still(event) {
  const cache = await caches.open(stillsName);
  const kept = await cache.match(event.request);
  if (kept) return kept;
  const response = await fetchStill(event.request);
  if (response.status === 200 && !/no-store|private/.test(response.headers.get("Cache-Control") ?? "")) {
    event.waitUntil(keepStill(cache, event.request, response.clone()));
  }
  return response;
}

/**
 * A still of a CDN is asked for in such a way that its head can be read, where the CDN allows that.
 * @param {Request} request
 */
async function fetchStill(request) {
  if (new URL(request.url).origin === worker.location.origin) return fetch(request);
  return fetch(request.url, { mode: "cors", credentials: "omit", signal: request.signal }).catch(() => fetch(request));
}

/**
 * @param {Cache} cache
 * @param {Request} request
 * @param {Response} response
 */
async function keepStill(cache, request, response) {
  await cache.put(request, response);
  const kept = await cache.keys();
  for (const old of kept.slice(0, Math.max(0, kept.length - mostStills))) await cache.delete(old);
}

/**
 * Shows a pushed message. One with the tag of an earlier one takes its place.
 * @param {any} event
 */
async function show(event) {
  /** @type {{id?: number, kind?: string, title?: string, body?: string, path?: string}} */
  let message = {};
  try {
    message = event.data?.json() ?? {};
  } catch {
    // Browsers want something to be shown for each message.
  }
  await worker.registration.showNotification(message.title ?? "News", {
    body: message.body ?? "",
    icon: "/assets/0/icons/app-192.png",
    tag: message.kind === "new_round" ? "round" : `n${message.id ?? 0}`,
    data: { id: message.id, path: message.path ?? "/notifications" },
  });
}

/**
 * Opens the page of a message, in a window of the site if there is one, and marks the notification as read.
 * @param {any} shown
 */
async function open(shown) {
  const { id, path } = shown.data ?? {};
  const url = new URL(path ?? "/notifications", worker.location.origin);
  if (url.origin !== worker.location.origin) return;
  await Promise.all([goTo(url.href), typeof id === "number" && change("/api/notifications", { ids: [id] })]);
}

/** @param {string} url */
async function goTo(url) {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((/** @type {any} */ client) => client.url === url);
  if (there) return there.focus();
  try {
    // A page that another version of this worker controls cannot be led elsewhere.
    return await (await windows[0].focus()).navigate(url);
  } catch {
    return worker.clients.openWindow(url);
  }
}

/**
 * @param {string} path
 * @param {unknown} body
 */
async function change(path, body) {
  const { token } = await (await fetch("/api/csrf")).json();
  await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
    body: JSON.stringify(body),
  });
}

/**
 * The browser has given up a subscription: it subscribes again.
 * @param {any} event
 */
async function renew(event) {
  const { key } = await (await fetch("/api/notifications/key")).json();
  const fresh = event.newSubscription ?? (await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await change("/api/notifications/subscribe", fresh.toJSON());
  if (event.oldSubscription) await change("/api/notifications/unsubscribe", { endpoint: event.oldSubscription.endpoint });
}

worker.addEventListener("push", (/** @type {any} */ event) => event.waitUntil(show(event)));
worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(event.notification));
});
worker.addEventListener("pushsubscriptionchange", (/** @type {any} */ event) => event.waitUntil(renew(event)));
worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keep()));
// The request need not wait until the worker has started.
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.registration.navigationPreload?.enable()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  /** @type {Request} */
  const request = event.request;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    // A part of this site in the frame of another one has no page of its own here.
    if (!pathname.startsWith("/embed/")) event.respondWith(answer(load(event), page));
  } else if (origin === worker.location.origin && parts.includes(pathname)) {
    event.respondWith(answer(fetch(request), pathname));
  } else if (request.destination === "image" && stills.test(pathname)) event.respondWith(still(event));
});
