// Comments as a part of a page, read when they are opened.

import { maybe, one, setText } from "../core/dom.js";
import { count } from "../core/format.js";
import { CommentPanel } from "./panel.js";
import { asksForComments } from "./sheet.js";

/** Lets the page's section of comments be opened, where it has one. */
export function startComments() {
  const section = maybe("[data-comments-of]");
  if (!(section instanceof HTMLDetailsElement)) return;
  const { clip, comparison, title, creator, thing } = section.dataset;
  const number = one("[data-comments-number]", HTMLElement, section);
  /** @type {CommentPanel | null} */
  let panel = null;
  section.addEventListener("toggle", () => {
    if (!section.open) {
      panel?.close();
      return;
    }
    if (!panel) {
      panel = new CommentPanel({ isTitled: false, counted: (total) => setText(number, `(${count(total)})`) });
      section.append(panel.element);
    }
    void panel.open({
      subject: clip ? { clipId: clip } : { comparisonId: comparison ?? "" }, title: title ?? "", thing: thing ?? "this", creator: creator ?? null,
      address: `${location.pathname}?comments=1`,
    });
  });
  if (asksForComments()) {
    section.open = true;
    section.scrollIntoView({ block: "start" });
  }
}
