// Lengths of text are counted in code points, as the server counts them. The browser's own `maxlength` counts UTF-16 units
// and stops at 40 emoji of 80.

/** @typedef {HTMLInputElement | HTMLTextAreaElement} TextField */

/**
 * How many code points a field may hold.
 * @param {TextField} field
 */
export function mostLetters(field) {
  return Number(field.dataset.mostLetters ?? field.maxLength);
}

/** @param {Event} event */
function adopt(event) {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || field.maxLength < 0) return;
  field.dataset.mostLetters = String(field.maxLength);
  field.removeAttribute("maxlength");
}

/** @param {Event} event */
function cut(event) {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || !field.dataset.mostLetters) return;
  // What an input method composes is not text yet.
  if (event instanceof InputEvent && event.isComposing) return;
  const letters = [...field.value];
  const most = Number(field.dataset.mostLetters);
  if (letters.length <= most) return;
  const at = field.selectionStart;
  field.value = letters.slice(0, most).join("");
  if (at !== null && at < field.value.length) field.setSelectionRange(at, at);
}

// Capturing, so that counters see the text after it was cut.
document.addEventListener("focusin", adopt, true);
document.addEventListener("input", cut, true);
document.addEventListener("compositionend", cut, true);
