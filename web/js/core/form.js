// Forms: faults are shown at their fields, the first wrong field has the focus, the button is busy while the form is on
// its way, and what was typed stays. Without this module the browser posts the same form, and the server answers with the
// same words.

import { Refusal } from "./api.js";
import { all, maybe, setText } from "./dom.js";
import { counted } from "./format.js";
import { toast } from "./toast.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** @typedef {Record<string, string>} Values */

/**
 * @template Answer
 * @typedef {object} Sending
 * @property {(values: Values) => Promise<Answer>} send
 * @property {(answer: Answer, values: Values) => void | Promise<void>} done
 * @property {(values: Values) => Record<string, string | null | false>} [check] what the browser cannot find wrong, by field
 * @property {(error: Refusal) => boolean} [refused] whether a refusal has been dealt with
 * @property {string} [field] the field that a refusal is about which names none
 * @property {string} [nothing] what did not happen, for when there is no connection: `Nothing was sent.`
 */

/**
 * Sends a form by `send` in place of the browser.
 * @template Answer
 * @param {HTMLFormElement} form
 * @param {Sending<Answer>} sending
 */
export function enhance(form, sending) {
  form.noValidate = true;
  form.addEventListener("input", (event) => {
    const field = fields(form).find((one) => one === event.target);
    if (field) setFault(form, field.name, null);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("[type=submit]");
    if (button?.getAttribute("aria-busy") === "true") return;
    maybe("[data-form-outcome]")?.remove();
    setSummary(form, null);
    const values = valuesOf(form);
    const found = sending.check?.(values) ?? {};
    /** @type {Field | null} */
    let first = null;
    for (const field of fields(form)) {
      const text = field.validity.valid ? found[field.name] : wants(field);
      setFault(form, field.name, text || null, field.validity.valid);
      if (text) first ??= field;
    }
    if (first) {
      /** @type {Field} */ (first).focus();
      return;
    }
    if (found[""]) {
      setSummary(form, found[""]);
      return;
    }
    button?.setAttribute("aria-busy", "true");
    try {
      await sending.done(await sending.send(values), values);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!error.isSignInTooOld && !sending.refused?.(error)) refuse(form, error, sending);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  });
}

/**
 * The fields that can be wrong.
 * @param {HTMLFormElement} form
 */
function fields(form) {
  return /** @type {Field[]} */ (all("[name]:is(input, textarea, select):not([type=hidden])", form));
}

/** @param {Field} field */
const wants = (field) => field.dataset.wants ?? field.validationMessage;

/**
 * What was typed, without blanks around it; of a hidden field and its checkbox the checkbox counts.
 * @param {HTMLFormElement} form
 * @returns {Values}
 */
function valuesOf(form) {
  /** @type {Values} */
  const values = {};
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrfToken") values[name] = value.trim();
  return values;
}

/**
 * Says what is wrong with a field, or that nothing is.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string | null} text
 * @param {boolean} [isKept] whether an advice that is no fault stays
 */
export function setFault(form, name, text, isKept = false) {
  const place = maybe(`#${CSS.escape(name)}-fault`, form);
  if (place && !(isKept && !text && !place.classList.contains("hint--bad"))) {
    place.hidden = !text;
    place.classList.add("hint--bad");
    setText(place, text ?? "");
  }
  for (const field of fields(form)) {
    if (field.name !== name) continue;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string | null} text
 */
function setSummary(form, text) {
  const place = maybe("[data-form-fault]", form);
  if (!place) {
    if (text) toast(text, { tone: "bad" });
    return;
  }
  place.hidden = !text;
  setText(place, text ?? "");
}

/**
 * @param {HTMLFormElement} form
 * @param {Refusal} error
 * @param {Sending<any>} sending
 */
function refuse(form, error, sending) {
  const known = new Set(fields(form).map((field) => field.name));
  const faults = [...error.faults].filter(([name]) => known.has(name));
  // A schema's sentence names the field of the API in quotes; the page then says what the field wants.
  for (const [name, text] of faults) {
    const field = fields(form).find((one) => one.name === name);
    setFault(form, name, text.startsWith("“") && field ? wants(field) : text);
  }
  if (faults.length === 0 && sending.field && error.status >= 400 && error.status < 500 && error.status !== 429) {
    faults.push([sending.field, error.message]);
    setFault(form, sending.field, error.message);
  }
  const [first] = faults;
  if (first) fields(form).find((field) => field.name === first[0])?.focus();
  else setSummary(form, faultText(error, sending.nothing));
}

/**
 * What went wrong, in words.
 * @param {unknown} error
 * @param {string} [nothing] what did not happen
 */
export function faultText(error, nothing) {
  if (!(error instanceof Refusal)) return "Something went wrong on this page. Reload it and try again.";
  if (error.isOffline) {
    const lead = !navigator.onLine ? "You are offline." : nothing ? "The site does not answer." : "Could not save.";
    return `${lead} ${nothing ?? "Nothing was changed."}`;
  }
  if (error.status === 401) return "Your session has ended. Sign in again.";
  if (error.status === 429) return `Too many tries. Try again in ${counted(error.retryAfter ?? 60, "second", "seconds")}.`;
  return [...error.faults.values()][0] ?? error.message;
}

/**
 * Runs a change that a button makes, during which the button is busy. A change that fails is told in a toast.
 * @param {Element} button
 * @param {() => Promise<void>} change
 */
export async function whileBusy(button, change) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!error.isSignInTooOld) toast(faultText(error), { tone: "bad" });
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Empties the faults of a form, as before it is shown anew.
 * @param {HTMLFormElement} form
 */
export function clearFaults(form) {
  for (const field of fields(form)) setFault(form, field.name, null);
  for (const place of all("[data-form-fault]", form)) place.hidden = true;
}
