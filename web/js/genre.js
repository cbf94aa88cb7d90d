// The vote on the next season's genre: one's own vote, and the percentages as others vote.

import "./site.js";
import { read, send } from "./core/api.js";
import { all, announce, maybe, one, setText } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { counted } from "./core/format.js";
import { follow } from "./core/live.js";

/** @typedef {import("./api.js").GenrePoll} GenrePoll */

const main = one("main", HTMLElement);
const form = maybe("[data-genre-form]");

/** How often the vote was asked for or changed: older answers are dropped. */
let generation = 0;

/** @param {GenrePoll} poll */
function show(poll) {
  // What can be done here is another thing now.
  if (String(poll.open) !== main.dataset.genreOpen) {
    location.reload();
    return;
  }
  for (const share of poll.genres) {
    const row = maybe(`[data-genre="${CSS.escape(share.genre)}"]`, main);
    if (!row) continue;
    const isMine = share.genre === poll.mine;
    setText(maybe("[data-percent]", row), `${share.percent}\u2009%`);
    setText(maybe("[data-votes]", row), counted(share.votes, "vote", "votes"));
    const bar = maybe("progress", row);
    if (bar instanceof HTMLProgressElement) bar.value = share.percent;
    const mark = maybe("[data-mine]", row);
    if (mark) mark.hidden = !isMine;
    maybe("button", row)?.setAttribute("aria-pressed", String(isMine));
  }
  setText(maybe("[data-total]", main), counted(poll.total, "vote", "votes"));
  const removal = maybe("[data-remove]", main);
  if (!removal) return;
  const hadFocus = document.activeElement === removal;
  removal.hidden = !poll.mine;
  if (hadFocus && removal.hidden) maybe("[data-genres] button", main)?.focus();
}

async function refresh() {
  const mine = (generation += 1);
  const poll = await read("/api/genre-vote").catch(() => null);
  if (poll && mine === generation) show(poll);
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  const genre = button.value;
  void whileBusy(button, async () => {
    const mine = (generation += 1);
    const poll = genre ? await send("POST", "/api/genre-vote", { genre }) : await send("DELETE", "/api/genre-vote");
    for (const notice of all("[data-form-outcome]", main)) notice.remove();
    if (mine === generation) show(poll);
    announce(genre ? `You voted for ${genre}.` : "Your vote is removed.");
  });
});

follow(refresh, undefined, ["genre_votes"]);
