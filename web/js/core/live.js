// The events of the round. Every open stream, every event and every return to the page ends in the same thing: the
// page fetches its state again, so that a lost event costs nothing.

/** @typedef {{name: string, data: Record<string, any>}} SlotEvent */

const names = ["round_opened", "round_waiting", "round_extended", "winner_selected", "round_under_review", "season_finished", "season_reset",
  "season_deleted", "round_rescheduled", "slot_unlocked", "votes_reset", "clip_taken_down", "announced"];

/** How long streams may fail before the page asks by itself. */
const pollingInterval = 30_000;

/** How long a stream may take to open. A proxy may keep it to itself for ever, without an error. */
const openingLimit = 8_000;

/**
 * Calls `refetch` whenever the page may be behind, spread over three seconds so that a thousand pages do not ask at once.
 *
 * With `onCounts` the stream also carries the counts of the round's takes, which are passed on as they come.
 * @param {(event: SlotEvent | null) => void | Promise<unknown>} refetch
 * @param {(counts: Record<string, any>) => void} [onCounts]
 * @param {string[]} [others] further events after which the page may be behind
 */
export function follow(refetch, onCounts, others = []) {
  /** @type {EventSource | null} */
  let source = null;
  /** @type {number | undefined} */
  let poll;
  /** @type {number | undefined} */
  let retry;
  /** @type {number | undefined} */
  let pending;
  /** @type {number | undefined} */
  let opening;
  let hasOpened = false;
  let failures = 0;

  /**
   * @param {SlotEvent | null} event
   * @param {number} spread
   */
  const schedule = (event, spread) => {
    if (event) document.dispatchEvent(new CustomEvent("dailies:slot", { detail: event }));
    clearTimeout(pending);
    pending = setTimeout(() => {
      pending = undefined;
      void refetch(event);
    }, Math.random() * spread);
  };

  const startPolling = () => {
    poll ??= setInterval(() => schedule(null, 3000), pollingInterval);
  };

  const connect = () => {
    clearTimeout(retry);
    clearTimeout(opening);
    opening = setTimeout(() => {
      // What was missed until now, and then at intervals. The stream may still open, and ends the polling.
      schedule(null, 3000);
      startPolling();
    }, openingLimit);
    source?.close();
    source = new EventSource(onCounts ? "/api/events/round" : "/api/events/slot");
    source.addEventListener("open", () => {
      failures = 0;
      clearTimeout(opening);
      clearInterval(poll);
      poll = undefined;
      // The first opening belongs to a page that has just been loaded.
      if (hasOpened) schedule(null, 3000);
      hasOpened = true;
    });
    source.addEventListener("error", () => {
      failures += 1;
      startPolling();
      // The browser tries again by itself unless the server refused; then we do, later and later.
      if (source?.readyState === EventSource.CLOSED) {
        retry = setTimeout(connect, Math.min(60_000, 2000 * 2 ** failures) * (0.5 + Math.random()));
      }
    });
    for (const name of [...names, ...others, "message"]) {
      source.addEventListener(name, (message) => schedule(parse(name, message), 3000));
    }
    if (onCounts) source.addEventListener("counts", (message) => onCounts(parse("counts", message).data));
  };

  // The end of a round by the clock, should its event be lost.
  document.addEventListener("dailies:closing", () => {
    if (pending === undefined) schedule(null, 3000);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    schedule(null, 500);
    if (source?.readyState === EventSource.CLOSED) connect();
  });
  // A page that comes back from the browser's cache has a dead stream.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    connect();
    schedule(null, 500);
  });
  addEventListener("pagehide", () => {
    clearTimeout(opening);
    source?.close();
  });
  connect();
}

/**
 * @param {string} name
 * @param {Event} message
 * @returns {SlotEvent}
 */
function parse(name, message) {
  try {
    const data = JSON.parse(/** @type {MessageEvent} */ (message).data);
    return { name: data.name ?? data.event ?? name, data };
  } catch {
    return { name, data: {} };
  }
}
