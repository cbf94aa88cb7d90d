// Where to go on after signing in: only ever to a page of this site.

/**
 * The wish as a path that no browser reads as another site's address, or the arena. A path that begins with two
 * slashes names a server, and `/..//evil.example` becomes one when its dots are resolved.
 *
 * @param {string | null} wish
 * @returns {string}
 */
export function onward(wish) {
  const standard = "/dashboard";
  try {
    const url = new URL(wish ?? standard, location.origin);
    if (url.origin !== location.origin || url.pathname.startsWith("//")) return standard;
    return url.pathname + url.search;
  } catch {
    return standard;
  }
}
