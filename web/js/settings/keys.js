// API keys: created, shown once, revoked.

import { read, send } from "../core/api.js";
import { copyText } from "../core/copy.js";
import { all, announce, h, one } from "../core/dom.js";
import { enhance, whileBusy } from "../core/form.js";
import { toast } from "../core/toast.js";
import { keyUsage } from "./key-usage.js";
import { since } from "./words.js";

/** @typedef {import("../api.js").APIKey} APIKey */

const list = one("[data-keys]", HTMLElement);
const form = one("[data-make-key]", HTMLFormElement);

/**
 * When a key expires: `expires on 3 May 2026`.
 * @param {APIKey} key
 */
function ends(key) {
  if (!key.expiresAt) return "never expires";
  const end = new Date(key.expiresAt);
  const day = end.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return `${end.getTime() > Date.now() ? "expires" : "expired"} on ${day}`;
}

/** Shows the keys, and lets the form create one. */
export function startKeys() {
  async function show() {
    try {
      const { keys } = /** @type {import("../api.js").APIKeyList} */ (await read("/api/keys"));
      list.replaceChildren(...keys.map(row));
      if (keys.length === 0) list.replaceChildren(h("li", { class: "quiet" }, "You have no keys."));
    } catch {
      list.replaceChildren(h("li", { class: "quiet" }, "Your keys did not load. Reload the page to try again."));
    } finally {
      list.removeAttribute("aria-busy");
    }
  }

  /** @param {APIKey} key */
  function row(key) {
    const used = key.lastUsedAt ? `last used ${since(key.lastUsedAt)}` : "never used";
    const revoke = h("button", { class: "btn btn--sm btn--danger", type: "button", "aria-label": `Revoke ${key.name}` }, "Revoke");
    revoke.addEventListener("click", () => whileBusy(revoke, async () => {
      await send("DELETE", "/api/keys", { id: key.id });
      announce(`${key.name} is revoked.`);
      toast(`${key.name} is revoked. Programs that use it are refused from now on.`);
      await show();
      (all("button", list)[0] ?? one("#key-name", HTMLInputElement)).focus();
    }));
    return h("li", {}, h("div", { class: "grow" }, h("b", {}, key.name),
      h("p", { class: "quiet" }, `${key.scopes.join(", ")} · ${used} · ${ends(key)}`), keyUsage(key)), revoke);
  }

  const scopes = () => /** @type {HTMLInputElement[]} */ (all("[name=scope]", form)).filter((box) => box.checked).map((box) => box.value);
  enhance(form, {
    check: (values) => ({ "key-name": !values["key-name"] && "Give the key a name so that you can recognise it.", "": scopes().length === 0 && "Choose at least one permission." }),
    send: (values) => send("POST", "/api/keys", { name: values["key-name"], scopes: scopes(), ...(values.days ? { expiresInDays: Number(values.days) } : {}) }),
    nothing: "No key was created.",
    done: async (/** @type {import("../api.js").NewAPIKey} */ key) => {
      one("[data-key-text]", HTMLElement).textContent = key.key;
      one("[data-new-key]", HTMLElement).hidden = false;
      form.reset();
      await show();
      one("[data-copy]", HTMLButtonElement).focus();
    },
  });

  one("[data-copy]", HTMLButtonElement).addEventListener("click", () => void copyText(one("[data-key-text]", HTMLElement), "key"));

  void show();
}
