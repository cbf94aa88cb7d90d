// What may be loaded before it is asked for.

/** Whether data are saved or the line is slow: then posters show, and a video is loaded by a press. */
export function savesData() {
  const connection = /** @type {{saveData?: boolean, effectiveType?: string} | undefined} */ (Reflect.get(navigator, "connection"));
  return Boolean(connection?.saveData) || /2g/.test(connection?.effectiveType ?? "");
}

/**
 * How much of the next video is loaded ahead: enough for its first picture, or nothing.
 * @returns {"metadata" | "none"}
 */
export function ahead() {
  return savesData() ? "none" : "metadata";
}

/**
 * How much of the video on the screen is loaded.
 * @returns {"auto" | "none"}
 */
export function whole() {
  return savesData() ? "none" : "auto";
}
