// The invitation link: copied or shared.

import { maybe } from "../core/dom.js";
import { share } from "../core/share.js";
import { toast } from "../core/toast.js";

/** Wires the section "Invite people", where the page has it. */
export function startInvitations() {
  const field = maybe("#invite-link");
  if (!(field instanceof HTMLInputElement)) return;
  // The whole link is wanted, never a part of it.
  field.addEventListener("focus", () => field.select());
  maybe("[data-copy-link]")?.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      toast("Link copied");
    } catch {
      field.select();
      toast("The link is selected. Copy it with your browser.", { tone: "bad" });
    }
  });
  maybe("[data-share-link]")?.addEventListener("click", () => void share(document.title, new URL(field.value).pathname));
}
