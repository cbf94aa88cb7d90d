// Further pages of a list of takes or people join the list in place of a new page.

import { announce, maybe } from "./dom.js";
import { counted } from "./format.js";
import { sharpen } from "./sharpen.js";
import { toast } from "./toast.js";

/**
 * @param {HTMLAnchorElement} link
 * @param {{one: string, many: string, added: () => void}} options what the list holds, and what is done with what was added
 */
async function load(link, { one, many, added: done }) {
  if (link.hasAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const takes = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-takes] > li")].map((take) => document.adoptNode(take)));
    const list = maybe("[data-takes]");
    // What has changed its place meanwhile is not shown twice.
    const known = new Set([...list?.querySelectorAll(":is(h2, h3) a") ?? []].map((one) => one.getAttribute("href")));
    const added = takes.filter((take) => !known.has(take.querySelector(":is(h2, h3) a")?.getAttribute("href") ?? ""));
    list?.append(...added);
    sharpen();
    done();
    const next = page.querySelector("[data-more]");
    if (next) link.href = next.getAttribute("href") ?? link.href;
    else maybe("[data-more-row]")?.remove();
    // By keyboard one continues at the first new one.
    if (link.matches(":focus-visible") || !next) added[0]?.querySelector("a")?.focus({ preventScroll: Boolean(next) });
    announce(`${counted(added.length, `more ${one}`, `more ${many}`)}${next ? "" : ". That is all"}`);
  } catch {
    toast(`More ${many} could not be loaded. Check your connection and try again.`, { tone: "bad" });
  } finally {
    link.removeAttribute("aria-busy");
  }
}

/** @param {{one?: string, many?: string, added?: () => void}} [options] */
export function startMore(options = {}) {
  const { one = "take", many = "takes", added = () => {} } = options;
  maybe("[data-more]")?.addEventListener("click", (event) => {
    if (!(event.currentTarget instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void load(event.currentTarget, { one, many, added });
  });
}
