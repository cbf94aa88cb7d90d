// Leaving: what goes, in numbers, and words to type before anything does.

import { read, Refusal, send } from "../core/api.js";
import { h, one } from "../core/dom.js";
import { counted } from "../core/format.js";
import { showFault } from "./words.js";

const words = "DELETE MY ACCOUNT";
const dialog = one("[data-deletion]", HTMLDialogElement);
const input = one("#leave-words", HTMLInputElement);
const fault = one("#leave-fault", HTMLElement);
const button = one("[data-delete]", HTMLButtonElement);
const wish = one("[data-film-wish]", HTMLElement);
const goes = one("[data-goes]", HTMLElement);

/** Counts what goes and what stays. */
async function count() {
  const data = await read("/api/account/export").catch(() => null);
  if (!data) {
    goes.replaceChildren(h("li", {}, "Your takes with their files, your devices, keys and open votes go."));
    wish.hidden = false;
    return;
  }
  /** @type {{status: string}[]} */
  const clips = data.clips;
  const kept = clips.filter((clip) => clip.status === "locked").length;
  wish.hidden = kept === 0;
  const lines = [
    `${counted(clips.length - kept, "take goes", "takes go")} with all files.`,
    `${counted(data.sessions.length, "device is", "devices are")} signed out, ${counted(data.apiKeys.length, "API key ends", "API keys end")}.`,
    kept > 0 ? `${counted(kept, "take stays", "takes stay")} in the film as a former member’s.` : null,
  ];
  goes.replaceChildren(...lines.filter((line) => line !== null).map((line) => h("li", {}, line)));
}

async function leave() {
  if (button.disabled || button.getAttribute("aria-busy") === "true") return;
  showFault(fault, input, null);
  button.setAttribute("aria-busy", "true");
  const film = one("[name=film]", HTMLInputElement, dialog);
  try {
    await send("DELETE", "/api/account/delete", { confirmation: input.value, removeFromFilm: film.checked && !wish.hidden });
    try {
      localStorage.clear();
      sessionStorage.clear();
    } catch {
      // What cannot be reached cannot be cleared.
    }
    location.replace("/");
  } catch (error) {
    button.removeAttribute("aria-busy");
    if (!(error instanceof Refusal)) throw error;
    if (error.isSignInTooOld) dialog.close();
    else showFault(fault, input, error.isOffline ? "There is no connection. Nothing was deleted." : error.message);
  }
}

/** Lets the page's button open the dialog. */
export function startDeletion() {
  one("[data-leave]", HTMLButtonElement).addEventListener("click", () => {
    input.value = "";
    button.disabled = true;
    showFault(fault, input, null);
    dialog.showModal();
    one("[data-stay]", HTMLButtonElement).focus();
    void count();
  });
  input.addEventListener("input", () => {
    button.disabled = input.value !== words;
  });
  // Enter in the field must neither close the dialog nor delete before the words stand there.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    void leave();
  });
  button.addEventListener("click", () => void leave());
}
