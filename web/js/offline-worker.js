// Shows the page for visits without a connection. It keeps that page with its style sheet and nothing else, and it never
// answers what the network can answer, so that no visitor gets an old page.

const worker = /** @type {any} */ (self);
const cacheName = "offline";
const page = "/offline";
const style = "/assets/0/errors/slate-2.css";

async function keep() {
  const cache = await caches.open(cacheName);
  // Past the browser's own cache: each release registers anew, and its page comes with it.
  await cache.addAll([page, style].map((url) => new Request(url, { cache: "reload" })));
  for (const { url } of await cache.keys()) {
    if (![page, style].includes(new URL(url).pathname)) await cache.delete(url);
  }
  await worker.skipWaiting();
}

/**
 * What the network answers; only where it does not, what was kept.
 * @param {Promise<Response | undefined>} network
 * @param {string} kept
 */
async function answer(network, kept) {
  return network.catch(() => caches.match(kept, { cacheName }));
}

/** @param {any} event */
async function load(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keep()));
// The request need not wait until the worker has started.
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.registration.navigationPreload?.enable()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  /** @type {Request} */
  const request = event.request;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(answer(load(event), page));
  else if (new URL(request.url).pathname === style) event.respondWith(answer(fetch(request), style));
});
