// A member's page, which is the same for everybody: this adds what is the viewer's own.

import "./site.js";
import { read, Refusal, send } from "./core/api.js";
import { announce, maybe, one, setText } from "./core/dom.js";
import { endFollow, startFollows } from "./core/follow.js";
import { counted } from "./core/format.js";
import { startMore } from "./core/more-takes.js";
import { session } from "./core/session.js";
import { share } from "./core/share.js";
import { sharpen } from "./core/sharpen.js";
import { toast } from "./core/toast.js";

const page = one("[data-person]", HTMLElement);
const name = page.dataset.person ?? "";
const block = one("[data-block]", HTMLButtonElement);

/** @param {boolean} isBlocked */
function showBlock(isBlocked) {
  block.setAttribute("aria-pressed", String(isBlocked));
  setText(maybe("[data-block-text]", block), isBlocked ? "Unblock" : "Block");
  for (const button of page.querySelectorAll("[data-follow]")) if (button instanceof HTMLButtonElement) button.disabled = isBlocked;
}

document.addEventListener("dailies:follow", (event) => {
  if (!(event instanceof CustomEvent) || event.detail.name !== name) return;
  setText(maybe("[data-followers]"), counted(event.detail.followers, "follower", "followers"));
  setText(maybe("[data-follower-count]"), event.detail.followers.toLocaleString("en"));
});

block.addEventListener("click", async () => {
  if (!(await session())) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  if (block.getAttribute("aria-busy") === "true") return;
  const wish = block.getAttribute("aria-pressed") !== "true";
  block.setAttribute("aria-busy", "true");
  showBlock(wish);
  try {
    await send("POST", "/api/user/block", { userId: page.dataset.personId, block: wish });
    const text = wish ? `You blocked ${name}. You do not see their comments, and they cannot reply to you.` : `${name} is no longer blocked.`;
    toast(text);
    announce(text);
    if (wish) await endFollow(name);
  } catch (error) {
    showBlock(!wish);
    toast(error instanceof Refusal && !error.isOffline ? error.message : "Not saved. Check your connection and try again.", { tone: "bad" });
  } finally {
    block.removeAttribute("aria-busy");
  }
});

maybe("[data-share]")?.addEventListener("click", () => void share(name, `/u/${name}`));

async function showOwn() {
  const user = await session();
  if (!user) return;
  const isOwn = user.username === name;
  for (const part of ["[data-report]", "[data-block]"]) {
    const control = maybe(part, page);
    if (control) control.hidden = isOwn;
  }
  const note = maybe("[data-own]", page);
  if (note) note.hidden = !isOwn;
  if (isOwn) return;
  /** @type {import("./api.js").FollowedNames | null} */
  const answer = await read(`/api/user/follow?usernames=${name}`).catch(() => null);
  if (answer?.blocked.includes(name)) showBlock(true);
}

startFollows();
startMore();
sharpen();
void showOwn();
