// The member's own events. Browsers open few connections to one server, so of all open pages of the site one holds the
// stream and passes on what comes; another one takes over when it closes.

/** @typedef {{name: string, data: string}} Passed */

const address = "/api/events/user";
const place = "dailies-own-events";

/** Dispatches each event under its name as a `MessageEvent`, and `live` when the stream opens or breaks. */
class OwnEvents extends EventTarget {
  /** Whether events arrive. */
  isLive = false;
  /** @type {EventSource | null} */
  #source = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {(() => void) | null} */
  #release = null;
  #isWanted = false;
  #failures = 0;
  /** @type {number | undefined} */
  #retry;
  /** @type {Set<string>} */
  #names = new Set();

  constructor() {
    super();
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => {
      if (event.persisted && this.#isWanted) this.#open();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.#source?.readyState === EventSource.CLOSED) this.#connect();
    });
  }

  /**
   * Calls `handle` for each event of a name.
   * @param {string} name
   * @param {(event: MessageEvent) => void} handle
   */
  on(name, handle) {
    this.addEventListener(name, /** @type {EventListener} */ (handle));
    if (name !== "live" && !this.#names.has(name)) {
      this.#names.add(name);
      if (this.#source) this.#subscribe(this.#source, name);
    }
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#open();
  }

  #open() {
    if ("BroadcastChannel" in window) {
      this.#channel = new BroadcastChannel(place);
      this.#channel.addEventListener("message", ({ data }) => this.#hear(data));
      this.#channel.postMessage({ ask: true });
    }
    // Without locks, as on plain http, each page has its own stream.
    if (!navigator.locks || !this.#channel) this.#connect();
    else {
      const ended = new AbortController();
      this.#release = () => ended.abort();
      navigator.locks
        .request(place, { signal: ended.signal }, () => {
          this.#connect();
          return new Promise((/** @type {(value?: unknown) => void} */ done) => (this.#release = done));
        })
        .catch(() => {});
    }
  }

  #close() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.#release?.();
    this.#release = null;
    this.#channel?.close();
    this.#channel = null;
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    const source = new EventSource(address);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#failures = 0;
      this.#live(true);
    });
    source.addEventListener("error", () => {
      this.#failures += 1;
      this.#live(false);
      // The browser tries again by itself unless the server refused.
      if (source.readyState === EventSource.CLOSED && this.#source === source) {
        this.#retry = setTimeout(() => this.#connect(), Math.min(60_000, 2000 * 2 ** this.#failures) * (0.5 + Math.random()));
      }
    });
    // The page that holds the stream also receives for the others what they wait for.
    for (const name of new Set([...this.#names, "notified", "generation", "clips_decided"])) this.#subscribe(source, name);
  }

  /**
   * @param {EventSource} source
   * @param {string} name
   */
  #subscribe(source, name) {
    source.addEventListener(name, (event) => {
      const data = String(/** @type {MessageEvent} */ (event).data);
      this.#channel?.postMessage({ name, data });
      this.dispatchEvent(new MessageEvent(name, { data }));
    });
  }

  /** @param {boolean} isLive */
  #live(isLive) {
    this.#channel?.postMessage({ isLive });
    this.#note(isLive);
  }

  /** @param {boolean} isLive */
  #note(isLive) {
    if (this.isLive === isLive) return;
    this.isLive = isLive;
    this.dispatchEvent(new MessageEvent("live"));
  }

  /** @param {Partial<Passed> & {isLive?: boolean, ask?: boolean}} said */
  #hear(said) {
    if (said.ask && this.#source) this.#channel?.postMessage({ isLive: this.isLive });
    if (typeof said.isLive === "boolean" && !this.#source) this.#note(said.isLive);
    if (said.name) this.dispatchEvent(new MessageEvent(said.name, { data: said.data ?? "" }));
  }
}

/** The events of the signed-in member; nothing is asked for until the first `on`. */
export const ownEvents = new OwnEvents();
