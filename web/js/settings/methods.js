// Ways to sign in: listed, removed, and an e-mail address added to them.

import { read, send } from "../core/api.js";
import { all, announce, h, maybe, one } from "../core/dom.js";
import { enhance, whileBusy } from "../core/form.js";
import { counted } from "../core/format.js";
import { showSent } from "../core/sent-mail.js";
import { toast } from "../core/toast.js";
import { since } from "./words.js";

const section = one("[data-methods]", HTMLElement);
const list = one("[data-method-list]", HTMLElement);

async function show() {
  try {
    const { identities: methods } = /** @type {import("../api.js").IdentityList} */ (await read("/api/auth/identities"));
    list.replaceChildren(...methods.map(row));
    if (methods.length === 0) list.replaceChildren(h("li", { class: "quiet" }, "You have no sign-in methods yet."));
    else section.hidden = false;
  } catch {
    list.replaceChildren(h("li", { class: "quiet" }, "Your sign-in methods did not load. Reload the page to try again."));
  } finally {
    list.removeAttribute("aria-busy");
  }
}

/** @param {import("../api.js").Identity} method */
function row(method) {
  const name = method.email ? `${method.label}, ${method.email}` : method.label;
  const remove = h("button", { class: "btn btn--sm btn--danger", type: "button", "aria-label": `Remove ${name}` }, "Remove");
  remove.addEventListener("click", () => whileBusy(remove, async () => {
    await send("DELETE", "/api/auth/identities", { id: method.id });
    announce(`${name} is removed.`);
    toast(`You can no longer sign in with ${name}.`);
    await show();
    (all("button", list)[0] ?? maybe("input", section))?.focus();
  }));
  const used = method.lastUsedAt ? `last used ${since(method.lastUsedAt)}` : "not used yet";
  return h("li", {}, h("div", { class: "grow" }, h("b", {}, method.email ?? method.label),
    h("p", { class: "quiet" }, `${method.email ? `${method.label} · ` : ""}added ${since(method.createdAt)} · ${used}`)), remove);
}

/** Shows the methods, and lets the form add an address where the site sends mail. */
export function startMethods() {
  const form = maybe("[data-add-email]");
  if (form instanceof HTMLFormElement) {
    const nothing = "Nothing was sent; try again.";
    /**
     * @param {import("../core/form.js").Values} values
     * @returns {Promise<import("../api.js").SignInLinkRequested>}
     */
    const ask = ({ email }) => send("POST", "/api/auth/email/link", { email });
    enhance(form, {
      send: ask,
      field: "email",
      nothing,
      done: (answer, values) => showSent(form, answer, {
        level: "h3",
        lead: ["If mail can reach ", h("strong", {}, values.email), `, a link is on its way. Open it in this browser within ${counted(answer.linkMinutes, "minute", "minutes")} to add the address.`],
        nothing,
      }, () => ask(values)),
    });
  }
  void show();
}
