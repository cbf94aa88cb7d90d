// Every take: a change of status or order searches at once, and further pages join the list.

import "./site.js";
import { all, announce, maybe } from "./core/dom.js";
import { counted } from "./core/format.js";
import { sharpen } from "./core/sharpen.js";
import { toast } from "./core/toast.js";

const form = maybe("[data-search]");
if (form instanceof HTMLFormElement) {
  for (const choice of all("select", form)) choice.addEventListener("change", () => form.requestSubmit());
  // Fields that say nothing are left out of the address, which so stays the one that caches know.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "" || (name === "sort" && value === "newest")) formData.delete(name);
  });
}

/** @param {HTMLAnchorElement} link */
async function load(link) {
  if (link.hasAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const takes = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-takes] > li")].map((take) => document.adoptNode(take)));
    const list = maybe("[data-takes]");
    // A take that has changed its place meanwhile is not shown twice.
    const known = new Set([...list?.querySelectorAll("h2 a") ?? []].map((one) => one.getAttribute("href")));
    const added = takes.filter((take) => !known.has(take.querySelector("h2 a")?.getAttribute("href") ?? ""));
    list?.append(...added);
    sharpen();
    const next = page.querySelector("[data-more]");
    if (next) link.href = next.getAttribute("href") ?? link.href;
    else maybe("[data-more-row]")?.remove();
    // By keyboard one continues at the first new take.
    if (link.matches(":focus-visible") || !next) added[0]?.querySelector("a")?.focus({ preventScroll: Boolean(next) });
    announce(`${counted(added.length, "more take", "more takes")}${next ? "" : ". That is all"}`);
  } catch {
    toast("More takes could not be loaded. Check your connection and try again.", { tone: "bad" });
  } finally {
    link.removeAttribute("aria-busy");
  }
}

maybe("[data-more]")?.addEventListener("click", (event) => {
  if (!(event.currentTarget instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  void load(event.currentTarget);
});

sharpen();
