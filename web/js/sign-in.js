// Using a sign-in link. Opening it changes nothing; the button uses it up.

import "./site.js";
import { forgetToken, read, Refusal, send } from "./core/api.js";
import { maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";
import { onward } from "./core/onward.js";
import { remember } from "./core/preferences.js";
import { session } from "./core/session.js";

const page = one("[data-sign-in]", HTMLElement);
const fault = one("[data-fault]", HTMLElement);
const button = one("[data-use]", HTMLButtonElement);
const query = new URLSearchParams(location.search);
// The part after # is sent to no server, so it is in no log.
const token = new URLSearchParams(location.hash.slice(1)).get("token");

/** @param {"with-token" | "without-token" | "signed-in"} part */
function show(part) {
  for (const name of ["with-token", "without-token", "signed-in"]) {
    const element = maybe(`[data-${name}]`, page);
    if (element) element.hidden = name !== part;
  }
}

/**
 * @param {string} heading
 * @param {string} lead
 */
function say(heading, lead) {
  setText(maybe("[data-heading]"), heading);
  setText(maybe("[data-lead]"), lead);
}

/** @param {string} text */
function fail(text) {
  fault.hidden = false;
  setText(maybe("[data-fault-text]"), text);
}

/** What was chosen for every device holds on this one too. */
async function takeOverSettings() {
  /** @type {import("./api.js").Settings | null} */
  const settings = await read("/api/user/settings").catch(() => null);
  if (settings?.sound != null) remember("muted", settings.sound ? "0" : "1");
  if (settings?.motion != null) remember("still", settings.motion ? "0" : "1");
}

async function use() {
  if (button.getAttribute("aria-busy") === "true") return;
  fault.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    /** @type {import("./api.js").Account} */
    const answer = await send("POST", "/api/auth/link", { token });
    forgetToken();
    await takeOverSettings();
    const next = onward(query.get("next"));
    location.replace(answer.user?.username ? next : `/onboarding?next=${encodeURIComponent(next)}`);
  } catch (error) {
    button.removeAttribute("aria-busy");
    if (!(error instanceof Refusal)) throw error;
    if (error.isOffline) fail("You are offline. The link still works; try again.");
    else if (error.status === 429) fail(`Too many tries. Try again in ${counted(error.retryAfter ?? 60, "second", "seconds")}.`);
    else fail(error.message);
  }
}

/** @type {Partial<Record<import("./api.js").SignInLinkState["state"], string>>} */
const states = {
  used: "This link has already been used. Request a new one.",
  expired: "This link has expired. Request a new one.",
  unknown: "This link is invalid or incomplete. Copy the whole link.",
};

async function start() {
  if (token) {
    // The address bar and the history need not keep what signs somebody in.
    history.replaceState(null, "", query.has("next") ? `/sign-in?next=${encodeURIComponent(onward(query.get("next")))}` : "/sign-in");
    /** @type {import("./api.js").SignInLinkState} */
    const answer = await read(`/api/auth/link?token=${encodeURIComponent(token)}`).catch(() => ({ state: "good" }));
    const refusal = states[answer.state];
    if (!refusal) {
      show("with-token");
      button.focus();
      return;
    }
    say("This link does not work", refusal);
    return;
  }
  const user = await session();
  if (query.has("again")) {
    say("Sign in again", "For your security, sign in again to continue. Nothing you did is lost.");
    return;
  }
  if (!user) return;
  if (user.isBanned) {
    const reason = user.banReason ? ` The reason: ${user.banReason}.` : "";
    say("Your account is banned", `You can watch, but you cannot vote or send anything.${reason}`);
    show("signed-in");
    return;
  }
  say(`You are signed in as ${user.username ?? "a member without a username"}`, user.username ? "You can vote, send in takes and change your settings." : "Choose a name to send in takes.");
  const link = maybe("[data-onward]");
  if (link instanceof HTMLAnchorElement) link.href = user.username ? onward(query.get("next")) : "/onboarding";
  show("signed-in");
}

button.addEventListener("click", () => void use());
// A link that is opened while this page is open changes only the part after #.
addEventListener("hashchange", () => location.reload());
void start();
