// The page on which somebody reports a take or a member.

import "./site.js";
import { focusHeading, maybe, one, setText } from "./core/dom.js";
import { reportBy, sentText } from "./core/report.js";

const form = maybe("[data-report-form]");
const sent = one("[data-sent]", HTMLElement);

if (form instanceof HTMLFormElement) {
  reportBy(form, (answer) => {
    setText(maybe("[data-sent-text]"), sentText(answer));
    form.hidden = true;
    sent.hidden = false;
    focusHeading(sent);
  });
}
