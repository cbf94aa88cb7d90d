// The site as an app: it can be installed, and an open page learns of a new release.

import { all } from "./dom.js";
import { toast } from "./toast.js";

/**
 * @typedef {Event & {prompt: () => Promise<unknown>}} InstallEvent what Chromium sends where the site can be installed
 */

/** The release that a worker or a module belongs to, by its address. */
const release = new URL(import.meta.url).pathname.split("/")[2];

/** Registers the worker for visits without a connection. It comes last, so that it takes nothing from the first pictures. */
export function startApp() {
  const workers = navigator.serviceWorker;
  const register = () => setTimeout(() => void workers?.register(`/offline-worker.js?${release}`).catch(() => {}), 2000);
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });

  // Another tab has loaded a newer release. This page keeps working until it is loaded again.
  workers?.addEventListener("controllerchange", () => {
    const newest = new URL(workers.controller?.scriptURL ?? location.href).search.slice(1);
    if (!newest || newest === release) return;
    toast("A new version of the site is ready.", { stays: true, action: { label: "Reload", run: () => location.reload() } });
  });

  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer(/** @type {InstallEvent} */ (event));
  });
  addEventListener("appinstalled", () => {
    for (const button of all("[data-install]")) button.hidden = true;
  });
}

/** @param {InstallEvent} event */
function offer(event) {
  for (const button of all("[data-install]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      // Each event can ask once; the browser sends another one when it may be asked again.
      for (const other of all("[data-install]")) other.hidden = true;
      void event.prompt();
    }, { once: true });
  }
}
