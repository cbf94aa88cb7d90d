// What may be loaded before it is asked for.

/**
 * How much of the next video is loaded ahead: enough for its first picture, or nothing where data are saved or slow.
 * @returns {"metadata" | "none"}
 */
export function ahead() {
  const connection = /** @type {{saveData?: boolean, effectiveType?: string} | undefined} */ (Reflect.get(navigator, "connection"));
  return connection?.saveData || /2g/.test(connection?.effectiveType ?? "") ? "none" : "metadata";
}
