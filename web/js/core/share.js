// Sharing by the system's own sheet where there is one, else by a copied link.

import { toast } from "./toast.js";

/**
 * @param {string} title
 * @param {string} path
 */
export async function share(title, path) {
  const url = new URL(path, location.origin).href;
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    toast("Link copied");
  } catch {
    toast(`Copy this link: ${url}`, { tone: "bad" });
  }
}
