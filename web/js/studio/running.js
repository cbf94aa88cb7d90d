// The videos that are being made, the wallet and the history, as the server shows them now.

import { all, announce, maybe, one } from "../core/dom.js";
import { toast } from "../core/toast.js";
import { freshPage } from "./course.js";

/** Puts in what differs, and keeps what the member is looking at. */
export async function refresh() {
  const fresh = await freshPage();
  const running = one("[data-running]", HTMLElement);
  const before = new Set(all("[data-job]", running).map((job) => job.dataset.job));
  const wallet = one("[data-wallet]", HTMLElement);
  const freshWallet = fresh.querySelector("[data-wallet]");
  if (freshWallet) wallet.replaceWith(document.adoptNode(freshWallet));
  // A price may have changed meanwhile, and a request with the old one is refused.
  for (const input of all("input[name=model]")) {
    if (!(input instanceof HTMLInputElement)) continue;
    const now = fresh.querySelector(`input[name=model][value="${CSS.escape(input.value)}"]`);
    if (!(now instanceof HTMLInputElement)) continue;
    if (now.dataset.facts) input.dataset.facts = now.dataset.facts;
    const [price, freshPrice] = [input, now].map((one) => one.closest("label")?.querySelector(".num"));
    if (price && freshPrice) price.replaceWith(document.adoptNode(freshPrice));
  }
  const freshRunning = fresh.querySelector("[data-running]");
  if (freshRunning) {
    const rows = /** @type {HTMLElement[]} */ ([...freshRunning.children]).map((row) => {
      const old = row.id ? document.getElementById(row.id) : null;
      if (!old || old.dataset.state !== row.dataset.state) return document.adoptNode(row);
      progress(row.dataset.job ?? "", Number(row.querySelector("progress")?.getAttribute("value") ?? 0));
      return old;
    });
    running.replaceChildren(...rows);
  }
  const after = new Set(all("[data-job]", running).map((job) => job.dataset.job));
  const history = maybe("[data-history]");
  const freshHistory = fresh.querySelector("[data-history]");
  if (history && freshHistory && history.innerHTML !== freshHistory.innerHTML) {
    history.replaceWith(document.adoptNode(freshHistory));
  }
  for (const id of before) {
    if (!after.has(id) && maybe(`[data-history] [data-video="${id}"] img`)) {
      toast("Your video is finished.");
      announce("Your video is finished.");
    }
  }
}

/**
 * Shows how far a video is; never less than before.
 *
 * @param {string} id
 * @param {number} percent
 */
export function progress(id, percent) {
  const row = maybe(`[data-job="${id}"]`);
  const bar = row?.querySelector("progress");
  if (!row || !(bar instanceof HTMLProgressElement) || !bar.hasAttribute("value")) return;
  if (bar.value >= percent) return;
  bar.value = percent;
  const words = maybe("[data-words]", row);
  if (words) words.textContent = `${percent} %`;
}
