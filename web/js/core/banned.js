// What a banned member is told on every page, and the one appeal.

import { read, Refusal, send } from "./api.js";
import { announce, h, icon, maybe } from "./dom.js";

/** @param {string} reason */
export async function showBan(reason) {
  const place = h("section", { class: "ban note note--bad", "aria-label": "Your account is banned" },
    icon("warn"), h("div", { class: "stack stack--tight grow" }, h("p", {}, h("strong", {}, "Your account is banned. "), reason)));
  const text = place.querySelector(".stack");
  (maybe(".topbar") ?? document.body.firstElementChild)?.after(place);
  const state = await read("/api/user/appeal").catch(() => null);
  if (!state || !text) return;
  if (state.appealedAt) {
    text.append(h("p", {}, "You have appealed. An admin will look at it."));
    return;
  }
  const field = h("textarea", { class: "input", id: "appeal", maxlength: 2000, rows: 3 });
  const fault = h("p", { class: "hint hint--bad", role: "alert", hidden: true });
  const button = h("button", { class: "btn btn--sm", type: "submit" }, "Send the appeal");
  const form = h("form", { class: "stack stack--tight" }, h("label", { for: "appeal" }, "Why the ban is wrong. You can say it once."), field, fault, h("div", {}, button));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim()) return field.focus();
    button.setAttribute("aria-busy", "true");
    try {
      await send("POST", "/api/user/appeal", { text: field.value.trim() });
      form.replaceWith(h("p", {}, "Your appeal is on its way. An admin will look at it."));
      announce("Your appeal is on its way.");
    } catch (error) {
      fault.textContent = error instanceof Refusal ? error.message : "The appeal did not arrive. Try again.";
      fault.hidden = false;
      button.removeAttribute("aria-busy");
    }
  });
  text.append(h("details", {}, h("summary", {}, "Appeal"), form));
}
