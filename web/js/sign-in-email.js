// Asking for a sign-in link by mail. The answer is the same for every address, so the page promises nothing more.

import { Refusal, send } from "./core/api.js";
import { announce, h, maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";

/**
 * Makes a form ask for links.
 * @param {HTMLFormElement} form
 */
export function askByEmail(form) {
  const input = one("input[type=email]", HTMLInputElement, form);
  const button = one("button[type=submit]", HTMLButtonElement, form);
  const fault = maybe("[data-email-fault]", form);
  const next = new URLSearchParams(location.search).get("next");

  /** @param {string | null} text */
  function showFault(text) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (!fault) return;
    fault.hidden = !text;
    setText(fault, text ?? "");
  }

  /** @param {string} email */
  const ask = (email) => send("POST", "/api/auth/email", { email, ...(next?.startsWith("/") ? { next } : {}) });

  input.addEventListener("input", () => showFault(null));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    const email = input.value.trim();
    showFault(null);
    if (!email || !input.checkValidity()) {
      showFault("Enter your e-mail address, such as ida@example.org.");
      input.focus();
      return;
    }
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await ask(email);
      form.replaceWith(sent(email, answer, form, () => ask(email)));
      maybe("[data-email-sent] h2")?.focus();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      showFault(words(error));
      input.focus();
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

/** @param {Refusal} error */
function words(error) {
  if (error.isOffline) return "There is no connection. Nothing was sent; try again.";
  if (error.status === 429) return `Too many tries. Go on in ${counted(error.retryAfter ?? 60, "second", "seconds")}.`;
  return error.faults.get("email") ?? error.message;
}

/**
 * What stands in the form's place once a link was asked for.
 * @param {string} email
 * @param {{linkMinutes: number, resendAfter: number}} answer
 * @param {HTMLFormElement} form
 * @param {() => Promise<any>} again
 */
function sent(email, answer, form, again) {
  const resend = h("button", { class: "btn", type: "button" });
  const back = h("button", { class: "btn", type: "button" }, "Use another address");
  const fault = h("p", { class: "hint hint--bad", role: "alert", hidden: true });
  const element = h("section", { class: "stack", "data-email-sent": true },
    h("h2", { tabindex: "-1" }, "Look into your inbox"),
    h("p", {}, "If mail to ", h("strong", {}, email), ` arrives, it brings a link. It works once, within ${counted(answer.linkMinutes, "minute", "minutes")}. Nothing there? Look among the unwanted mail.`),
    fault, h("div", { class: "row" }, resend, back));

  /** @param {number} seconds */
  function wait(seconds) {
    const end = Date.now() + seconds * 1000;
    resend.disabled = true;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0) {
        setText(resend, `Send another one in ${left} s`);
        return;
      }
      clearInterval(timer);
      resend.disabled = false;
      setText(resend, "Send another one");
    };
    const timer = setInterval(tick, 500);
    tick();
  }

  resend.addEventListener("click", async () => {
    resend.disabled = true;
    fault.hidden = true;
    try {
      const second = await again();
      announce("Another link was asked for.");
      wait(second.resendAfter);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fault.hidden = false;
      setText(fault, words(error));
      resend.disabled = false;
    }
  });
  back.addEventListener("click", () => {
    element.replaceWith(form);
    one("input[type=email]", HTMLInputElement, form).select();
  });
  wait(answer.resendAfter);
  return element;
}

const form = maybe("[data-email-form]");
if (form instanceof HTMLFormElement) askByEmail(form);
