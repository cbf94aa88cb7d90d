// What may be loaded before it is asked for.

/** Whether data are saved or the line is slow: then posters show, and a video is loaded by a press. */
export function savesData() {
  const connection = /** @type {{saveData?: boolean, effectiveType?: string} | undefined} */ (Reflect.get(navigator, "connection"));
  return Boolean(connection?.saveData) || /2g/.test(connection?.effectiveType ?? "");
}
