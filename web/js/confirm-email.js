// Adding an e-mail address by the link in a mail. Opening it changes nothing; the button uses it up.

import "./site.js";
import { Refusal, send } from "./core/api.js";
import { maybe, one, setText } from "./core/dom.js";
import { faultText } from "./core/form.js";
import { session } from "./core/session.js";

const page = one("[data-confirm-email]", HTMLElement);
const button = one("[data-confirm]", HTMLButtonElement);
const fault = one("[data-fault]", HTMLElement);
// What follows # is sent to no server, so it is in no log.
const token = new URLSearchParams(location.hash.slice(1)).get("token");

const parts = /** @type {const} */ (["incomplete", "visitor-part", "ready", "refused"]);

/** @param {typeof parts[number]} part */
function show(part) {
  for (const name of parts) one(`[data-${name}]`, HTMLElement, page).hidden = name !== part;
}

/** @param {string} text */
function fail(text) {
  fault.hidden = false;
  setText(maybe("[data-fault-text]", page), text);
}

async function confirm() {
  if (button.getAttribute("aria-busy") === "true") return;
  fault.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    await send("POST", "/api/auth/email/confirm", { token });
    location.replace("/settings?done=address-added");
  } catch (error) {
    button.removeAttribute("aria-busy");
    if (!(error instanceof Refusal)) throw error;
    // A link that can still be used keeps its button; of any other one only the way back remains.
    const isPassing = error.isOffline || error.status === 429 || error.status >= 500;
    if (error.status === 401) show("visitor-part");
    else {
      fail(faultText(error, "The link still works; try again."));
      if (isPassing) return;
      show("refused");
      maybe("[data-refused] a", page)?.focus();
    }
  }
}

async function start() {
  if (!token) {
    show("incomplete");
    return;
  }
  const user = await session();
  show(user ? "ready" : "visitor-part");
  if (!user) return;
  setText(maybe("[data-name]", page), user.username ?? "a member without a username");
  button.focus();
}

button.addEventListener("click", () => void confirm());
// A link that is opened while this page is open changes only what follows #.
addEventListener("hashchange", () => location.reload());
void start();
