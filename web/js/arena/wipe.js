// Two videos, one over the other: the left one up to a line, the right one from there on. Both are drawn from the videos of the
// grid, so that they stay in step and nothing is loaded twice.

import { h, one } from "../core/dom.js";

/** @typedef {{video: HTMLVideoElement, name: string}} Named */

/**
 * @param {HTMLElement} place
 * @param {Named[]} videos
 * @param {(isOpen: boolean) => void} toggled
 */
export function wipeOf(place, videos, toggled) {
  const canvas = one("[data-wipe-canvas]", HTMLCanvasElement, place);
  const divide = one("[data-wipe-divide]", HTMLInputElement, place);
  const choices = [one("[data-wipe-a]", HTMLSelectElement, place), one("[data-wipe-b]", HTMLSelectElement, place)];
  const labels = [one("[data-wipe-left]", HTMLElement, place), one("[data-wipe-right]", HTMLElement, place)];
  const context = canvas.getContext("2d");
  let isOpen = false;

  for (const [number, choice] of choices.entries()) {
    choice.append(...videos.map(({ name }, index) => h("option", { value: index, selected: index === number }, name)));
    choice.addEventListener("change", fit);
  }

  /** @param {number} number */
  const chosen = (number) => videos[Number(choices[number]?.value)];

  /** The canvas has the shape and the pixels of the left video. */
  function fit() {
    const left = chosen(0);
    if (!left) return;
    canvas.width = left.video.videoWidth || left.video.width;
    canvas.height = left.video.videoHeight || left.video.height;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${left.name} on the left, ${chosen(1)?.name ?? ""} on the right`);
    for (const [number, label] of labels.entries()) label.textContent = chosen(number)?.name ?? "";
    divide.setAttribute("aria-valuetext", `${Math.round(Number(divide.value) / 10)} %`);
    draw();
  }

  function draw() {
    const [left, right] = [chosen(0), chosen(1)];
    if (!context || !left || !right) return;
    const { width, height } = canvas;
    const line = Math.round((Number(divide.value) / 1000) * width);
    paint(context, right.video, width, height);
    context.save();
    context.beginPath();
    context.rect(0, 0, line, height);
    context.clip();
    paint(context, left.video, width, height);
    context.restore();
    context.fillStyle = "#f3f5f8";
    context.fillRect(line - 1, 0, 2, height);
  }

  function run() {
    if (!isOpen) return;
    draw();
    requestAnimationFrame(run);
  }

  /** @param {PointerEvent} event */
  function drag(event) {
    const { left, width } = canvas.getBoundingClientRect();
    divide.value = String(Math.round(Math.max(0, Math.min(1, (event.clientX - left) / width)) * 1000));
    fit();
  }
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drag(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) drag(event);
  });
  divide.addEventListener("input", fit);

  /** @param {boolean} wanted */
  function set(wanted) {
    isOpen = wanted;
    place.hidden = !wanted;
    toggled(wanted);
    if (!wanted) return;
    for (const { video } of videos) video.addEventListener("loadedmetadata", fit, { once: true });
    fit();
    run();
    place.scrollIntoView({ block: "nearest" });
  }
  one("[data-wipe-close]", HTMLButtonElement, place).addEventListener("click", () => set(false));
  return { toggle: () => set(!isOpen) };
}

/**
 * Draws the picture of a video, or its still while it has none, so that it fills the place.
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLVideoElement} video
 * @param {number} width
 * @param {number} height
 */
function paint(context, video, width, height) {
  const [w, h] = [video.videoWidth, video.videoHeight];
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !w || !h) {
    context.fillStyle = "#040507";
    context.fillRect(0, 0, width, height);
    return;
  }
  const scale = Math.max(width / w, height / h);
  context.drawImage(video, (width - w * scale) / 2, (height - h * scale) / 2, w * scale, h * scale);
}
