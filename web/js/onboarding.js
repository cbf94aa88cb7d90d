// Choosing a username, with a look at whether it is free while one types.

import { read, Refusal, send } from "./core/api.js";
import { avatar, maybe, one } from "./core/dom.js";
import { onward } from "./core/onward.js";
import { session } from "./core/session.js";

const form = one("[data-form]", HTMLFormElement);
const input = one("#username", HTMLInputElement);
const age = one("[name=age]", HTMLInputElement);
const save = one("[data-save]", HTMLButtonElement);
const query = new URLSearchParams(location.search);

/** How long one stops typing before the name is looked up. */
const pause = 400;

const reasons = {
  malformed: "Use 3 to 20 small letters, digits or _.",
  reserved: "This name is reserved. Choose another one.",
  taken: "Somebody has this name. Choose another one.",
};

/**
 * @param {string | null} text
 * @param {boolean} [isGood]
 */
function showNameFault(text, isGood = false) {
  const element = one("#username-fault", HTMLElement);
  element.hidden = !text;
  element.textContent = text ?? "";
  element.classList.toggle("hint--bad", !isGood);
  if (text && !isGood) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** @type {number | undefined} */
let timer;
let asked = "";

input.addEventListener("input", () => {
  const name = input.value.toLowerCase();
  if (name !== input.value) input.value = name;
  clearTimeout(timer);
  showNameFault(null);
  if (name.length < 3) return;
  if (!/^[a-z0-9_]{3,20}$/.test(name)) {
    showNameFault(reasons.malformed);
    return;
  }
  timer = setTimeout(async () => {
    asked = name;
    const answer = await read(`/api/user/check-username?username=${encodeURIComponent(name)}`).catch(() => null);
    if (!answer || asked !== input.value) return;
    if (answer.available) showNameFault(`${name} is free.`, true);
    else showNameFault(reasons[/** @type {keyof typeof reasons} */ (answer.reason)] ?? reasons.taken);
  }, pause);
});

age.addEventListener("change", () => {
  one("#age-fault", HTMLElement).hidden = age.checked;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (save.getAttribute("aria-busy") === "true") return;
  const name = input.value.trim();
  if (!/^[a-z0-9_]{3,20}$/.test(name)) {
    showNameFault(reasons.malformed);
    input.focus();
    return;
  }
  one("#age-fault", HTMLElement).hidden = age.checked;
  if (!age.checked) {
    age.focus();
    return;
  }
  save.setAttribute("aria-busy", "true");
  try {
    await send("POST", "/api/user/create-profile", { username: name, ageConfirmed: true });
    location.replace(onward(query.get("next")));
  } catch (error) {
    save.removeAttribute("aria-busy");
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "profile_exists") location.replace(onward(query.get("next")));
    else if (error.isOffline) showNameFault("There is no connection. Nothing was saved; try again.");
    else showNameFault(error.faults.get("username") ?? error.message);
    input.focus();
  }
});

void session().then((user) => {
  if (!user) location.replace(`/sign-in?next=${encodeURIComponent("/onboarding")}`);
  else if (user.username) location.replace(onward(query.get("next")));
  else maybe("[data-picture]")?.replaceChildren(avatar(user.avatarUrl, 48), "This is your picture.");
});
