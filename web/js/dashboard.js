// The arena: one take at a time, the vote beside it.

import "./site.js";
import { prepareChanges, read, Refusal } from "./core/api.js";
import { afterPaint, announce, maybe, one } from "./core/dom.js";
import { forgetFeatures } from "./core/features.js";
import { counted } from "./core/format.js";
import { hideBarsWhenIdle } from "./core/idle.js";
import { follow } from "./core/live.js";
import { showRound } from "./core/round.js";
import { session } from "./core/session.js";
import { share } from "./core/share.js";
import { installShortcuts } from "./core/shortcuts.js";
import { toast } from "./core/toast.js";
import { Casting } from "./dashboard/casting.js";
import { LiveCounts } from "./dashboard/counts.js";
import { Deck } from "./dashboard/deck.js";
import { Feed } from "./dashboard/feed.js";
import { watchGestures } from "./dashboard/gestures.js";
import { confetti, heart, shake } from "./dashboard/effects.js";
import { knowGate } from "./dashboard/gate.js";
import { Hints } from "./dashboard/hints.js";
import { milestoneText } from "./dashboard/milestones.js";
import { savedPlace, savePlace } from "./dashboard/place.js";
import { showQueue, showSide } from "./dashboard/side.js";
import { closedState, endState, failedState } from "./dashboard/vacant.js";
import { VoteButton } from "./dashboard/vote-button.js";
import { SoundButton } from "./dashboard/sound-button.js";
import { StageNote } from "./dashboard/stage-note.js";
import { Talk } from "./dashboard/talk.js";
import { obstacle } from "./dashboard/faults.js";
import { tellWinner } from "./dashboard/winner.js";

/** @typedef {import("./dashboard/feed.js").Weight} Weight */

const stage = one("[data-stage]", HTMLElement);
const place = one("[data-deck]", HTMLElement);
const actions = one("[data-actions]", HTMLElement);

/** How often the end of the feed looks for new takes, in seconds. */
const lookInterval = 45;

/** The feed's token proves for five minutes that a voter has seen the feed; it is renewed before that. */
const tokenInterval = 240_000;

const feed = new Feed(one("[data-spent-bar]", HTMLProgressElement).max);
let index = 0;
/** @type {HTMLElement | null} */
let end = null;
/** @type {number | undefined} */
let seen;

/** The take that the page brought with it, or that its address asks for. */
const first = place.querySelector("[data-first]")?.getAttribute("data-first") ?? null;
const wish = new URLSearchParams(location.search).get("take");

/**
 * A press on the button before the takes are there, or before this module was; it is for the take that was on the screen.
 * @type {Weight | null | undefined}
 */
let early = "pressed" in document.documentElement.dataset ? null : undefined;
document.documentElement.dataset.listens = "";

const deck = new Deck(place, stage, { onNext: () => void go(1), onSound: () => sound.show() });
/** @type {SoundButton} */
const sound = new SoundButton(deck);
const button = new VoteButton((weight) => {
  if (stage.hasAttribute("aria-busy")) early = weight;
  else void casting.vote(weight);
});
const note = new StageNote(stage, () => void (failed ? again() : refresh()));
const hints = new Hints(note);

/** The arena in other tabs, whose counts a vote changes too. */
const others = new BroadcastChannel("votes");
others.addEventListener("message", () => void refresh());

const current = () => feed.clips[index] ?? null;

const casting = new Casting(feed, {
  current,
  changed: showVote,
  counted: (isUndo) => {
    others.postMessage(null);
    if (!isUndo) hints.afterVote(feed);
  },
  reached: (milestone) => {
    confetti(stage);
    note.say(milestoneText(milestone, feed.isSpent), 3000);
  },
  refresh,
});

const talk = new Talk(current);

/** Shows the state of the feed. */
function show() {
  showStage();
  showPlace();
  showVote();
  talk.show(!actions.hidden);
}

/** Shows the take, or what is there in its place. */
function showStage() {
  const isOpen = feed.state === "voting" && feed.clips.length > 0;
  stage.removeAttribute("aria-busy");
  maybe("[data-waiting]")?.remove();
  const clip = current();
  actions.hidden = !isOpen || !clip;
  if (!isOpen) {
    deck.clear();
    place.append(Object.assign(closedState(feed), { inert: false }));
  } else {
    if (index >= feed.clips.length - 1) end ??= endState(feed, { onAgain: () => goTo(0), seconds: lookInterval });
    deck.show(feed.clips, index, end);
  }
}

/** Shows and notes where in the round that is. */
function showPlace() {
  savePlace(feed, index);
  const clip = current();
  if (!clip) return;
  stage.setAttribute("aria-label", `Take ${index + 1} of ${feed.clipCount}: ${clip.title}`);
  clearTimeout(seen);
  seen = setTimeout(() => feed.markSeen(clip), 1000);
}

/** Shows what a vote changes, and leaves the pictures alone. */
function showVote() {
  const clip = current();
  // One's own takes cannot be voted for; the button says so before it is pressed.
  if (clip) clip.isOwn = feed.isOwn(clip);
  if (clip) button.show(clip, feed);
  showQueue(feed.state === "voting" ? feed.clips : [], index, goTo);
  showSide(feed, story);
  showRound({
    state: feed.state, slot: feed.slot, totalSlots: feed.totalSlots,
    genre: feed.season?.genre ?? null, endsAt: feed.state === "voting" ? feed.endsAt : null,
  });
}

/** Shows counts that have changed, and leaves everything else alone. */
function showCounts() {
  const clip = current();
  if (clip && feed.state === "voting") button.show(clip, feed);
  showSide(feed, story);
}

/** @param {number} to */
function goTo(to) {
  index = Math.max(0, Math.min(to, feed.clips.length));
  end = null;
  showStage();
  const clip = current();
  if (clip) button.moveTo(clip);
  // The finger has let go: the take comes first. All that lays text out comes with the frames after it.
  afterPaint([showVote, sayPlace, showPlace, () => talk.show(!actions.hidden)]);
  if (index >= feed.clips.length - 3 && feed.hasMore) void more();
}

function sayPlace() {
  const clip = current();
  announce(clip ? `${clip.title} by ${clip.username ?? "a former member"}${clip.hasVoted ? ", voted" : ""}` : "That was the last take");
}

/** @param {1 | -1} step */
async function go(step) {
  if (step < 0 && index === 0) return look();
  if (step > 0 && index >= feed.clips.length - 1 && feed.hasMore) await more();
  if (feed.clips.length) goTo(index + step);
}

/** Looks for takes that have come since, as pulling the first one down asks for. */
async function look() {
  const known = feed.clipCount;
  note.say("Loading new takes…");
  const hasCome = await refresh();
  // Those of a later batch are not new.
  const more = feed.clipCount - known;
  note.say(!hasCome ? "New takes could not be loaded." : more > 0 ? `${counted(more, "new take", "new takes")}.` : "No new takes yet.", 2500);
}

/** @type {Promise<unknown> | null} */
let loading = null;

function more() {
  loading ??= feed.more().then(
    (added) => {
      if (added) show();
    },
    () => toast("More takes could not be loaded. Try again in a moment.", { tone: "bad" }),
  ).finally(() => {
    loading = null;
  });
  return loading;
}

/** What only the story knows: the number of the season. */
/** @type {{number: number} | null} */
let story = null;

/**
 * The page was made from the same story, so that the first look needs no request for it.
 * @returns {boolean} whether the page is about the round that the feed is about
 */
function readPage() {
  const { season, number, slot, votes } = one("[data-side]", HTMLElement).dataset;
  if (!feed.season || season !== feed.season.id || slot !== String(feed.slot)) return false;
  story = { number: Number(number) };
  feed.round.ask()({ slot: Number(slot), votes: votes === undefined ? null : Number(votes) });
  return true;
}

async function readStory() {
  const tell = feed.round.ask();
  /** @type {import("./api.js").Story | null} */
  const answer = await read("/api/story").catch(() => null);
  const season = answer?.seasons.find((one) => one.id === feed.season?.id);
  if (season) {
    story = { number: season.number };
    tell(season.round);
  }
  return season;
}

/**
 * Brings everything up to date; a new round starts from its first take.
 * @returns {Promise<boolean>} whether the site has answered
 */
async function refresh() {
  const closed = { slot: feed.slot, season: feed.season?.id, wasVoting: feed.state === "voting" };
  try {
    const hasChanged = await feed.refresh();
    const season = await readStory();
    // A gate may have been opened since; one that closes shows at the next vote.
    if (feed.gate) {
      forgetFeatures();
      await knowGate(feed);
    }
    if (!hasChanged) {
      if (end && !end.inert) end = null;
      show();
      return true;
    }
    index = 0;
    end = null;
    deck.clear();
    show();
    if (closed.wasVoting && closed.season === season?.id) tellWinner(season, closed.slot);
    return true;
  } catch {
    // What is on the stage stays; the next event or the poll tries again.
    return false;
  }
}

/** Whether the takes could not be fetched at all. */
let failed = false;

function again() {
  place.replaceChildren();
  void start();
}

async function start() {
  failed = false;
  try {
    await Promise.all([knowVoter(), knowGate(feed), takeUp()]);
    if (early !== undefined && current()?.id === (wish ?? first)) {
      void casting.vote(early);
      // The vote is on its way before the stage is made.
      await new Promise((done) => setTimeout(done, 0));
    }
    early = undefined;
    show();
    if (index >= feed.clips.length - 3 && feed.hasMore) void more();
    if (!readPage()) await readStory();
    showVote();
  } catch (error) {
    stage.removeAttribute("aria-busy");
    maybe("[data-waiting]")?.remove();
    deck.clear();
    actions.hidden = true;
    failed = true;
    place.replaceChildren(failedState(again, error instanceof Refusal ? error : null));
  }
}

/** Starts with the take that the address asks for, else where this tab was in the round, else with the page's own. */
async function takeUp() {
  const saved = savedPlace();
  if (saved && !wish) {
    const known = saved.clips.length;
    feed.restore(saved);
    if (await feed.refresh()) index = 0;
    // After the last take comes what has joined the round meanwhile.
    else index = saved.at === null ? known : Math.max(0, feed.clips.findIndex((clip) => clip.id === saved.at));
    return;
  }
  const isFirst = await feed.load(wish ?? first, Boolean(wish));
  const isDone = feed.clips.every((clip) => clip.hasVoted) && !feed.hasMore && !feed.isSpent;
  index = isDone && !isFirst ? feed.clips.length : 0;
  if (!wish) return;
  // From here on the tab's own place is where a reload leads.
  history.replaceState(null, "", "/dashboard");
  if (!isFirst) note.say("That take is not up for the vote any more.", 4000);
}

async function knowVoter() {
  const user = await session();
  feed.isMember = Boolean(user);
  feed.me = user?.username ?? null;
}

function shareClip() {
  const clip = current();
  if (clip) void share(`${clip.title}, up for slot ${feed.slot}`, `/clip/${clip.id}`);
}

one("[data-share]", HTMLButtonElement).addEventListener("click", shareClip);
one("[data-report]", HTMLButtonElement).addEventListener("click", () => {
  const clip = current();
  if (clip) void import("./core/report.js").then(({ askToReport }) => askToReport(clip));
});

watchGestures(stage, {
  onTap: () => deck.toggle(),
  onDoubleTap: (x, y) => {
    const clip = current();
    if (!clip || stage.hasAttribute("aria-busy")) return;
    const reason = obstacle(clip, feed);
    if (reason) {
      shake(maybe("[data-vote]"));
      note.say(reason, 3000);
      return;
    }
    hints.knowsDoubleTap();
    if (!feed.gate) heart(stage, x, y);
    if (!clip.hasVoted) void casting.vote("standard");
  },
  onDrag: (distance) => {
    deck.drag(distance);
    if (index === 0 && feed.clips.length) note.pull(distance);
  },
  onSwipe: (direction) => void go(direction),
});

installShortcuts([
  { keys: ["v", "V"], shown: ["V"], label: "Vote, or undo your vote", run: () => void casting.vote(null) },
  { keys: ["w", "W"], shown: ["W"], label: "Super or mega vote", run: () => button.open() },
  { keys: ["ArrowDown", "j"], shown: ["↓", "J"], label: "Next take", run: () => void go(1) },
  { keys: ["ArrowUp"], shown: ["↑"], label: "Previous take", run: () => void go(-1) },
  { keys: ["k", "K", " "], shown: ["K", "Space"], label: "Play or pause", run: () => deck.toggle() },
  { keys: ["m", "M"], shown: ["M"], label: "Sound on or off", run: () => sound.toggle() },
  { keys: ["c", "C"], shown: ["C"], label: "Comments", run: () => talk.toggle() },
  { keys: ["s", "S"], shown: ["S"], label: "Share", run: shareClip },
]);

hideBarsWhenIdle(() => !deck.isPaused);
// Someone who leaves at once after a swipe returns to that take too.
addEventListener("pagehide", () => {
  if (!stage.hasAttribute("aria-busy")) savePlace(feed, index);
});
await start();
// Only over a take: there is nothing to show beside an empty stage.
if (feed.state === "voting" && current()) void import("./dashboard/tour.js").then(({ startTour }) => startTour(feed.daily));
// Not before the feed: its answer brings the cookie that the token is bound to.
prepareChanges();
const counts = new LiveCounts(feed, showCounts);
follow(refresh, (message) => counts.receive(message));
setInterval(() => {
  if (document.visibilityState === "visible") void refresh();
}, tokenInterval);
setInterval(() => {
  if (document.visibilityState === "visible" && feed.state === "voting" && index >= feed.clips.length) void refresh();
}, lookInterval * 1000);
