// The account: its name, devices, keys and what was chosen for every device; taking data along and leaving.

import { read, Refusal, send } from "./core/api.js";
import { all, announce, avatar, h, maybe, one } from "./core/dom.js";
import { counted } from "./core/format.js";
import { isMuted, preference, remember } from "./core/preferences.js";
import { session } from "./core/session.js";
import { toast } from "./core/toast.js";
import { startDeletion } from "./settings/deletion.js";
import { startKeys } from "./settings/keys.js";
import { deviceName, showFault, since } from "./settings/words.js";

/** @typedef {{id: string, isCurrent: boolean, createdAt: string, lastSeenAt: string, userAgent: string}} Device */

const rename = one("[data-rename]", HTMLFormElement);
const username = one("#username", HTMLInputElement);
const devices = one("[data-sessions]", HTMLElement);
const endOthers = one("[data-end-others]", HTMLButtonElement);
const sound = one("[data-sound]", HTMLInputElement);
const motion = one("[data-motion]", HTMLInputElement);

/**
 * Tells of a change that did not happen. The offer to sign in again is made elsewhere.
 * @param {unknown} error
 */
function tell(error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.isSignInTooOld) return;
  toast(error.isOffline ? "There is no connection. Nothing was changed." : error.message, { tone: "bad" });
}

rename.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = one("#username-fault", HTMLElement);
  showFault(fault, username, null);
  try {
    const settings = await send("PATCH", "/api/user/settings", { username: username.value.trim() });
    username.value = settings.username;
    announce(`You are ${settings.username} now.`);
    toast(`You are ${settings.username} now.`);
    void showWho(settings.username);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    showFault(fault, username, error.faults.get("username") ?? error.message);
    username.focus();
  }
});

/** @param {string | null} [name] */
async function showWho(name) {
  const user = await session();
  if (!user) {
    location.replace("/sign-in?next=/settings");
    return;
  }
  const shown = name ?? user.username;
  one("[data-who]", HTMLElement).replaceChildren(avatar(user.avatarUrl, 48), shown ?? "No name yet");
  if (!name) username.value = shown ?? "";
  if (!shown) {
    rename.replaceChildren(h("a", { class: "btn", href: "/onboarding?next=/settings" }, "Choose your name"));
  }
}

async function showSettings() {
  const settings = await read("/api/user/settings").catch(() => null);
  sound.checked = settings?.sound ?? !isMuted();
  motion.checked = settings?.motion ?? preference("still") !== "1";
  const next = settings?.nextChangeAt ? new Date(settings.nextChangeAt) : null;
  if (next && next.getTime() > Date.now()) {
    const day = next.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    one("#username-hint", HTMLElement).textContent = `You can change it again on ${day}.`;
  }
}

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
    const answer = await read("/api/auth/sessions");
    /** @type {Device[]} */
    const list = answer.sessions;
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

/** @param {Device} entry */
function device(entry) {
  const name = deviceName(entry.userAgent);
  const facts = h("div", { class: "grow" }, h("b", {}, name),
    h("p", { class: "quiet" }, `Signed in ${since(entry.createdAt)}, last used ${since(entry.lastSeenAt)}`));
  if (entry.isCurrent) return h("li", {}, facts, h("span", { class: "badge", "data-tone": "good" }, "This device"));
  const end = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Sign out ${name}` }, "Sign out");
  end.addEventListener("click", async () => {
    end.setAttribute("aria-busy", "true");
    try {
      await send("DELETE", "/api/auth/sessions", { id: entry.id });
      announce(`${name} is signed out.`);
      await showDevices();
      all("button", devices)[0]?.focus();
    } catch (error) {
      end.removeAttribute("aria-busy");
      tell(error);
    }
  });
  return h("li", {}, facts, end);
}

endOthers.addEventListener("click", async () => {
  try {
    const { ended } = await send("DELETE", "/api/auth/sessions", { others: true });
    toast(`${counted(ended, "device is", "devices are")} signed out.`);
    await showDevices();
  } catch (error) {
    tell(error);
  }
});

/** The providers that know the member, where this site has any. */
async function showMethods() {
  const answer = await read("/api/auth/identities").catch(() => null);
  /** @type {{label: string, email: string | null}[]} */
  const list = answer?.identities ?? [];
  if (list.length === 0) return;
  one("[data-methods]", HTMLElement).hidden = false;
  one("[data-method-list]", HTMLElement).replaceChildren(
    ...list.map((method) => h("li", {}, h("b", {}, method.label), h("span", { class: "quiet" }, method.email))));
}

void showWho();
void showSettings();
void showDevices();
void showMethods();
startKeys(tell);
startDeletion();
