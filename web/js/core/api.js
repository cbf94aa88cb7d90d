// Calls to the site's own API: the CSRF token, errors as problem documents, and the server's clock.

/** A refusal, as the server words it. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {Partial<import("../api.js").Problem>} [body]
   * @param {number | null} [retryAfter]
   */
  constructor(status, code, message, body = {}, retryAfter = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** Whether the request never came through, so that nothing can have happened. */
  get isOffline() {
    return this.status === 0;
  }

  /** Whether the sign-in is too old for this; every page then offers a new one. */
  get isSignInTooOld() {
    return this.code === "sign_in_again";
  }

  /**
   * What is wrong with each field, by its name.
   * @returns {Map<string, string>}
   */
  get faults() {
    const details = Array.isArray(this.body.details) ? this.body.details : [];
    return new Map(details.map((fault) => [String(fault.field), String(fault.message)]));
  }
}

/** By how much the server's clock is ahead of ours. */
let clockOffset = 0;

/** The time by the server's clock, in milliseconds. */
export function serverNow() {
  return Date.now() + clockOffset;
}

/**
 * @param {Response} response
 * @param {number} sentAt
 */
function readClock(response, sentAt) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  // The header counts whole seconds: its middle, at the middle of the exchange, is the best guess.
  if (!Number.isNaN(date)) clockOffset = date + 500 - (sentAt + Date.now()) / 2;
}

/** @type {Promise<string> | null} */
let token = null;

async function fetchToken() {
  /** @type {import("../api.js").FormToken} */
  const answer = await request("GET", "/api/csrf");
  return String(answer.token ?? "");
}

/** Fetches the token ahead of the first change, so that the change itself is one exchange. */
export function prepareChanges() {
  token ??= fetchToken();
  token.catch(forgetToken);
}

/** Drops the token, as after signing in or out. */
export function forgetToken() {
  token = null;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 * @param {RequestCache} [cache]
 * @returns {Promise<any>}
 */
async function request(method, path, body, headers = {}, cache = "no-cache") {
  const ahead = method === "GET" ? window.dailiesAhead?.get(path) : undefined;
  window.dailiesAhead?.delete(path);
  const sentAt = ahead?.sentAt ?? Date.now();
  /** @type {Response} */
  let response;
  try {
    response = await (ahead?.response ?? fetch(path, {
      method,
      cache,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": body instanceof Blob ? body.type : "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    }));
  } catch {
    throw new Refusal(0, "offline", "There is no connection.");
  }
  readClock(response, sentAt);
  // The feed's answer brings one, so that the first vote is one exchange.
  const given = response.headers.get("X-CSRF-Token");
  if (given) token = Promise.resolve(given);
  const text = await response.text().catch(() => "");
  /** @type {any} */
  let answer = {};
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    answer = {};
  }
  if (response.ok) return answer;
  if (answer.code === "sign_in_again") document.dispatchEvent(new CustomEvent("dailies:sign-in-again"));
  const retryAfter = Number(response.headers.get("Retry-After"));
  throw new Refusal(
    response.status, String(answer.code ?? "unknown"), String(answer.error ?? "The server did not answer as expected."),
    answer, Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null);
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export function read(path) {
  return request("GET", path);
}

/**
 * A change. A token that has grown old is renewed once.
 * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>}
 */
export async function send(method, path, body, headers = {}) {
  for (let attempt = 0; ; attempt += 1) {
    token ??= fetchToken();
    try {
      return await request(method, path, body, { "X-CSRF-Token": await token, ...headers });
    } catch (error) {
      const isStale = error instanceof Refusal && error.code === "csrf_failed" && attempt === 0;
      if (isStale || !(await settled(token))) forgetToken();
      if (!isStale) throw error;
    }
  }
}

/** @param {Promise<string> | null} promise */
async function settled(promise) {
  try {
    return Boolean(await promise);
  } catch {
    return false;
  }
}
