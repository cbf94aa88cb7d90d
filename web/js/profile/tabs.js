// The tabs of the profile. Each is a link to a page; the arrow keys move among them, as people expect of tabs.

import { all, one } from "../core/dom.js";

const tabs = one("[data-profile-tabs]", HTMLElement);

tabs.addEventListener("keydown", (event) => {
  const links = all("a", tabs);
  const at = links.findIndex((link) => link === document.activeElement);
  const to = {
    ArrowRight: (at + 1) % links.length,
    ArrowLeft: (at + links.length - 1) % links.length,
    Home: 0,
    End: links.length - 1,
  }[event.key];
  if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  links[to]?.focus();
});

// On a narrow screen the current tab may be beyond the edge.
tabs.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
