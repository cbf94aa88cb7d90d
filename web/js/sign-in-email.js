// Asking for a sign-in link by mail. The answer is the same for every address, so the page promises nothing more.

import { send } from "./core/api.js";
import { announce, h, maybe, one, setText } from "./core/dom.js";
import { enhance, faultText } from "./core/form.js";
import { counted } from "./core/format.js";

const form = one("[data-email-form]", HTMLFormElement);
const nothing = "Nothing was sent; try again.";

/**
 * @param {import("./core/form.js").Values} values
 * @returns {Promise<import("./api.js").SignInLinkRequested>}
 */
const ask = ({ email, next }) => send("POST", "/api/auth/email", { email, ...(next?.startsWith("/") ? { next } : {}) });

enhance(form, {
  send: ask,
  field: "email",
  nothing,
  done: (answer, values) => {
    form.replaceWith(sent(values, answer));
    maybe("[data-email-sent] h2")?.focus();
  },
});

/**
 * What replaces the form once a link was requested.
 * @param {import("./core/form.js").Values} values
 * @param {import("./api.js").SignInLinkRequested} answer
 */
function sent(values, answer) {
  const resend = h("button", { class: "btn", type: "button" });
  const back = h("button", { class: "btn", type: "button" }, "Use another address");
  const fault = h("p", { class: "hint hint--bad", role: "alert", hidden: true });
  const element = h("section", { class: "stack", "data-email-sent": true },
    h("h2", { tabindex: "-1" }, "Check your inbox"),
    h("p", {}, "If mail can reach ", h("strong", {}, values.email), `, a sign-in link is on its way. It works once, within ${counted(answer.linkMinutes, "minute", "minutes")}. If nothing arrives, look in your spam folder.`),
    fault, h("div", { class: "row" }, resend, back));

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
      const second = await ask(values);
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
  return element;
}
