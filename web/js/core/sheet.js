// The column beside a list: on narrow screens a sheet over it that leaves the page behind inert.

import { maybe, one } from "./dom.js";

/** Where the column is beside the list. */
const wide = matchMedia("(width >= 75rem)");

/**
 * @typedef {object} Sheet
 * @property {() => void} open shows the sheet, where the column is not beside the list
 * @property {() => void} close
 * @property {() => boolean} isOpen
 */

/**
 * @param {HTMLElement} side
 * @param {{moved: () => void, closed: () => void}} listeners `moved`: the column is shown in another place or hidden
 * @returns {Sheet}
 */
export function sheetOf(side, { moved, closed }) {
  const dialog = one("[data-sheet]", HTMLDialogElement);
  const body = one("[data-sheet-body]", HTMLElement, dialog);
  const home = side.parentElement;

  /**
   * Short messages and what screen readers are told: beside an open sheet they would be inert.
   * @param {HTMLElement} place
   */
  const carry = (place) => {
    for (const name of ["[data-toasts]", "[data-announcer]"]) {
      const element = maybe(name);
      if (element) place.append(element);
    }
  };

  dialog.addEventListener("close", () => {
    home?.append(side);
    carry(document.body);
    moved();
    closed();
  });
  // A press that begins in the sheet, such as a selection of text, does not end it.
  let isBeside = false;
  dialog.addEventListener("pointerdown", (event) => {
    isBeside = event.target === dialog;
  });
  dialog.addEventListener("click", (event) => {
    if (isBeside && event.target === dialog) dialog.close();
  });
  one("[data-sheet-close]", HTMLButtonElement, dialog).addEventListener("click", () => dialog.close());
  wide.addEventListener("change", () => {
    if (dialog.open) dialog.close();
    else moved();
  });

  return {
    open: () => {
      if (wide.matches || dialog.open) return;
      body.append(side);
      carry(dialog);
      dialog.showModal();
      body.scrollTop = 0;
      moved();
    },
    close: () => dialog.close(),
    isOpen: () => dialog.open,
  };
}
