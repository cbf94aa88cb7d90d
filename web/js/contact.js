// Writing to whoever runs the site.

import { Refusal, send } from "./core/api.js";
import { maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";

const form = one("[data-contact]", HTMLFormElement);
const button = one("button[type=submit]", HTMLButtonElement, form);
const sent = one("[data-sent]", HTMLElement);
const names = /** @type {const} */ (["name", "email", "subject", "message"]);

const wants = {
  name: "Enter your name.",
  email: "Enter your e-mail address, such as ida@example.org.",
  subject: "Make it shorter.",
  message: "Write at least ten characters.",
};

/** @param {string} name */
const control = (name) => /** @type {HTMLInputElement | HTMLTextAreaElement} */ (form.elements.namedItem(name));

/**
 * @param {string} name
 * @param {string | null} text
 */
function show(name, text) {
  const fault = one(`#${name}-fault`, HTMLElement);
  fault.hidden = !text;
  setText(fault, text ?? "");
  if (text) control(name).setAttribute("aria-invalid", "true");
  else control(name).removeAttribute("aria-invalid");
}

/** @param {string | null} text */
function fail(text) {
  const fault = one("[data-fault]", HTMLElement);
  fault.hidden = !text;
  setText(fault, text ?? "");
}

for (const name of names) control(name).addEventListener("input", () => show(name, null));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  fail(null);
  const wrong = names.filter((name) => !control(name).checkValidity() || (name === "message" && control(name).value.trim().length < 10));
  for (const name of names) show(name, wrong.includes(name) ? wants[name] : null);
  if (wrong[0]) {
    control(wrong[0]).focus();
    return;
  }
  button.setAttribute("aria-busy", "true");
  try {
    await send("POST", "/api/contact", Object.fromEntries(names.map((name) => [name, control(name).value.trim()])));
    form.hidden = true;
    sent.hidden = false;
    maybe("h2", sent)?.focus();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    for (const [name, text] of error.faults) if (names.includes(/** @type {any} */ (name))) show(name, text);
    if (error.isOffline) fail("There is no connection. Nothing was sent; try again.");
    else if (error.status === 429) fail(`That were many messages. Go on in ${counted(error.retryAfter ?? 60, "second", "seconds")}.`);
    else if (error.faults.size === 0) fail(error.message);
  } finally {
    button.removeAttribute("aria-busy");
  }
});
