// What replaces a form once a link was mailed: where to look, and buttons for another mail or another address.

import { announce, h, one, setText } from "./dom.js";
import { faultText } from "./form.js";

/** @typedef {import("../api.js").SignInLinkRequested} Sent */

/**
 * Replaces the form by what happens next, and gives that the focus.
 * @param {HTMLFormElement} form
 * @param {Sent} answer
 * @param {object} texts
 * @param {"h2" | "h3"} texts.level the heading's level on the page
 * @param {import("./dom.js").Child[]} texts.lead what was sent, and how long it is valid
 * @param {string} texts.nothing what did not happen, for when there is no connection
 * @param {() => Promise<Sent>} again requests another mail
 */
export function showSent(form, answer, { level, lead, nothing }, again) {
  const heading = h(level, { tabindex: "-1" }, "Check your inbox");
  const resend = h("button", { class: "btn", type: "button" });
  const back = h("button", { class: "btn", type: "button" }, "Use another address");
  const fault = h("p", { class: "hint hint--bad", role: "alert", hidden: true });
  const element = h("section", { class: "stack", "data-email-sent": true }, heading,
    h("p", {}, ...lead, " If nothing arrives, look in your spam folder."), fault, h("div", { class: "row" }, resend, back));

  /** @param {number} seconds */
  function wait(seconds) {
    const end = Date.now() + seconds * 1000;
    resend.disabled = true;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0) {
        setText(resend, `Send again in ${left} s`);
        return;
      }
      clearInterval(timer);
      resend.disabled = false;
      setText(resend, "Send again");
    };
    const timer = setInterval(tick, 500);
    tick();
  }

  resend.addEventListener("click", async () => {
    resend.disabled = true;
    fault.hidden = true;
    try {
      const second = await again();
      announce("Another link is on its way.");
      wait(second.resendAfter);
    } catch (error) {
      fault.hidden = false;
      setText(fault, faultText(error, nothing));
      resend.disabled = false;
    }
  });
  back.addEventListener("click", () => {
    element.replaceWith(form);
    one("input[type=email]", HTMLInputElement, form).select();
  });
  wait(answer.resendAfter);
  form.replaceWith(element);
  heading.focus();
}
