// Following members: the buttons beside a creator's name. Whether one follows somebody is asked for all buttons of a page at
// once, and only for members; visitors are sent to the sign-in page.

import { read, Refusal, send } from "./api.js";
import { all, announce, h } from "./dom.js";
import { session } from "./session.js";
import { toast } from "./toast.js";

/** Whether one follows a member, by name. @type {Map<string, boolean>} */
const known = new Map();

/** Names that wait to be asked about. @type {Set<string>} */
const wanted = new Set();

/** The buttons that are on the page. @type {Set<HTMLButtonElement>} */
const buttons = new Set();

/** @param {HTMLButtonElement} button */
function show(button) {
  const name = button.dataset.follow ?? "";
  const follows = known.get(name) ?? false;
  button.setAttribute("aria-pressed", String(follows));
  button.textContent = follows ? "Following" : "Follow";
}

/** @param {string} name */
function showAll(name) {
  for (const button of buttons) {
    if (!button.isConnected && button.dataset.shown) buttons.delete(button);
    else if (button.dataset.follow === name) show(button);
  }
}

async function ask() {
  const user = await session();
  const names = [...wanted];
  wanted.clear();
  if (!user) return;
  for (const button of buttons) if (button.dataset.follow === user.username) button.hidden = true;
  while (names.length > 0) {
    const some = names.splice(0, 50);
    /** @type {import("../api.js").FollowedNames | null} */
    const answer = await read(`/api/user/follow?usernames=${some.join(",")}`).catch(() => null);
    if (!answer) return;
    for (const name of some) {
      // What was pressed meanwhile is newer.
      if (!known.has(name)) known.set(name, answer.following.includes(name));
      showAll(name);
    }
  }
}

/** @param {HTMLButtonElement} button */
async function press(button) {
  const name = button.dataset.follow ?? "";
  if (!(await session())) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  if (button.getAttribute("aria-busy") === "true") return;
  const follow = !(known.get(name) ?? false);
  button.setAttribute("aria-busy", "true");
  known.set(name, follow);
  showAll(name);
  try {
    /** @type {import("../api.js").Followed} */
    const answer = await send("POST", "/api/user/follow", { username: name, follow });
    announce(follow ? `You follow ${name}` : `You no longer follow ${name}`);
    document.dispatchEvent(new CustomEvent("dailies:follow", { detail: { name, followers: answer.followerCount } }));
  } catch (error) {
    known.set(name, !follow);
    showAll(name);
    const text = error instanceof Refusal && !error.isOffline ? error.message : "Not saved. Check your connection and try again.";
    const isNameless = error instanceof Refusal && error.code === "no_username";
    toast(text, {
      tone: "bad",
      ...(isNameless ? { action: { label: "Choose a name", run: () => location.assign(`/onboarding?next=${encodeURIComponent(location.pathname)}`) } } : {}),
    });
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/**
 * Shows that one follows a member no more, as after a block, which ends it on the site. The count is read anew.
 * @param {string} name
 */
export async function endFollow(name) {
  known.set(name, false);
  showAll(name);
  /** @type {import("../api.js").Followed | null} */
  const answer = await send("POST", "/api/user/follow", { username: name, follow: false }).catch(() => null);
  if (answer) document.dispatchEvent(new CustomEvent("dailies:follow", { detail: { name, followers: answer.followerCount } }));
}

/** @param {HTMLButtonElement} button */
function wire(button) {
  const name = button.dataset.follow ?? "";
  buttons.add(button);
  button.dataset.shown = "1";
  button.addEventListener("click", () => void press(button));
  if (known.has(name)) {
    show(button);
    return;
  }
  if (wanted.size === 0) setTimeout(() => void ask(), 0);
  wanted.add(name);
}

/**
 * A button that follows a member.
 * @param {string} name
 */
export function followButton(name) {
  const button = h("button", {
    class: "btn btn--sm follow", type: "button", "aria-pressed": "false", "aria-label": `Follow ${name}`, "data-follow": name,
  }, "Follow");
  wire(button);
  return button;
}

/**
 * A creator's name, which leads to the creator's page.
 * @param {string | null} name
 */
export function creatorLink(name) {
  return h("span", { class: "who__name" }, name ? h("a", { class: "creator", href: `/u/${name}` }, name) : "former member");
}

/**
 * Lets the buttons in the markup follow.
 * @param {ParentNode} [root]
 */
export function startFollows(root = document) {
  for (const button of all("[data-follow]", root)) {
    if (button instanceof HTMLButtonElement && !button.dataset.shown) wire(button);
  }
}
