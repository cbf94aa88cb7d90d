// The small pictures over the seek bar.

/** @typedef {{start: number, end: number, url: string, x: number, y: number, width: number, height: number}} Picture */

/**
 * Reads a WebVTT file whose cues name a part of a sheet each.
 * @param {string} url
 * @returns {Promise<Picture[]>}
 */
export async function readStoryboard(url) {
  const response = await fetch(url);
  if (!response.ok) return [];
  return (await response.text()).split("\n\n").flatMap((cue) => picture(cue, url));
}

/**
 * @param {string} cue
 * @param {string} base
 * @returns {Picture[]}
 */
function picture(cue, base) {
  const [times, place] = cue.trim().split("\n").slice(-2);
  const [start, end] = (times ?? "").split(" --> ").map(seconds);
  const [sheet, part] = (place ?? "").split("#xywh=");
  const [x, y, width, height] = (part ?? "").split(",").map(Number);
  if (start == null || end == null || !sheet || x == null || y == null || !width || !height) return [];
  return [{ start, end, url: new URL(sheet, new URL(base, location.href)).href, x, y, width, height }];
}

/**
 * `00:01:28.000`
 * @param {string} text
 */
function seconds(text) {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * Shows the picture of a moment in an element of its size.
 * @param {HTMLElement} element
 * @param {Picture[]} pictures
 * @param {number} at
 */
export function showPicture(element, pictures, at) {
  const found = pictures.find((one) => at < one.end) ?? pictures.at(-1);
  element.hidden = !found;
  if (!found) return;
  element.style.inlineSize = `${found.width}px`;
  element.style.blockSize = `${found.height}px`;
  element.style.backgroundImage = `url("${found.url}")`;
  element.style.backgroundPosition = `-${found.x}px -${found.y}px`;
}
