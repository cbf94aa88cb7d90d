// Follows the channel of the jobs: counts as they come, and the list at most every few seconds. Without a stream the page
// asks by itself.

/** The shortest time between two readings, in milliseconds. */
const pause = 3000;

/** How often the page asks when there is no stream. */
const polling = 20_000;

/**
 * @param {object} page
 * @param {() => void} page.renew reads the list again
 * @param {(counts: Record<string, number>, waitingSince: string | null) => void} page.counts
 * @param {(state: "soon" | "done" | "live", text: string) => void} page.light shows whether news arrive
 * @returns {(isLive: boolean) => void} turns that off and on
 */
export function followJobs({ renew, counts, light }) {
  /** @type {EventSource | null} */
  let source = null;
  /** @type {number | undefined} */
  let retry;
  /** @type {number | undefined} */
  let planned;
  let failures = 0;
  let last = Date.now();
  let isStale = false;
  let isLive = true;

  function plan() {
    isStale = true;
    if (!isLive || planned !== undefined || document.visibilityState !== "visible") return;
    planned = setTimeout(() => {
      planned = undefined;
      last = Date.now();
      isStale = false;
      renew();
    }, Math.max(0, last + pause - Date.now()));
  }

  function connect() {
    clearTimeout(retry);
    source?.close();
    if (!isLive) return;
    source = new EventSource("/api/jobs/stream");
    source.addEventListener("open", () => {
      // What was missed meanwhile; the first opening belongs to a page that has just been loaded.
      if (failures > 0) plan();
      failures = 0;
      light("done", "Connected, live");
    });
    source.addEventListener("error", () => {
      failures += 1;
      light("soon", `Not connected; read every ${polling / 1000} s`);
      if (source?.readyState === EventSource.CLOSED) {
        retry = setTimeout(connect, Math.min(60_000, 2000 * 2 ** failures) * (0.5 + Math.random()));
      }
    });
    source.addEventListener("jobs", (event) => {
      const news = JSON.parse(event.data);
      counts(news.counts, news.waitingSince ?? null);
      plan();
    });
  }

  setInterval(() => {
    if (source?.readyState !== EventSource.OPEN) plan();
  }, polling);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (isStale) plan();
    if (source?.readyState === EventSource.CLOSED) connect();
  });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    connect();
    plan();
  });
  connect();

  return (wanted) => {
    isLive = wanted;
    clearTimeout(planned);
    planned = undefined;
    connect();
    if (isLive) plan();
    else light("soon", "Live updates are off");
  };
}
