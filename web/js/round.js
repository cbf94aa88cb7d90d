// The result of a round: fills in the reader's own receipt.

import "./site.js";
import { read } from "./core/api.js";
import { h, maybe, setText } from "./core/dom.js";
import { counted } from "./core/format.js";

const words = maybe("[data-receipt-words]");
const list = maybe("[data-receipt-votes]");
const path = maybe("[data-round]")?.dataset.round ?? "";

/** @param {import("./api.js").Receipt} receipt */
function lines(receipt) {
  const votes = receipt.votes.map((vote) => {
    const weight = vote.weight === 1 ? "" : `, weight ${vote.weight}`;
    return h("li", {}, h("b", {}, vote.title), " ",
      h("span", { class: "quiet" }, `${vote.castAt.slice(0, 10)} ${vote.castAt.slice(11, 16)} UTC${weight}`),
      vote.voided && h("span", { class: "badge", "data-tone": "warn" }, "Voided"));
  });
  return [h("li", {}, h("span", { class: "label" }, "Your pseudonym"), " ", h("span", { class: "round__hash num" }, receipt.voter)), ...votes];
}

async function showReceipt() {
  if (!words || !list) return;
  try {
    const { receipts } = /** @type {import("./api.js").Receipts} */ (await read(`/api${path}/receipt`));
    const votes = receipts.reduce((sum, receipt) => sum + receipt.votes.length, 0);
    setText(words, votes > 0
      ? `You have ${counted(votes, "vote", "votes")} in this round. Only you can see this. You can find your pseudonym in the export.`
      : "This browser has no votes in this round.");
    list.replaceChildren(...receipts.flatMap(lines));
    list.hidden = votes === 0;
  } catch {
    setText(words, "Your receipt did not load. Reload the page to try again.");
  }
}

void showReceipt();
