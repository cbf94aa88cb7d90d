// Copying a text that is shown once.

import { toast } from "./toast.js";

/**
 * Copies the text of an element. Where the browser does not allow it, the text is selected instead.
 * @param {HTMLElement} element
 * @param {string} noun what it is: `key`
 */
export async function copyText(element, noun) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    toast(`${noun[0]?.toUpperCase()}${noun.slice(1)} copied`);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    toast(`Your browser did not allow copying. The ${noun} is selected; copy it yourself.`, { tone: "bad" });
  }
}
