// An invitation. The visitor who pressed "Sign in and accept" returns here signed in, and it is accepted at once.

import "./site.js";
import { send } from "./core/api.js";
import { maybe } from "./core/dom.js";
import { enhance } from "./core/form.js";
import { share } from "./core/share.js";

const form = maybe("[data-accept]");
if (form instanceof HTMLFormElement) {
  enhance(form, {
    send: ({ code }) => send("POST", "/api/referral", { code }),
    done: (_, { next }) => location.replace(next ?? "/dashboard"),
    nothing: "Nothing was saved; try again.",
  });
  if (new URLSearchParams(location.search).has("accept")) form.requestSubmit();
}

maybe("[data-share]")?.addEventListener("click", () => void share(document.title, location.pathname));
