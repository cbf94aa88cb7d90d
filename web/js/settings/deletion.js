// Deleting the account: what will be deleted, in numbers, and words to type first.

import { read, send } from "../core/api.js";
import { h, one } from "../core/dom.js";
import { clearFaults, enhance } from "../core/form.js";
import { counted } from "../core/format.js";

const dialog = one("[data-deletion]", HTMLDialogElement);
const input = one("#leave-words", HTMLInputElement);
const form = one("[data-deletion-form]", HTMLFormElement);
const button = one("[data-delete]", HTMLButtonElement);
const wish = one("[data-film-wish]", HTMLElement);
const goes = one("[data-goes]", HTMLElement);

/** Counts what is deleted and what stays. */
async function count() {
  /** @type {import("../api.js").AccountExport | null} */
  const data = await read("/api/account/export").catch(() => null);
  if (!data) {
    goes.replaceChildren(h("li", {}, "Your takes and their files, your comments, devices, keys and open votes are deleted."));
    wish.hidden = false;
    return;
  }
  const { clips } = data;
  const kept = clips.filter((clip) => clip.status === "locked").length;
  wish.hidden = kept === 0;
  const lines = [
    `${counted(clips.length - kept, "take is", "takes are")} deleted with all files.`,
    `${counted(data.sessions.length, "device is", "devices are")} signed out, ${counted(data.apiKeys.length, "API key is", "API keys are")} revoked.`,
    kept > 0 ? `${counted(kept, "take stays", "takes stay")} in the film, credited to a former member.` : null,
  ];
  goes.replaceChildren(...lines.filter((line) => line !== null).map((line) => h("li", {}, line)));
}

/** Lets the page's button open the dialog. */
export function startDeletion() {
  one("[data-leave]", HTMLButtonElement).addEventListener("click", () => {
    form.reset();
    button.disabled = true;
    clearFaults(form);
    dialog.showModal();
    one("[data-stay]", HTMLButtonElement).focus();
    void count();
  });
  one("[data-stay]", HTMLButtonElement).addEventListener("click", () => dialog.close());
  input.addEventListener("input", () => {
    button.disabled = !input.validity.valid;
  });
  enhance(form, {
    send: (values) => send("DELETE", "/api/account/delete", { confirmation: input.value, removeFromFilm: values.film === "on" && !wish.hidden }),
    nothing: "Nothing was deleted.",
    refused: (error) => {
      // The offer to sign in again is made outside the dialog.
      if (error.isSignInTooOld) dialog.close();
      return error.isSignInTooOld;
    },
    done: () => {
      try {
        localStorage.clear();
        sessionStorage.clear();
      } catch {
        // What cannot be reached cannot be cleared.
      }
      location.replace("/");
    },
  });
}
