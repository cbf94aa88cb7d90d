// Reporting a take, a comment or a member: the dialog that any page opens, and what sends its form. `/report` is the same form without
// a dialog. Nothing else imports it before it is needed.

import { send } from "./api.js";
import { announce, h } from "./dom.js";
import { enhance } from "./form.js";
import { toast } from "./toast.js";

/** @typedef {import("../api.js").ReportInput["reason"]} Reason */

/** @type {[Reason, string][]} */
const reasons = [
  ["inappropriate", "Sexual, cruel or unlawful content"],
  ["spam", "Spam"],
  ["harassment", "Harassment, or a person exposed"],
  ["copyright", "It uses somebody else's work"],
  ["other", "Something else"],
];

/**
 * Lets a form send a report. Visitors complete the captcha first where the site has one.
 * @param {HTMLFormElement} form
 * @param {(answer: import("../api.js").ReportReceived) => void} done
 */
export function reportBy(form, done) {
  enhance(form, {
    send: (values) => {
      const { clipId, userId, commentId, reason, description } = values;
      /** @type {import("../api.js").ReportInput} */
      const input = {
        reason: /** @type {Reason} */ (reason), ...(clipId ? { clipId } : {}), ...(userId ? { userId } : {}), ...(commentId ? { commentId } : {}), ...(description ? { description } : {}),
      };
      return send("POST", "/api/report", input);
    },
    check: ({ reason, description }) => ({
      description: reason === "other" && !description && "Say in your own words what is wrong.",
    }),
    refused: (error) => {
      if (error.code !== "captcha_required") return false;
      void import("../dashboard/captcha.js")
        .then(({ solveCaptcha }) => solveCaptcha({ isNeeded: true, text: "Your report is sent as soon as you have solved it." }))
        .then((isPassed) => isPassed && form.requestSubmit(), () => toast("The captcha did not load. Sign in to report.", { tone: "bad" }));
      return true;
    },
    nothing: "Nothing was sent; try again.",
    done,
  });
}

/**
 * What a report led to, in words.
 * @param {import("../api.js").ReportReceived} answer
 */
export function sentText({ joined }) {
  return joined ? "Your earlier report was changed. An admin will look at it." : "Report sent. An admin will look at it.";
}

/**
 * Opens the dialog in which somebody reports a take or a comment.
 * @param {{id: string, title: string, isComment?: boolean}} thing
 */
export function askToReport({ id, title, isComment = false }) {
  const close = h("button", { class: "btn", type: "button" }, "Cancel");
  const form = h("form", { class: "stack", "data-report-form": true },
    h("input", { type: "hidden", name: isComment ? "commentId" : "clipId", value: id }),
    h("fieldset", { class: "field" }, h("legend", {}, "What is wrong?"),
      ...reasons.map(([value, text]) => h("label", { class: "check" },
        h("input", { type: "radio", name: "reason", value, required: true, "data-wants": "Choose what is wrong.", "aria-describedby": "reason-fault" }), h("span", {}, text))),
      h("p", { class: "hint hint--bad", id: "reason-fault", hidden: true })),
    h("div", { class: "field" }, h("label", { for: "description" }, "In your own words"),
      h("textarea", { class: "input", id: "description", name: "description", rows: 3, maxlength: 1000, "aria-describedby": "description-hint description-fault" }),
      h("p", { class: "hint", id: "description-hint" }, "Optional, unless you chose “Something else”."),
      h("p", { class: "hint hint--bad", id: "description-fault", hidden: true })),
    h("p", { class: "note note--bad", role: "alert", "data-form-fault": true, hidden: true }),
    h("div", { class: "dialog__foot" }, close, h("button", { class: "btn btn--primary", type: "submit" }, "Send report")));
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "report-title" },
    h("h2", { id: "report-title", class: "clip-text" }, isComment ? `Report ${title}` : `Report “${title}”`),
    h("p", { class: "muted" }, `An admin looks at every report. The ${isComment ? "author" : "creator"} does not learn who you are.`), form);
  const opener = document.activeElement;
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (opener instanceof HTMLElement) opener.focus();
  });
  // Keys of the page behind it do nothing while somebody types.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  reportBy(form, (answer) => {
    dialog.close();
    toast(sentText(answer));
    announce(sentText(answer));
  });
  document.body.append(dialog);
  dialog.showModal();
}
