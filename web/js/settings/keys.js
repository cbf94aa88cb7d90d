// API keys: made, shown once, revoked.

import { read, Refusal, send } from "../core/api.js";
import { all, announce, h, one } from "../core/dom.js";
import { toast } from "../core/toast.js";
import { showFault, since } from "./words.js";

/** @typedef {{id: string, name: string, scopes: string[], createdAt: string, lastUsedAt: string | null, expiresAt: string | null}} Key */

const list = one("[data-keys]", HTMLElement);
const form = one("[data-make-key]", HTMLFormElement);
const name = one("#key-name", HTMLInputElement);
const fault = one("#key-fault", HTMLElement);
const fresh = one("[data-new-key]", HTMLElement);

/**
 * When a key ends: `ends on 3 May 2026`.
 * @param {Key} key
 */
function ends(key) {
  if (!key.expiresAt) return "does not end by itself";
  const end = new Date(key.expiresAt);
  const day = end.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return `${end.getTime() > Date.now() ? "ends" : "ended"} on ${day}`;
}

/** @param {(error: unknown) => void} tell what tells of a change that did not happen */
export function startKeys(tell) {
  async function show() {
    try {
      /** @type {Key[]} */
      const keys = (await read("/api/keys")).keys;
      list.replaceChildren(...keys.map(row));
      if (keys.length === 0) list.replaceChildren(h("li", { class: "quiet" }, "You have no keys."));
    } catch {
      list.replaceChildren(h("li", { class: "quiet" }, "Your keys did not load. Reload the page to try again."));
    } finally {
      list.removeAttribute("aria-busy");
    }
  }

  /** @param {Key} key */
  function row(key) {
    const used = key.lastUsedAt ? `last used ${since(key.lastUsedAt)}` : "never used";
    const revoke = h("button", { class: "btn btn--sm btn--danger", type: "button", "aria-label": `Revoke ${key.name}` }, "Revoke");
    revoke.addEventListener("click", async () => {
      revoke.setAttribute("aria-busy", "true");
      try {
        await send("DELETE", "/api/keys", { id: key.id });
        announce(`${key.name} is revoked.`);
        toast(`${key.name} is revoked. Whoever used it is refused from now on.`);
        await show();
        (all("button", list)[0] ?? name).focus();
      } catch (error) {
        revoke.removeAttribute("aria-busy");
        tell(error);
      }
    });
    return h("li", {}, h("div", { class: "grow" }, h("b", {}, key.name),
      h("p", { class: "quiet" }, `${key.scopes.join(", ")} · ${used} · ${ends(key)}`)), revoke);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = one("button", HTMLButtonElement, form);
    if (button.getAttribute("aria-busy") === "true") return;
    const scopes = all("[name=scope]", form).filter((box) => box instanceof HTMLInputElement && box.checked)
      .map((box) => /** @type {HTMLInputElement} */ (box).value);
    const text = !name.value.trim() ? "Give the key a name, so that you know it again." : scopes.length === 0 ? "Choose what the key may do." : null;
    showFault(fault, name, text);
    if (text) {
      name.focus();
      return;
    }
    const days = one("#key-days", HTMLSelectElement).value;
    button.setAttribute("aria-busy", "true");
    try {
      const key = await send("POST", "/api/keys", { name: name.value.trim(), scopes, ...(days ? { expiresInDays: Number(days) } : {}) });
      one("[data-key-text]", HTMLElement).textContent = key.key;
      fresh.hidden = false;
      form.reset();
      await show();
      one("[data-copy]", HTMLButtonElement).focus();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!error.isSignInTooOld) showFault(fault, name, error.isOffline ? "There is no connection. No key was made." : error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });

  one("[data-copy]", HTMLButtonElement).addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(one("[data-key-text]", HTMLElement).textContent ?? "");
      toast("The key is copied.");
    } catch {
      const range = document.createRange();
      range.selectNodeContents(one("[data-key-text]", HTMLElement));
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
      toast("The browser did not allow copying. The key is selected; copy it by hand.", { tone: "bad" });
    }
  });

  void show();
}
