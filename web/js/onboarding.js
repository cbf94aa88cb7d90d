// Choosing a username. While you type, the page checks whether the name is free.

import "./site.js";
import { read, send } from "./core/api.js";
import { avatar, maybe, one, setText } from "./core/dom.js";
import { enhance, setFault } from "./core/form.js";
import { onward } from "./core/onward.js";
import { session } from "./core/session.js";

const form = one("[data-form]", HTMLFormElement);
const input = one("#username", HTMLInputElement);
const query = new URLSearchParams(location.search);

/** How long the typing must pause before the name is looked up. */
const pause = 400;

const reasons = {
  malformed: "Use 3 to 20 lowercase letters, digits or underscores.",
  reserved: "This username is reserved. Choose another one.",
  taken: "That name is taken.",
};

const goOn = () => location.replace(onward(query.get("next")));

enhance(form, {
  send: ({ username }) => send("POST", "/api/user/create-profile", { username, ageConfirmed: true }),
  done: goOn,
  refused: (error) => {
    if (error.code === "profile_exists") goOn();
    return error.code === "profile_exists";
  },
  field: "username",
  nothing: "Nothing was saved; try again.",
});

/** @type {number | undefined} */
let timer;
let asked = "";

// After the form has cleared what it said about the letter before.
form.addEventListener("input", (event) => {
  if (event.target !== input) return;
  const name = input.value.toLowerCase();
  if (name !== input.value) input.value = name;
  clearTimeout(timer);
  if (name.length < 3) return;
  if (!/^[a-z0-9_]{3,20}$/.test(name)) {
    setFault(form, "username", reasons.malformed);
    return;
  }
  timer = setTimeout(async () => {
    asked = name;
    /** @type {import("./api.js").UsernameAvailability | null} */
    const answer = await read(`/api/user/check-username?username=${encodeURIComponent(name)}`).catch(() => null);
    if (!answer || asked !== input.value) return;
    if (!answer.available) {
      setFault(form, "username", reasons[answer.reason ?? "taken"]);
      return;
    }
    const advice = one("#username-fault", HTMLElement);
    advice.classList.remove("hint--bad");
    advice.hidden = false;
    setText(advice, `${name} is free.`);
  }, pause);
});

void session().then((user) => {
  if (user?.username) goOn();
  else if (user) maybe("[data-picture]")?.replaceChildren(avatar(user.avatarUrl, 48), "This is your picture.");
});
