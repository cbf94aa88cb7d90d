// What an admin does to a slot or a season. Each act shows what it would do before it is confirmed, takes a reason, and says
// what the page shows, so that an act on something that has changed since is refused.

import { read, send } from "../core/api.js";
import { h, icon, refill } from "../core/dom.js";
import { faultText } from "../core/form.js";
import { counted } from "../core/format.js";
import { askFor, reasonField } from "./confirmation.js";
import { isRemoved } from "./season-words.js";

/**
 * @typedef {import("../api.js").Season} Season
 * @typedef {import("../api.js").StripSlot} StripSlot
 * @typedef {import("../api.js").FilmStrip} FilmStrip
 * @typedef {import("../api.js").ActOutcome} ActOutcome
 */

/**
 * @typedef {object} Act
 * @property {string} label what its button says
 * @property {"danger" | ""} kind
 * @property {() => void} ask
 */

const published = "Say why. The reason is published with the result.";

/**
 * What an act would do, asked from the server.
 * @param {Record<string, string | number>} query
 * @returns {Promise<ActOutcome>}
 */
const preview = (query) => read(`/api/admin/seasons/preview?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`);

/** The place of the dialog that says what would happen. */
function consequences() {
  const place = h("div", { class: "note note--warn", "data-consequences": true, "aria-live": "polite" });
  /** Whether what is shown is what would happen. */
  let isKnown = false;
  let asked = 0;
  const changed = () => place.dispatchEvent(new Event("change", { bubbles: true }));
  return {
    place,
    isKnown: () => isKnown,
    clear: () => {
      asked += 1;
      isKnown = false;
      place.hidden = true;
      changed();
    },
    /** @param {Record<string, string | number>} query */
    show: async (query) => {
      const mine = (asked += 1);
      isKnown = false;
      place.hidden = false;
      place.setAttribute("aria-busy", "true");
      if (!place.firstChild) refill(place, icon("warn"), h("p", {}, "Loading what this changes."));
      changed();
      try {
        const { summary } = await preview(query);
        if (mine !== asked) return;
        refill(place, icon("warn"), h("ul", { class: "stack stack--tight" }, ...summary.map((line) => h("li", {}, line))));
        isKnown = true;
      } catch (error) {
        if (mine !== asked) return;
        refill(place, icon("warn"), h("p", {}, faultText(error, "It is not known what this changes.")));
      } finally {
        if (mine === asked) {
          place.removeAttribute("aria-busy");
          changed();
        }
      }
    },
  };
}

/**
 * @param {object} act
 * @param {string} act.title
 * @param {string} act.confirm
 * @param {"primary" | "danger-solid"} [act.tone]
 * @param {Record<string, string | number>} act.query what the preview is asked
 * @param {Node[]} [act.fields]
 * @param {() => boolean} [act.isReady]
 * @param {boolean} [act.isPublic] whether the reason is published
 * @param {(values: import("../core/form.js").Values) => Promise<ActOutcome>} act.run
 * @param {(outcome: ActOutcome) => void} act.done
 */
function askAct({ title, confirm, tone = "danger-solid", query, fields = [], isReady, isPublic = true, run, done }) {
  const facts = consequences();
  askFor({
    title, text: "", confirm, tone,
    fields: [facts.place, ...fields, reasonField(isPublic ? "Reason, published with the result" : "Reason, for the audit log", isPublic ? published : "Say why. The audit log keeps the reason.")],
    isReady: () => facts.isKnown() && (isReady?.() ?? true),
    run: async (values) => done(await run(values)),
  });
  void facts.show(query);
}

/**
 * What the page shows of a slot. A slot whose clip was taken down has a winner that the page does not show.
 * @param {StripSlot} slot
 */
const seen = (slot) => ({ status: slot.status, ...(isRemoved(slot) ? {} : { winnerClipId: slot.winner?.id ?? null }) });

/**
 * Chooses a clip as the winner.
 * @param {Season} season
 * @param {StripSlot} slot
 * @param {(outcome: ActOutcome) => void} done
 */
function askWinner(season, slot, done) {
  const facts = consequences();
  facts.place.hidden = true;
  const choice = h("select", { class: "input", id: "winner", name: "winner", required: true, "data-wants": "Choose a take.", "aria-describedby": "winner-fault" });
  const search = h("input", { class: "input", id: "winner-search", type: "search", autocomplete: "off", maxlength: 100 });
  let asked = 0;
  const load = async () => {
    const mine = (asked += 1);
    const query = new URLSearchParams({ season: season.id, slot: String(slot.slot), ...(search.value.trim() ? { search: search.value.trim() } : {}) });
    try {
      const { candidates } = /** @type {import("../api.js").WinnerCandidates} */ (await read(`/api/admin/slots/candidates?${query}`));
      if (mine !== asked) return;
      choice.replaceChildren(h("option", { value: "" }, candidates.length > 0 ? "Choose a take…" : "No take is found"), ...candidates.map((candidate) => {
        const place = candidate.rank ? `${candidate.rank}. ` : "";
        const votes = candidate.voteCount === null ? candidate.status : counted(candidate.voteCount, "vote", "votes");
        return h("option", { value: candidate.clip.id }, `${place}${candidate.clip.title}, ${candidate.clip.username ?? "no name"}, ${votes}`);
      }));
    } catch (error) {
      choice.replaceChildren(h("option", { value: "" }, faultText(error)));
    }
    facts.clear();
  };
  /** @type {number | undefined} */
  let typing;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => void load(), 300);
  });
  choice.addEventListener("change", () => {
    if (choice.value) void facts.show({ act: "assign", season: season.id, slot: slot.slot, clip: choice.value });
    else facts.clear();
  });
  askFor({
    title: `Assign the winner of slot ${slot.slot}`, text: "", confirm: "Assign the winner", tone: "danger-solid",
    fields: [
      h("div", { class: "field" }, h("label", { for: search.id }, "Find a take of the season"), search),
      h("div", { class: "field" }, h("label", { for: choice.id }, "Take"), choice,
        h("p", { class: "hint hint--bad", id: "winner-fault", role: "alert", hidden: true })),
      facts.place, reasonField("Reason, published with the result", published),
    ],
    isReady: () => facts.isKnown(),
    run: async ({ reason = "" }) => {
      /** @type {import("../api.js").AssignWinnerInput} */
      const body = { seasonId: season.id, slot: slot.slot, clipId: choice.value, reason, expected: seen(slot) };
      done(await send("POST", "/api/admin/assign-winner", body));
    },
  });
  void load();
}

/**
 * Changes the end of a round. The field is in UTC.
 * @param {Season} season
 * @param {StripSlot} slot
 * @param {(outcome: ActOutcome) => void} done
 */
function askEnd(season, slot, done) {
  const facts = consequences();
  facts.place.hidden = true;
  const time = h("input", { class: "input", id: "ends", name: "ends", type: "datetime-local", required: true, value: (slot.votingEndsAt ?? "").slice(0, 16), "data-wants": "Enter a date and a time.", "aria-describedby": "ends-fault" });
  const ends = () => (time.value ? `${time.value.slice(0, 16)}:00Z` : "");
  time.addEventListener("change", () => {
    if (ends()) void facts.show({ act: "reschedule", season: season.id, slot: slot.slot, endsAt: ends() });
    else facts.clear();
  });
  askFor({
    title: `Change the end of slot ${slot.slot}`, text: "", confirm: "Change the end", tone: "primary",
    fields: [
      h("div", { class: "field" }, h("label", { for: time.id }, "The round ends at, UTC"), time,
        h("p", { class: "hint hint--bad", id: "ends-fault", role: "alert", hidden: true })),
      facts.place, reasonField("Reason, published with the result", published),
    ],
    isReady: () => facts.isKnown(),
    run: async ({ reason = "" }) => {
      /** @type {import("../api.js").ChangeSlotInput} */
      const body = { seasonId: season.id, slot: slot.slot, votingEndsAt: ends(), reason, expected: { status: slot.status, votingEndsAt: slot.votingEndsAt } };
      done(await send("PATCH", "/api/admin/slots", body));
    },
  });
}

/**
 * The acts that are possible on a slot.
 * @param {FilmStrip} strip
 * @param {StripSlot} slot
 * @param {(outcome: ActOutcome) => void} done
 * @returns {Act[]}
 */
export function slotActs(strip, slot, done) {
  const { season } = strip;
  const isLastLocked = slot.status === "locked" && !strip.slots.some((other) => other.slot > slot.slot && other.status === "locked");
  /** @type {Act[]} */
  const acts = [];
  if (slot.status === "upcoming") return acts;
  acts.push({ label: slot.status === "locked" && slot.winner ? "Assign another winner…" : "Assign a winner…", kind: "", ask: () => askWinner(season, slot, done) });
  if (slot.status === "voting") {
    acts.push({
      label: "Close the round now…", kind: "", ask: () => askAct({
        title: `Close slot ${slot.slot} now`, confirm: "Close the round", query: { act: "advance", slot: slot.slot }, done,
        run: ({ reason = "" }) => {
          /** @type {import("../api.js").AdvanceSlotInput} */
          const body = { slot: slot.slot, reason };
          return send("POST", "/api/admin/advance-slot", body).then((answer) => ({ ...answer, summary: [`Slot ${slot.slot} is closed`] }));
        },
      }),
    }, { label: "Change the end…", kind: "", ask: () => askEnd(season, slot, done) });
  }
  if (slot.winner) {
    const winner = slot.winner;
    acts.push({
      label: "Take the clip down…", kind: "danger", ask: () => askAct({
        title: `Take “${winner.title}” down`, confirm: "Take it down", query: { act: "take_down", clip: winner.id }, done,
        run: ({ reason = "" }) => {
          /** @type {import("../api.js").TakeDownInput} */
          const body = { clipId: winner.id, reason };
          return send("POST", "/api/admin/takedown", body);
        },
      }),
    });
  }
  if (slot.status !== "waiting_for_clips") {
    acts.push({
      label: "Reset the votes…", kind: "danger", ask: () => askAct({
        title: `Reset the votes of slot ${slot.slot}`, confirm: "Reset the votes", query: { act: "reset_votes", season: season.id, slot: slot.slot }, done,
        run: ({ reason = "" }) => send("POST", "/api/admin/reset-votes", act(season, slot, reason)),
      }),
    });
  }
  if (isLastLocked) {
    acts.push({
      label: "Unlock the slot…", kind: "danger", ask: () => askAct({
        title: `Unlock slot ${slot.slot}`, confirm: "Unlock the slot", query: { act: "unlock", season: season.id, slot: slot.slot }, done,
        run: ({ reason = "" }) => send("POST", "/api/admin/unlock-slot", act(season, slot, reason)),
      }),
    });
  }
  return acts;
}

/**
 * @param {Season} season
 * @param {StripSlot} slot
 * @param {string} reason
 * @returns {import("../api.js").SlotActInput}
 */
const act = (season, slot, reason) => ({ seasonId: season.id, slot: slot.slot, reason, expected: seen(slot) });

/**
 * Resets or deletes a season, whose name must be typed.
 * @param {"reset" | "delete"} name
 * @param {Season} season
 * @param {(outcome: ActOutcome) => void} done
 */
export function askEndOf(name, season, done) {
  const typed = h("input", { class: "input", id: "typed-label", name: "label", autocomplete: "off", required: true, "data-wants": `Type the name exactly: ${season.label}`, "aria-describedby": "label-fault" });
  typed.addEventListener("input", () => typed.dispatchEvent(new Event("change", { bubbles: true })));
  const isReset = name === "reset";
  askAct({
    title: isReset ? "Reset the season" : "Delete the season", confirm: isReset ? "Reset the season" : "Delete the season",
    query: { act: name, season: season.id }, isPublic: isReset, done,
    fields: [h("div", { class: "field" }, h("label", { for: typed.id }, `Type the season’s name to confirm: ${season.label}`), typed,
      h("p", { class: "hint hint--bad", id: "label-fault", role: "alert", hidden: true }))],
    isReady: () => typed.value.trim() === season.label.trim(),
    run: ({ label = "", reason = "" }) => {
      /** @type {import("../api.js").EndSeasonInput} */
      const body = { id: season.id, label, reason, expected: { status: season.status, lockedSlots: season.lockedSlots } };
      return isReset ? send("POST", "/api/admin/seasons/reset", body) : send("DELETE", "/api/admin/seasons", body);
    },
  });
}

/**
 * Activates a draft or archives a finished season.
 * @param {"active" | "archived"} status
 * @param {Season} season
 * @param {(changed: Season) => void} done
 */
export function askStatus(status, season, done) {
  const isStart = status === "active";
  askFor({
    title: isStart ? `Activate ${season.label}` : `Archive ${season.label}`,
    text: isStart ? "Slot 1 opens at once. It waits for the first take if none is approved yet." : "The season leaves the story and the lists. Its film stays.",
    confirm: isStart ? "Activate the season" : "Archive the season", tone: "primary", fields: [],
    run: async () => {
      /** @type {import("../api.js").ChangeSeasonInput} */
      const body = { id: season.id, status };
      done(await send("PATCH", "/api/admin/seasons", body));
    },
  });
}
