// What every page shows a banned member, and the one appeal.

import { read, send } from "./api.js";
import { announce, h, icon, maybe } from "./dom.js";
import { enhance } from "./form.js";

/** @param {string} reason */
export async function showBan(reason) {
  // The settings page shows the ban itself, with its form.
  const own = maybe("[data-settings] [aria-labelledby=ban]");
  if (own) {
    const form = own.querySelector("form");
    if (form) appealWith(form);
    return;
  }
  const place = h("section", { class: "ban note note--bad", "aria-label": "Your account is banned" },
    icon("warn"), h("div", { class: "stack stack--tight grow" }, h("p", {}, h("strong", {}, "Your account is banned. "), reason)));
  const text = place.querySelector(".stack");
  (maybe(".topbar") ?? document.body.firstElementChild)?.after(place);
  /** @type {import("../api.js").AppealState | null} */
  const state = await read("/api/user/appeal").catch(() => null);
  if (!state || !text) return;
  if (state.appealedAt) {
    text.append(h("p", {}, state.upheld ? `An admin has looked at your appeal: the ban stays. ${state.answer ?? ""}` : "You have appealed. An admin will look at it."));
    return;
  }
  const form = h("form", { class: "stack stack--tight" }, h("label", { for: "appeal" }, "Why the ban is wrong. You can appeal once."),
    h("textarea", { class: "input", id: "appeal", name: "text", maxlength: 2000, rows: 3, required: true, "data-wants": "Say why the ban is wrong.", "aria-describedby": "text-fault" }),
    h("p", { class: "hint hint--bad", id: "text-fault", hidden: true }),
    h("div", {}, h("button", { class: "btn btn--sm", type: "submit" }, "Send appeal")));
  appealWith(form);
  text.append(h("details", {}, h("summary", {}, "Appeal"), form));
}

/**
 * Lets a form send the appeal.
 * @param {HTMLFormElement} form
 */
export function appealWith(form) {
  enhance(form, {
    send: (values) => send("POST", "/api/user/appeal", values),
    check: ({ text }) => ({ text: !text && "Say why the ban is wrong." }),
    field: "text",
    nothing: "Your appeal was not sent.",
    done: () => {
      form.replaceWith(h("p", {}, "Your appeal was sent. An admin will look at it."));
      announce("Your appeal was sent.");
    },
  });
}
