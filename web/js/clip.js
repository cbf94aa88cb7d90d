// A take's own page: sharing it, and copying the markup that embeds it.

import "./site.js";
import { maybe } from "./core/dom.js";
import { share } from "./core/share.js";
import { toast } from "./core/toast.js";

const page = maybe("[data-clip]");

maybe("[data-share]")?.addEventListener("click", () => void share(page?.dataset.title ?? document.title, page?.dataset.clip ?? location.pathname));

// The whole markup is wanted, never a part of it.
const code = maybe("#embed-code");
if (code instanceof HTMLTextAreaElement) code.addEventListener("focus", () => code.select());

// The end of a round changes the badge, the votes and what can be pressed; the take that plays is left alone.
if (maybe("[data-live]")) {
  document.addEventListener("dailies:slot", () => {
    toast("The round has changed.", { stays: true, action: { label: "Show the result", run: () => location.reload() } });
  }, { once: true });
}
