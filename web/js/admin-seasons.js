// The seasons: the list, the film of the chosen one as a strip, a slot's detail, and the acts of admins.

import "./site.js";
import { askEndOf, askStatus, slotActs } from "./admin/season-acts.js";
import { askForCover, SeasonFilm } from "./admin/season-film.js";
import { askForSeason, askForSettings } from "./admin/season-form.js";
import { interventionText, inUnits, seasonBadge, slotBadge } from "./admin/season-words.js";
import { moment } from "./admin/times.js";
import { prepareChanges, read } from "./core/api.js";
import { all, announce, focusHeading, h, icon, maybe, one, refill, setText } from "./core/dom.js";
import { faultText } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { follow } from "./core/live.js";
import { sheetOf } from "./core/sheet.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").Season} Season
 * @typedef {import("./api.js").StripSlot} StripSlot
 * @typedef {import("./api.js").FilmStrip} FilmStrip
 */

const panel = one("[data-panel]", HTMLElement);
const list = one("[data-seasons]", HTMLElement);
const none = one("[data-none]", HTMLElement);
const shown = one("[data-season]", HTMLElement);
const head = one("[data-season-head]", HTMLElement);
const bar = one("[data-strip]", HTMLElement);
const side = one("[data-detail]", HTMLElement);
const filmPanel = new SeasonFilm(one("[data-film]", HTMLElement));

/** @type {Season[]} */
let seasons = [];

/** @type {FilmStrip | null} */
let strip = null;

let slotNumber = 0;
let generation = 0;

const sheet = sheetOf(side, { moved: () => undefined, closed: () => cell(slotNumber)?.focus({ preventScroll: true }) });

const address = () => new URLSearchParams(location.search);

/** @param {Record<string, string>} values */
function setAddress(values) {
  const query = address();
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(null, "", `${location.pathname}${`?${query}`.replace(/^\?$/, "")}`);
}

// -- Loading

async function load() {
  const mine = (generation += 1);
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = /** @type {import("./api.js").Seasons} */ (await read("/api/admin/seasons"));
    if (mine !== generation) return;
    seasons = answer.seasons;
    const wanted = address().get("season");
    const season = seasons.find(({ id }) => id === wanted) ?? seasons.find(({ status }) => status === "active") ?? seasons[0];
    const next = season ? /** @type {FilmStrip} */ (await read(`/api/admin/slots?season=${season.id}`)) : null;
    if (mine !== generation) return;
    strip = next;
    none.hidden = true;
    show();
  } catch (error) {
    if (mine !== generation) return;
    const again = h("button", { class: "btn", type: "button" }, "Try again");
    again.addEventListener("click", () => void load());
    notice("warn", "The seasons did not load", faultText(error, "Nothing was changed."), again);
  } finally {
    if (mine === generation) panel.removeAttribute("aria-busy");
  }
}

/**
 * @param {string} symbol
 * @param {string} title
 * @param {string} text
 * @param {Node} [action]
 */
function notice(symbol, title, text, action) {
  list.replaceChildren();
  shown.hidden = true;
  none.hidden = false;
  refill(none, h("div", { class: "empty" }, icon(symbol, "lg"), h("h2", {}, title), h("p", {}, text), action));
}

// -- What is shown

function show() {
  if (seasons.length === 0) {
    setText(maybe("[data-summary]"), "No season has been made yet.");
    notice("film", "No seasons", "Create a season. It is a draft until you activate it.");
    return;
  }
  const active = seasons.find(({ status }) => status === "active");
  setText(maybe("[data-summary]"), active
    ? `${active.label} is running: ${active.lockedSlots} of ${counted(active.totalSlots, "slot", "slots")} locked.`
    : "No season is running.");
  showList();
  shown.hidden = !strip;
  if (!strip) return;
  const places = strip.slots.map(({ slot }) => slot);
  const wanted = Number(address().get("slot"));
  if (!places.includes(slotNumber)) slotNumber = places.includes(wanted) ? wanted : (strip.season.currentSlot ?? places[0] ?? 0);
  showHead(strip);
  void filmPanel.show(strip.season);
  showStrip(strip);
  showSlot();
}

function showList() {
  const had = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.dataset.choose : null;
  const rows = seasons.map((season) => {
    const isChosen = season.id === strip?.season.id;
    const name = h("button", { class: "clip-name", type: "button", "data-choose": season.id, "aria-pressed": String(isChosen) }, h("b", {}, season.label));
    name.addEventListener("click", () => {
      slotNumber = 0;
      setAddress({ season: season.id, slot: "" });
      void load();
    });
    return h("tr", { "data-season-row": season.id, "aria-current": isChosen ? "true" : null },
      h("td", {}, name), h("td", {}, seasonBadge(season.status)), h("td", { "data-label": "Genre:" }, season.genre),
      h("td", { class: "r num", "data-label": "Locked:" }, `${season.lockedSlots} / ${season.totalSlots}`),
      h("td", { class: "r num", "data-label": "Made:" }, moment(season.createdAt)));
  });
  list.replaceChildren(h("table", { class: "table table--stack" }, h("caption", { class: "visually-hidden" }, "Seasons"),
    h("thead", {}, h("tr", {}, ...["Season", "Status", "Genre"].map((title) => h("th", { scope: "col" }, title)),
      ...["Locked", "Made"].map((title) => h("th", { scope: "col", class: "r" }, title)))),
    h("tbody", {}, ...rows)));
  if (had) maybe(`[data-choose="${CSS.escape(had)}"]`, list)?.focus({ preventScroll: true });
}

/** @param {FilmStrip} film */
function showHead(film) {
  const { season } = film;
  const [length, unit] = inUnits(season.roundSeconds);
  /**
   * @param {string} text
   * @param {() => void} run
   * @param {string} [kind]
   */
  const button = (text, run, kind = "") => {
    const made = h("button", { class: `btn btn--sm ${kind}`.trim(), type: "button" }, text);
    made.addEventListener("click", run);
    return made;
  };
  refill(head,
    h("div", { class: "stack" },
      h("div", { class: "row row--apart" },
        h("h2", { id: "season-title" }, season.label),
        h("div", { class: "row" },
          button("Settings…", () => askForSettings(season, changed("The settings are saved"))),
          season.lockedSlots > 0 && button("Cover…", () => askForCover(film, awaitCover)),
          season.status === "draft" && button("Activate…", () => askStatus("active", season, changed(`${season.label} is running`)), "btn--primary"),
          season.status === "finished" && button("Archive…", () => askStatus("archived", season, changed(`${season.label} is archived`))),
          season.status !== "draft" && button("Reset…", () => askEndOf("reset", season, acted), "btn--danger"),
          button("Delete…", () => askEndOf("delete", season, deleted), "btn--danger"))),
      h("p", { class: "row quiet" }, film.coverUrl && h("img", { src: film.coverUrl, alt: "Cover", width: 27, height: 48, "data-cover": true }), seasonBadge(season.status),
        h("span", { class: "num" }, `Season ${season.number}`),
        h("span", { class: "num" }, `${season.lockedSlots} of ${season.totalSlots} locked`),
        h("span", { class: "num" }, `Rounds of ${counted(length, unit.replace(/s$/, ""), unit)}`),
        h("span", {}, season.aspect))));
}

/** @param {number} number */
const cell = (number) => maybe(`[data-slot="${number}"]`, bar);

/** @param {FilmStrip} film */
function showStrip(film) {
  const hadFocus = bar.contains(document.activeElement);
  bar.replaceChildren(...film.slots.map((slot) => {
    const isChosen = slot.slot === slotNumber;
    const picture = slot.winner?.thumbnailUrl
      ? h("img", { src: slot.winner.thumbnailUrl, alt: "", width: 96, height: 64, loading: "lazy" })
      : h("span", { class: "strip__blank" });
    const made = h("button", {
      class: "strip__slot", type: "button", "data-slot": slot.slot, "data-status": slot.status, "aria-pressed": String(isChosen), tabindex: isChosen ? 0 : -1,
      "aria-label": `Slot ${slot.slot}, ${slotBadge(slot).textContent}${slot.winner ? `, ${slot.winner.title}` : ""}`,
    }, picture, h("span", { class: "num" }, String(slot.slot)), slotBadge(slot));
    made.addEventListener("click", () => choose(slot.slot, true));
    return made;
  }));
  if (hadFocus) cell(slotNumber)?.focus({ preventScroll: true });
}

/**
 * @param {number} number
 * @param {boolean} opens whether the detail is shown where it is not beside the strip
 */
function choose(number, opens) {
  if (!strip?.slots.some(({ slot }) => slot === number)) return;
  slotNumber = number;
  setAddress({ season: strip.season.id, slot: String(number) });
  for (const button of all("[data-slot]", bar)) {
    const isChosen = button.dataset.slot === String(number);
    button.setAttribute("aria-pressed", String(isChosen));
    button.tabIndex = isChosen ? 0 : -1;
  }
  showSlot();
  if (opens) {
    sheet.open();
    if (sheet.isOpen()) focusHeading(side);
  }
}

function showSlot() {
  const film = strip;
  const slot = film?.slots.find((one) => one.slot === slotNumber);
  if (!film || !slot) {
    side.replaceChildren();
    return;
  }
  const { season } = film;
  setText(maybe("[data-sheet-place]"), `${slot.slot} of ${season.totalSlots}`);
  const acts = slotActs(film, slot, acted);
  const buttons = acts.map(({ label, kind, ask }) => {
    const made = h("button", { class: `btn${kind ? ` btn--${kind}` : ""}`, type: "button" }, label);
    made.addEventListener("click", ask);
    return made;
  });
  const facts = [
    slot.winner && ["Winner", slot.winner.title], slot.winner && ["Creator", slot.winner.username ?? "no name"],
    slot.winnerVotes !== null && ["Votes", `${count(slot.winnerVotes)}, score ${count(slot.winnerScore ?? 0)}`],
    slot.clips > 0 && ["In the race", `${counted(slot.clips, "take", "takes")}, ${counted(slot.votes, "vote", "votes")}`],
    slot.votingStartedAt && ["Opened", moment(slot.votingStartedAt)],
    slot.votingEndsAt && [slot.status === "voting" ? "Ends" : "Ended", moment(slot.votingEndsAt)],
    slot.extensions > 0 && ["Extended", counted(slot.extensions, "time", "times")],
    slot.reviewEndsAt && ["Review ends", moment(slot.reviewEndsAt)],
    slot.lockedAt && ["Locked", moment(slot.lockedAt)],
  ].flatMap((fact) => (fact ? [h("dt", {}, /** @type {string} */ (fact[0])), h("dd", {}, /** @type {string | Node} */ (fact[1] ?? ""))] : []));
  refill(side, h("div", { class: "panel stack", "data-chosen-slot": slot.slot },
    h("div", { class: "row row--apart" }, h("h2", { tabindex: -1 }, `Slot ${slot.slot}`), slotBadge(slot)),
    slot.winner?.posterUrl && h("img", { class: "strip__still", src: slot.winner.posterUrl, alt: "", width: 480, height: 853 }),
    slot.status === "locked" && !slot.winner && h("p", { class: "note note--bad" }, icon("warn"), "The clip was taken down, and no other could take its place. The film shows a title card."),
    facts.length > 0 && h("dl", { class: "facts" }, ...facts),
    slot.status === "upcoming" && h("p", { class: "muted" }, "Its turn has not come. Slots fill in order."),
    slot.status === "under_review" && h("a", { class: "btn btn--primary", href: `/admin/votes?slot=${slot.slot}` }, "Decide the review"),
    buttons.length > 0 && h("div", { class: "seasons__acts" }, ...buttons),
    slot.interventions.length > 0 && h("section", { class: "stack stack--tight" }, h("h3", {}, "Interventions"),
      h("ul", { class: "stack stack--tight" }, ...slot.interventions.map((done) => h("li", {},
        h("b", {}, interventionText(done.kind)), " ",
        h("span", { class: "quiet" }, done.byAdmin ? "by admin, " : "by rule, ", moment(done.at), done.votes ? `, ${counted(done.votes, "vote", "votes")}` : ""),
        h("p", { class: "muted quote" }, done.reason))))),
    slot.status !== "upcoming" && h("p", { class: "row" },
      h("a", { class: "link", href: `/rounds/${season.number}/${slot.slot}` }, "Public result"),
      h("a", { class: "link", href: `/admin/votes?slot=${slot.slot}` }, "Votes"))));
}

// -- What has been done

/** @param {import("./api.js").ActOutcome} outcome */
function acted(outcome) {
  const text = outcome.summary[0] ?? "Done";
  toast(text.replace(/\.$/, ""));
  announce(outcome.summary.join(" "));
}

/** A job makes the picture, which takes a moment. */
function awaitCover() {
  toast("The cover is chosen");
  announce("The cover is chosen");
  const before = strip?.coverUrl;
  const season = strip?.season.id;
  let wait = 1500;
  const look = async () => {
    await load();
    if (strip?.season.id !== season || strip?.coverUrl !== before || wait > 60_000) return;
    setTimeout(() => void look(), wait);
    wait *= 1.25;
  };
  void look();
}

/** @param {import("./api.js").ActOutcome} outcome */
function deleted(outcome) {
  setAddress({ season: "", slot: "" });
  slotNumber = 0;
  acted(outcome);
}

/** @param {string} text */
const changed = (text) => (/** @type {Season} */ season) => {
  toast(text);
  announce(text);
  setAddress({ season: season.id });
};

// -- Keys

bar.addEventListener("keydown", (event) => {
  if (!strip || event.ctrlKey || event.metaKey || event.altKey) return;
  const cells = all("[data-slot]", bar);
  const at = cells.findIndex((one) => one.dataset.slot === String(slotNumber));
  const across = cells.filter((one) => one.offsetTop === cells[0]?.offsetTop).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -at, End: cells.length - 1 - at }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const next = cells[at + step];
  if (!next) return;
  choose(Number(next.dataset.slot), false);
  next.focus();
});
for (const button of all("[data-step]")) {
  button.addEventListener("click", () => choose(slotNumber + Number(button.dataset.step), false));
}

one("[data-new]", HTMLButtonElement).addEventListener("click", () => askForSeason((made) => {
  slotNumber = 0;
  changed(`${made.label} is a draft`)(made);
}));

// While a dialog is open, what it is about stays as it was seen. Afterwards the page shows what others have done meanwhile, which
// may be why an act was refused.
const confirmation = one("[data-confirmation]", HTMLDialogElement);
follow(() => (confirmation.open ? undefined : load()));
confirmation.addEventListener("close", () => void load());
prepareChanges();
void load();
