// Blind battles with their evidence: a selection or a group is taken out of the ratings, and comes back.

import "./site.js";
import { askWhy, askedOf, chipsOf, evidenceCell, showVoids, signText, sinceCell } from "./admin/arena-oversight.js";
import { prepareChanges, send } from "./core/api.js";
import { h, maybe, one, setText } from "./core/dom.js";
import { counted } from "./core/format.js";
import { pagedList } from "./core/paged-list.js";

/**
 * @typedef {import("./api.js").BattleEvidence} BattleEvidence
 * @typedef {import("./api.js").BattleOversight} BattleOversight
 */

const outcomes = /** @type {Record<string, string>} */ ({ left: "left won", right: "right won", tie: "a tie", bothBad: "both bad" });
const voidButton = one("[data-void]", HTMLButtonElement);

/** @param {BattleEvidence} battle */
function row(battle) {
  const who = battle.username ?? battle.voter.slice(0, 8);
  const tick = h("input", { type: "checkbox", "aria-label": `Select battle ${battle.id} of ${who}`, "data-tick": String(battle.id) });
  tick.disabled = battle.voidId !== null;
  const voter = h("button", { class: "link", type: "button", "aria-label": `Show all battles of ${who}` }, who);
  voter.addEventListener("click", () => list.narrow({ voter: battle.voter }));
  return h("tr", { "data-void": battle.voidId ? "" : null },
    h("td", {}, tick), h("td", {}, h("b", {}, `${battle.left} – ${battle.right}`), h("br"), h("span", { class: "quiet" }, outcomes[battle.outcome] ?? battle.outcome)),
    h("td", {}, voter, h("br"), h("span", { class: "key num" }, battle.network ? `net ${battle.network.slice(0, 8)}` : "no network")),
    evidenceCell(battle, (filters) => list.narrow(filters)), sinceCell(battle.castAt));
}

/** @type {ReturnType<typeof pagedList<BattleEvidence, BattleOversight>>} */
const list = pagedList({
  path: "/api/admin/battles",
  noun: "battles",
  query: (filters, view) => ({ ...askedOf(filters, view), voided: view === "voided" ? "true" : null }),
  items: (answer) => answer.battles,
  key: (battle) => String(battle.id),
  row,
  empty: (_, view) => ({
    icon: "check", title: "No battles",
    text: view === "flagged" ? "No battle is flagged." : view === "voided" ? "No battle is voided." : "No battle matches.",
  }),
  shown: (answer) => {
    setText(maybe("[data-caption]"), "Battles");
    if (answer && answer.voids.length + answer.battles.length > 0) showVoids(answer.voids, () => void list.load());
  },
  chips: chipsOf,
  isSelectable: (battle) => !battle.voidId,
  isIdle: () => true,
});

voidButton.addEventListener("click", () => {
  const chosen = list.selectedItems();
  const signs = new Set(chosen.flatMap((battle) => battle.flags));
  const [only] = signs.size === 1 ? signs : [];
  askWhy(
    {
      title: `Void ${counted(chosen.length, "battle", "battles")}`, confirm: "Void",
      text: `They leave the ratings with the next computation and stay here as evidence${only ? `. Flagged: ${signText(only)}` : ""}. You can undo it.`,
    },
    async (reason) => {
      /** @type {import("./api.js").VoidBattlesInput} */
      const input = { battles: chosen.map((battle) => battle.id), reason };
      /** @type {import("./api.js").ArenaVoided} */
      const made = await send("POST", "/api/admin/battles/void", input);
      return `${counted(made.votes, "battle", "battles")} voided`;
    }, () => void list.load());
});

prepareChanges();
