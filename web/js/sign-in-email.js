// Asking for a sign-in link by mail. The answer is the same for every address, so the page promises nothing more.

import "./site.js";
import { send } from "./core/api.js";
import { h, one } from "./core/dom.js";
import { enhance } from "./core/form.js";
import { counted } from "./core/format.js";
import { showSent } from "./core/sent-mail.js";

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
  done: (answer, values) => showSent(form, answer, {
    level: "h2",
    lead: ["If mail can reach ", h("strong", {}, values.email), `, a sign-in link is on its way. It works once, within ${counted(answer.linkMinutes, "minute", "minutes")}.`],
    nothing,
  }, () => ask(values)),
});
