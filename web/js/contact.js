// Writing to the operator of the site.

import "./site.js";
import { send } from "./core/api.js";
import { maybe, one, setText } from "./core/dom.js";
import { enhance } from "./core/form.js";

const form = one("[data-contact]", HTMLFormElement);
const sent = one("[data-sent]", HTMLElement);

enhance(form, {
  send: (values) => send("POST", "/api/contact", values),
  check: ({ message = "" }) => ({ message: message.length < 10 && "Write at least 10 characters." }),
  nothing: "Nothing was sent; try again.",
  done: (_, values) => {
    setText(maybe("[data-reply-to]"), values.email ?? "");
    form.hidden = true;
    sent.hidden = false;
    maybe("h2", sent)?.focus();
  },
});
