// The settings of a season in the dialog: for a new one, and for one that is there.

import { read as ask, send } from "../core/api.js";
import { h } from "../core/dom.js";
import { count, counted } from "../core/format.js";
import { askFor } from "./confirmation.js";
import { inUnits, toSeconds } from "./season-words.js";

/**
 * @typedef {import("../api.js").Season} Season
 * @typedef {import("../core/form.js").Values} Values
 */

const genres = ["Thriller", "Comedy", "Action", "Sci-Fi", "Romance", "Animation", "Horror", "Other"];

/** @type {[string, string][]} */
const aspects = [["9:16", "9:16, portrait"], ["16:9", "16:9, landscape"], ["1:1", "1:1, square"]];

/** @type {[string, string][]} */
const counts = [["always", "Always"], ["after_vote", "After one’s own vote"], ["after_close", "After the round"]];

/**
 * @param {string} name
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
function field(name, label, control, hint) {
  control.id = `season-${name}`;
  control.setAttribute("name", name);
  control.setAttribute("aria-describedby", `${hint ? `${name}-hint ` : ""}${name}-fault`);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control,
    hint && h("p", { class: "hint", id: `${name}-hint` }, hint),
    h("p", { class: "hint hint--bad", id: `${name}-fault`, role: "alert", hidden: true }));
}

/**
 * @param {string | number} value
 * @param {string} wants
 * @param {Record<string, string | number | boolean>} rules
 */
const input = (value, wants, rules) => h("input", { class: "input", value: String(value), "data-wants": wants, ...rules });

/**
 * @param {string} value
 * @param {[string, string][]} options
 */
function select(value, options) {
  const made = h("select", { class: "input" }, ...options.map(([name, text]) => h("option", { value: name }, text)));
  made.value = value;
  return made;
}

/**
 * @param {string} value
 * @param {string} wants
 */
function area(value, wants) {
  const made = h("textarea", { class: "input", maxlength: 2000, rows: 3, "data-wants": wants });
  made.value = value;
  return made;
}

/** What members have voted for, beside the choice of a genre. */
function tally() {
  const place = h("div", { class: "note", "data-tally": true, "aria-live": "polite" }, h("p", {}, "Loading the genre vote."));
  ask("/api/genre-vote").then((/** @type {import("../api.js").GenrePoll} */ poll) => {
    const voted = poll.genres.filter(({ votes }) => votes > 0).sort((one, other) => other.votes - one.votes);
    place.replaceChildren(h("div", { class: "stack stack--tight" },
      h("p", {}, h("strong", {}, "Genre vote"), `, ${counted(poll.total, "vote", "votes")}${poll.open ? "" : ", closed"}`),
      voted.length > 0
        ? h("ol", { class: "tally" }, ...voted.map(({ genre, votes, percent }) => h("li", {}, h("span", {}, genre),
          h("span", { class: "num" }, `${percent} % · ${count(votes)}`))))
        : h("p", { class: "quiet" }, "No votes yet.")));
  }, () => place.replaceChildren(h("p", {}, "The genre vote did not load.")));
  return place;
}

/** @param {Season | null} season */
function fields(season) {
  const [length, unit] = inUnits(season?.roundSeconds ?? 86_400);
  const hasBegun = season !== null && season.status !== "draft";
  const between = (/** @type {number} */ low, /** @type {number} */ high) => `Enter a whole number from ${low} to ${high}.`;
  return [
    field("label", "Name", input(season?.label ?? "", "Enter a name of 1 to 80 characters.", { required: true, maxlength: 80, autocomplete: "off" })),
    field("description", "Description", area(season?.description ?? "", "Use at most 2,000 characters."), "Shown before the film."),
    field("genre", "Genre", select(season?.genre ?? "Other", genres.map((name) => [name, name]))), ...(hasBegun ? [] : [tally()]),
    field("totalSlots", "Slots", input(season?.totalSlots ?? 75, between(1, 500), { type: "number", min: 1, max: 500, required: true, disabled: hasBegun }),
      hasBegun ? "Fixed, because the season has begun." : "75 clips of 8 seconds make a film of 10 minutes."),
    h("div", { class: "row row--tight seasons__length" },
      field("roundLength", "Length of a round", input(length, "Enter a number above 0.", { type: "number", min: 1, max: 31_536_000, required: true })),
      field("roundUnit", "Unit", select(unit, ["seconds", "minutes", "hours", "days"].map((name) => [name, name])))),
    field("aspect", "Aspect", select(season?.aspect ?? "9:16", aspects)),
    field("maxActiveClipsPerMember", "Takes a member may have in the race", input(season?.maxActiveClipsPerMember ?? 3, between(1, 1000), { type: "number", min: 1, max: 1000, required: true })),
    field("maxRoundsPerClip", "Rounds after which a take is eliminated", input(season?.maxRoundsPerClip ?? "", between(1, 500), { type: "number", min: 1, max: 500 }), "Leave it empty for no limit."),
    field("showCounts", "Show counts", select(season?.showCounts ?? "always", counts)),
    field("minVotes", "Votes that a take needs before a round ends", input(season?.minVotes ?? 0, between(0, 1_000_000), { type: "number", min: 0, max: 1_000_000, required: true }), "A round without such a take is extended, at most three times."),
  ];
}

/** @param {Values} values */
function read(values) {
  return {
    label: values.label ?? "", description: values.description ?? "",
    genre: /** @type {NonNullable<import("../api.js").CreateSeasonInput["genre"]>} */ (values.genre), aspect: /** @type {Season["aspect"]} */ (values.aspect),
    showCounts: /** @type {Season["showCounts"]} */ (values.showCounts),
    ...(values.totalSlots ? { totalSlots: Number(values.totalSlots) } : {}),
    roundSeconds: toSeconds(Number(values.roundLength), values.roundUnit ?? "hours"),
    maxActiveClipsPerMember: Number(values.maxActiveClipsPerMember), minVotes: Number(values.minVotes),
    maxRoundsPerClip: values.maxRoundsPerClip ? Number(values.maxRoundsPerClip) : null,
  };
}

/** @param {(made: Season) => void} done */
export function askForSeason(done) {
  askFor({
    title: "New season", text: "It is a draft until you activate it.", confirm: "Create the season", tone: "primary", fields: fields(null),
    run: async (values) => {
      /** @type {import("../api.js").CreateSeasonInput} */
      const body = read(values);
      done(await send("POST", "/api/admin/seasons", body));
    },
  });
}

/**
 * @param {Season} season
 * @param {(changed: Season) => void} done
 */
export function askForSettings(season, done) {
  askFor({
    title: "Season settings", text: "", confirm: "Save the settings", tone: "primary", fields: fields(season),
    run: async (values) => {
      /** @type {import("../api.js").ChangeSeasonInput} */
      const body = { id: season.id, ...read(values) };
      done(await send("PATCH", "/api/admin/seasons", body));
    },
  });
}
