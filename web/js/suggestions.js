// Suggestions for comparisons: the forms of the page, sent without leaving it.

import "./site.js";
import { send } from "./core/api.js";
import { all, announce, maybe, setText } from "./core/dom.js";
import { enhance, whileBusy } from "./core/form.js";
import { counted } from "./core/format.js";
import { toast } from "./core/toast.js";

/** @typedef {import("./api.js").CreateSuggestionInput} NewSuggestion */
/** @typedef {import("./api.js").SuggestionVotes} SuggestionVotes */

const form = maybe("[data-suggest]");
if (form instanceof HTMLFormElement) {
  enhance(form, {
    send: async (values) => {
      const models = new FormData(form).getAll("models").map(String);
      /** @type {NewSuggestion} */
      const wanted = { type: /** @type {NewSuggestion["type"]} */ (values.type), prompt: values.prompt ?? "", note: values.note ?? "", models };
      await send("POST", "/api/suggestions", wanted);
    },
    done: () => location.assign("/suggestions?show=own&done=suggestion-sent"),
    refused: (error) => {
      if (error.code !== "terms_required") return false;
      location.assign("/terms/accept?next=/suggestions");
      return true;
    },
    nothing: "Nothing was sent.",
  });
}

/** @param {HTMLFormElement} voting */
async function vote(voting) {
  const wish = voting.querySelector("[name=vote]");
  const button = voting.querySelector("button");
  if (!(wish instanceof HTMLInputElement) || !button) return;
  await whileBusy(button, async () => {
    /** @type {SuggestionVotes} */
    const { votes, hasVoted } = await send("POST", new URL(voting.action).pathname, { vote: wish.value === "true" });
    wish.value = String(!hasVoted);
    button.setAttribute("aria-pressed", String(hasVoted));
    setText(maybe("[data-count]", button), counted(votes, "vote", "votes"));
    announce(hasVoted ? "You voted for this suggestion" : "Your vote is taken back");
  });
}

for (const declining of all("[data-decline]")) {
  if (!(declining instanceof HTMLFormElement)) continue;
  enhance(declining, {
    send: (values) => send("PATCH", new URL(declining.action).pathname, { answer: values.answer ?? "" }),
    done: () => {
      const entry = declining.closest("li");
      const next = entry?.nextElementSibling ?? entry?.previousElementSibling;
      entry?.remove();
      toast("Suggestion declined");
      if (next instanceof HTMLElement) {
        next.tabIndex = -1;
        next.focus();
      } else location.assign("/suggestions?done=suggestion-declined");
    },
    nothing: "Nothing was changed.",
  });
}

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-vote-form]")) return;
  event.preventDefault();
  void vote(event.target);
});
