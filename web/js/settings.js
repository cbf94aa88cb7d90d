// The account: its name, devices, keys and choices for every device; downloading the data and leaving.

import "./site.js";
import { read, send } from "./core/api.js";
import { all, announce, avatar, h, maybe, one } from "./core/dom.js";
import { enhance, faultText, whileBusy } from "./core/form.js";
import { counted } from "./core/format.js";
import { isMuted, preference, remember } from "./core/preferences.js";
import { session } from "./core/session.js";
import { toast } from "./core/toast.js";
import { startBlocked } from "./settings/blocked.js";
import { startCredits } from "./settings/credits.js";
import { startDeletion } from "./settings/deletion.js";
import { startInvitations } from "./settings/invite.js";
import { startKeys } from "./settings/keys.js";
import { startMethods } from "./settings/methods.js";
import { startNotifications } from "./settings/notifications.js";
import { deviceName, since } from "./settings/words.js";

/**
 * @typedef {import("./api.js").Session} Session
 * @typedef {import("./api.js").Settings} Settings
 */

const devices = one("[data-sessions]", HTMLElement);
const endOthers = one("[data-end-others]", HTMLFormElement);
const sound = one("[data-sound]", HTMLInputElement);
const motion = one("[data-motion]", HTMLInputElement);

const form = maybe("[data-rename]");
if (form instanceof HTMLFormElement) {
  enhance(form, {
    send: (values) => send("PATCH", "/api/user/settings", values),
    field: "username",
    done: (/** @type {Settings} */ settings) => {
      one("#username", HTMLInputElement).value = settings.username ?? "";
      announce(`Your username is now ${settings.username}.`);
      toast(`Your username is now ${settings.username}.`);
      showHint(settings.nextChangeAt);
      void showWho(settings.username);
    },
  });
}

/** @param {string | null} [name] */
async function showWho(name) {
  const user = await session();
  if (user) one("[data-who]", HTMLElement).replaceChildren(avatar(user.avatarUrl, 48), name ?? user.username ?? "No name yet");
}

/** @param {string | null} nextChangeAt */
function showHint(nextChangeAt) {
  if (!nextChangeAt) return;
  const day = new Date(nextChangeAt).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  one("#username-hint", HTMLElement).textContent = `You can change it again on ${day}.`;
}

/** The choices that were made on this page, which an answer from before them does not know. */
const made = new Set();
for (const choice of [sound, motion]) choice.addEventListener("change", () => made.add(choice));

/** Choices that this account has not made hold as they do on this device. */
async function showChoices() {
  /** @type {Settings | null} */
  const settings = await read("/api/user/settings").catch(() => null);
  if (!made.has(sound)) sound.checked = settings?.sound ?? !isMuted();
  if (!made.has(motion)) motion.checked = settings?.motion ?? preference("still") !== "1";
}

/** @param {unknown} error */
const tell = (error) => toast(faultText(error), { tone: "bad" });

sound.addEventListener("change", () => {
  remember("muted", sound.checked ? "0" : "1");
  send("PATCH", "/api/user/settings", { sound: sound.checked }).catch(tell);
});

motion.addEventListener("change", () => {
  remember("still", motion.checked ? "0" : "1");
  document.documentElement.toggleAttribute("data-still", !motion.checked);
  const menu = maybe("[data-still-choice]");
  if (menu instanceof HTMLInputElement) menu.checked = !motion.checked;
  document.dispatchEvent(new CustomEvent("dailies:still"));
  send("PATCH", "/api/user/settings", { motion: motion.checked }).catch(tell);
});

async function showDevices() {
  try {
    const { sessions: list } = /** @type {import("./api.js").SessionList} */ (await read("/api/auth/sessions"));
    list.sort((one, other) => Number(other.isCurrent) - Number(one.isCurrent));
    devices.replaceChildren(...list.map(device));
    endOthers.hidden = list.length < 2;
  } catch {
    const again = h("button", { class: "btn btn--sm", type: "button" }, "Try again");
    again.addEventListener("click", () => void showDevices());
    devices.replaceChildren(h("li", {}, "Your devices did not load.", again));
  } finally {
    devices.removeAttribute("aria-busy");
  }
}

/** @param {Session} entry */
function device(entry) {
  const name = deviceName(entry.userAgent);
  const facts = h("div", { class: "grow" }, h("b", {}, name),
    h("p", { class: "quiet" }, `Signed in ${since(entry.createdAt)}, last used ${since(entry.lastSeenAt)}`));
  if (entry.isCurrent) return h("li", {}, facts, h("span", { class: "badge", "data-tone": "good" }, "This device"));
  const end = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Sign out ${name}` }, "Sign out");
  end.addEventListener("click", () => whileBusy(end, async () => {
    await send("DELETE", "/api/auth/sessions", { id: entry.id });
    announce(`${name} is signed out.`);
    await showDevices();
    all("button", devices)[0]?.focus();
  }));
  return h("li", {}, facts, end);
}

// Without another device there is nothing to end.
endOthers.hidden = devices.childElementCount < 2;
enhance(endOthers, {
  send: () => send("DELETE", "/api/auth/sessions", { others: true }),
  done: async (/** @type {import("./api.js").EndedSessions} */ { ended }) => {
    toast(`${counted(ended, "device was", "devices were")} signed out.`);
    await showDevices();
  },
});

void showWho();
void showChoices();
void showDevices();
startMethods();
startNotifications();
startBlocked();
startKeys();
startDeletion();
startCredits();
startInvitations();
