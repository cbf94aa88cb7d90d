// The film of a finished season on the page of the seasons: what there is, the work on it, and its picture.

import { read, send } from "../core/api.js";
import { announce, h, icon, maybe } from "../core/dom.js";
import { faultText, whileBusy } from "../core/form.js";
import { clock, count, counted, megabytes } from "../core/format.js";
import { toast } from "../core/toast.js";
import { askFor } from "./confirmation.js";
import { moment } from "./times.js";

/**
 * @typedef {import("../api.js").Season} Season
 * @typedef {import("../api.js").FilmStrip} FilmStrip
 * @typedef {import("../api.js").Film} Film
 */

/** How often work that goes on is asked about, in milliseconds. */
const interval = 1500;

/** @type {Record<NonNullable<Film["build"]>["state"], {word: string, tone: string | null}>} */
const states = {
  waiting: { word: "Waiting", tone: "warn" }, running: { word: "Working", tone: "info" }, failed: { word: "Failed", tone: "bad" },
  cancelled: { word: "Cancelled", tone: null }, done: { word: "Made", tone: "good" },
};

/** @type {Record<string, string>} */
const steps = {
  reading: "reading the clips", joining: "joining them", stills: "drawing the stills", streams: "making the streams", storing: "storing the files",
};

export class SeasonFilm {
  #place;
  #generation = 0;
  /** @type {number | undefined} */
  #timer;

  /** @param {HTMLElement} place */
  constructor(place) {
    this.#place = place;
  }

  /** @param {Season} season */
  async show(season) {
    const mine = (this.#generation += 1);
    clearTimeout(this.#timer);
    const hasFilm = season.status === "finished" || season.status === "archived";
    if (!hasFilm || this.#place.dataset.of !== season.id) this.#place.replaceChildren();
    this.#place.hidden = !hasFilm;
    this.#place.dataset.of = season.id;
    if (!hasFilm) return;
    try {
      const film = /** @type {Film} */ (await read(`/api/admin/films/${season.id}`));
      if (mine !== this.#generation) return;
      this.#draw(season, film);
      if (film.build?.state === "waiting" || film.build?.state === "running") this.#timer = setTimeout(() => void this.show(season), interval);
    } catch (error) {
      if (mine !== this.#generation) return;
      this.#place.replaceChildren(h("p", { class: "note note--bad" }, icon("warn"), faultText(error, "The film did not load.")));
    }
  }

  /**
   * @param {Season} season
   * @param {Film} film
   */
  #draw(season, film) {
    const { build, file } = film;
    const isWorking = build?.state === "waiting" || build?.state === "running";
    const percent = Math.round((build?.progress ?? 0) * 100);
    const state = build || file ? states[build?.state ?? "done"] : { word: "Not made", tone: null };
    const cards = film.segments.filter(({ card }) => card).map(({ slot }) => slot);
    const focused = document.activeElement instanceof HTMLElement && this.#place.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    this.#place.replaceChildren(h("section", { class: "panel stack", "aria-labelledby": "film-title", "data-film-state": build?.state ?? (file ? "done" : "none") },
      h("div", { class: "row row--apart" }, h("h3", { id: "film-title" }, "The film"), h("span", { class: "badge", "data-tone": state.tone }, state.word)),
      isWorking && h("div", { class: "stack stack--tight" },
        h("progress", { "data-beam": true, value: percent, max: 100, "aria-label": "Work on the film" }),
        h("p", { class: "quiet num" }, build?.step ? `${percent} %, ${steps[build.step] ?? build.step}` : "It waits for its turn.")),
      build?.problem && h("p", { class: `note ${build.state === "failed" ? "note--bad" : "note--warn"}` }, icon("warn"), build.problem),
      build?.state === "cancelled" && h("p", { class: "quiet" }, file ? "An admin has ended the work. The film before it is still shown." : "An admin has ended the work. Until a film is made, its takes play one after another."),
      h("dl", { class: "facts" }, ...[
        ["Length", `${clock(film.durationSeconds)}, ${counted(film.segments.length, "clip", "clips")}`],
        ...(file ? [["Made", moment(file.builtAt)], ["Size", megabytes(file.bytes)]] : [["Made", "Not yet"]]),
        ...(cards.length > 0 ? [["Title cards", `${cards.length === 1 ? "Slot" : "Slots"} ${cards.map(count).join(", ")}`]] : []),
      ].flatMap(([name = "", value = ""]) => [h("dt", {}, name), h("dd", {}, value)])),
      h("div", { class: "row" },
        h("a", { class: "btn btn--sm", href: `/watch/${film.number}` }, "Watch it"),
        isWorking
          ? this.#button("cancel", "Cancel the work", season, "The work on the film is ended")
          : this.#button("build", file ? "Make it again" : "Make the film", season, "The film is requested"))));
    if (focused) (maybe(`[data-act="${focused}"]`, this.#place) ?? maybe("[data-act]", this.#place))?.focus();
  }

  /**
   * @param {"build" | "cancel"} act
   * @param {string} words
   * @param {Season} season
   * @param {string} done
   */
  #button(act, words, season, done) {
    const button = h("button", { class: "btn btn--sm", type: "button", "data-act": act }, words);
    button.addEventListener("click", () => void whileBusy(button, async () => {
      /** @type {import("../api.js").FilmBuildInput} */
      const body = { seasonId: season.id };
      await send("POST", `/api/admin/films/${act}`, body);
      toast(done);
      announce(done);
      await this.show(season);
    }));
    return button;
  }
}

/**
 * Chooses the picture of a season: a moment of one of its winners.
 * @param {FilmStrip} strip
 * @param {() => void} done
 */
export function askForCover(strip, done) {
  const winners = strip.slots.flatMap(({ slot, winner }) => (winner?.videoUrl ? [{ slot, winner }] : []));
  const choice = h("select", { class: "input", id: "cover-clip", name: "clip" }, h("option", { value: "" }, "The film’s own poster"),
    ...winners.map(({ slot, winner }) => h("option", { value: winner.id }, `${slot}. ${winner.title}`)));
  const video = h("video", { width: 540, height: 960, playsinline: true, preload: "auto", "aria-label": "The picture" });
  video.muted = true;
  const time = h("input", { type: "range", id: "cover-time", name: "time", min: 0, max: 8, step: 0.1, value: 0 });
  const picture = h("div", { class: "cover" }, video, h("div", { class: "field" }, h("label", { for: time.id }, "Moment"), time));
  const chosen = () => winners.find(({ winner }) => winner.id === choice.value)?.winner;
  const show = () => {
    const clip = chosen();
    picture.hidden = !clip;
    if (!clip?.videoUrl) return;
    const length = clip.durationSeconds ?? 8;
    time.max = String(Math.max(0, length - 0.1));
    time.value = (length / 10).toFixed(1);
    video.src = clip.videoUrl;
    video.poster = clip.posterUrl ?? "";
    video.currentTime = Number(time.value);
  };
  choice.addEventListener("change", show);
  time.addEventListener("input", () => {
    video.currentTime = Number(time.value);
  });
  askFor({
    title: `Cover of ${strip.season.label}`, text: "The library and the season’s card show it.", confirm: "Use this picture", tone: "primary",
    fields: [h("div", { class: "field" }, h("label", { for: choice.id }, "Take"), choice), picture],
    run: async () => {
      /** @type {import("../api.js").SeasonCoverInput} */
      const body = { seasonId: strip.season.id, ...(chosen() ? { clipId: choice.value, seconds: Number(time.value) } : {}) };
      await send("PUT", "/api/admin/seasons/cover", body);
      done();
    },
  });
  show();
}
