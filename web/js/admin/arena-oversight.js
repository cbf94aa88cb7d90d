// What the lists of battles and of votes for videos share: the evidence of a row, what was voided, and the dialogs.

import { send, serverNow } from "../core/api.js";
import { announce, h, maybe, one, setText } from "../core/dom.js";
import { counted, waiting } from "../core/format.js";
import { toast } from "../core/toast.js";
import { askFor, reasonField } from "./confirmation.js";

/** @typedef {{flags: string[], network: string | null, networkVoters: number, device: string | null, deviceVoters: number, voidId: string | null}} Evidence */

const flagWords = /** @type {Record<string, string>} */ ({
  missing_headers: "Missing headers",
  burst: "Burst",
  one_device: "One device",
  new_devices: "New devices",
  one_model: "Favors one model",
  model_burst: "Sudden wins",
});

/**
 * A reason in people's words.
 * @param {string} flag
 */
export function signText(flag) {
  return flagWords[flag] ?? flag.replaceAll("_", " ");
}

/**
 * The cell of a row that says why it may not be honest. A press on a sign, network or device lists what shares it.
 * @param {Evidence} evidence
 * @param {(filters: Record<string, string>) => void} narrow
 */
export function evidenceCell(evidence, narrow) {
  /**
   * @param {string} text
   * @param {string} name
   * @param {Record<string, string>} filters
   */
  const link = (text, name, filters) => {
    const button = h("button", { class: "link", type: "button", "aria-label": name }, text);
    button.addEventListener("click", () => narrow({ flag: "", network: "", device: "", ...filters }));
    return button;
  };
  const signs = evidence.flags.map((flag) => h("span", { class: "badge", "data-tone": "warn" }, signText(flag)));
  const shared = [
    evidence.network && evidence.networkVoters > 1 && link(`${evidence.networkVoters} voters in its network`, `Show network ${evidence.network.slice(0, 8)}`, { network: evidence.network }),
    evidence.device && evidence.deviceVoters > 1 && link(`${evidence.deviceVoters} on its device`, "Show this device", { device: evidence.device }),
  ].filter((part) => part instanceof Node);
  const isVoided = evidence.voidId !== null;
  return h("td", {}, ...signs, isVoided && h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, "Voided"), ...shared,
    signs.length + shared.length === 0 && !isVoided && h("span", { class: "quiet" }, "No findings"));
}

/** @param {string} moment */
export function sinceCell(moment) {
  return h("td", { class: "r num" }, waiting(serverNow() - Date.parse(moment)));
}

/**
 * What the filters in the address ask of the API.
 * @param {URLSearchParams} filters
 * @param {string} view
 */
export function askedOf(filters, view) {
  const isNarrow = ["network", "device", "voter", "flag"].some((name) => filters.get(name));
  return {
    voter: filters.get("voter"), reason: filters.get("flag"), network: filters.get("network"), device: filters.get("device"),
    flagged: view === "flagged" && !isNarrow ? "true" : null,
  };
}

/** @param {URLSearchParams} filters */
export function chipsOf(filters) {
  const [flag, network, device] = ["flag", "network", "device"].map((name) => filters.get(name));
  return [
    ...(flag ? [{ text: `Only ${signText(flag)}`, names: ["flag"] }] : []),
    ...(network ? [{ text: `Only network ${network.slice(0, 8)}`, names: ["network"] }] : []),
    ...(device ? [{ text: "Only this device", names: ["device"] }] : []),
  ];
}

/**
 * Asks for a reason, then does it. `run` returns what to tell.
 * @param {{title: string, text: string, confirm: string}} question
 * @param {(reason: string) => Promise<string>} run
 * @param {() => void} done
 */
export function askWhy(question, run, done) {
  askFor({
    ...question, tone: "danger-solid",
    fields: [reasonField("Reason", "Say why. The audit log keeps it.")],
    run: async ({ reason = "" }) => {
      const told = await run(reason);
      toast(told);
      announce(told);
      done();
    },
  });
}

/**
 * Shows what was voided, with a way back.
 * @param {import("../api.js").ArenaVoid[]} voids
 * @param {() => void} changed
 */
export function showVoids(voids, changed) {
  setText(maybe("[data-open-side]"), `Voids (${voids.length})`);
  const side = one("[data-detail]", HTMLElement);
  const lines = voids.slice(0, 20).map((made) => {
    const noun = made.kind === "battles" ? ["battle", "battles"] : ["video vote", "video votes"];
    const what = counted(made.votes, noun[0] ?? "", noun[1] ?? "");
    const undo = h("button", { class: "btn btn--sm", type: "button", "aria-label": `Undo the void of ${what}: ${made.reason}` }, "Undo…");
    undo.addEventListener("click", () => askWhy(
      { title: `Undo the void of ${what}`, text: "They count again, unless their voter has voted again since.", confirm: "Undo" },
      async (reason) => {
        /** @type {import("../api.js").UndoArenaVoidInput} */
        const input = { voidId: made.id, reason };
        /** @type {import("../api.js").ArenaVoidUndone} */
        const undone = await send("POST", "/api/admin/arena/unvoid", input);
        return `${counted(undone.restored, "vote counts", "votes count")} again${undone.kept ? `, ${undone.kept} stay voided` : ""}`;
      }, changed));
    return h("li", {}, h("b", {}, what), h("span", { class: "muted" }, made.reason),
      h("span", { class: "quiet num" }, `${made.username ?? "operator"}, ${made.voidedAt.slice(0, 16).replace("T", " ")} UTC`),
      made.undoneAt ? h("span", { class: "badge", "data-tone": "info", "data-shape": "ring" }, `Undone, ${counted(made.restored ?? 0, "vote", "votes")} came back`)
        : h("span", { class: "row" }, undo));
  });
  // Without a button in it, a long list could not be scrolled by keyboard.
  if (voids.every((made) => made.undoneAt)) side.tabIndex = 0;
  else side.removeAttribute("tabindex");
  side.replaceChildren(h("section", { class: "panel stack stack--tight" }, h("h2", {}, "Voids"),
    lines.length > 0 ? h("ul", { class: "stack" }, ...lines) : h("p", { class: "muted" }, "Nothing was taken out so far.")));
}
