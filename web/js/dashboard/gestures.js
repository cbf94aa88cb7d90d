// Fingers and mice on the stage: tap, double tap, swipe up and down, pull to refresh.

/** Within this time, in milliseconds, and distance, in pixels, a second tap makes it a double tap. */
const doubleTapTime = 240;
const doubleTapDistance = 48;
/** A press that moves further than this is no tap. */
const tapDistance = 10;
export const swipeDistance = 50;
/** Pixels a millisecond from which a short flick counts as a swipe. */
const flickSpeed = 0.5;

/**
 * @typedef {object} Gestures
 * @property {() => void} onTap
 * @property {(x: number, y: number) => void} onDoubleTap
 * @property {(distance: number) => void} onDrag
 * @property {(direction: 1 | -1) => void} onSwipe
 */

/**
 * @param {HTMLElement} area
 * @param {Gestures} gestures
 */
export function watchGestures(area, gestures) {
  /** @type {{id: number, x: number, y: number, time: number, isDrag: boolean} | null} */
  let start = null;
  // A tap that becomes a double tap if another one follows.
  /** @type {{timer: number, x: number, y: number} | null} */
  let tap = null;
  let wheelAt = 0;

  area.addEventListener("pointerdown", (event) => {
    // A press beside an open menu closes the menu, and does nothing else.
    if (!event.isPrimary || event.button !== 0 || isControl(event.target) || document.querySelector(":popover-open")) return;
    start = { id: event.pointerId, x: event.clientX, y: event.clientY, time: event.timeStamp, isDrag: false };
  });

  area.addEventListener("pointermove", (event) => {
    if (!start || event.pointerId !== start.id || event.pointerType === "mouse") return;
    const distance = event.clientY - start.y;
    if (!start.isDrag && Math.abs(distance) > tapDistance && Math.abs(distance) > Math.abs(event.clientX - start.x)) {
      start.isDrag = true;
      area.setPointerCapture(event.pointerId);
    }
    if (start.isDrag) gestures.onDrag(distance);
  });

  area.addEventListener("pointerup", (event) => {
    if (!start || event.pointerId !== start.id) return;
    const { isDrag, time, x, y } = start;
    start = null;
    const distance = event.clientY - y;
    if (isDrag) {
      gestures.onDrag(0);
      const isFlick = Math.abs(distance) / (event.timeStamp - time) > flickSpeed;
      if (Math.abs(distance) >= swipeDistance || (isFlick && Math.abs(distance) > tapDistance)) gestures.onSwipe(distance < 0 ? 1 : -1);
      return;
    }
    if (Math.hypot(distance, event.clientX - x) > tapDistance) return;
    if (tap) {
      clearTimeout(tap.timer);
      const isNear = Math.hypot(event.clientX - tap.x, event.clientY - tap.y) <= doubleTapDistance;
      tap = null;
      if (isNear) {
        gestures.onDoubleTap(event.clientX, event.clientY);
        return;
      }
      // Two taps in different places are two taps.
      gestures.onTap();
    }
    const timer = setTimeout(() => {
      tap = null;
      gestures.onTap();
    }, doubleTapTime);
    tap = { timer, x: event.clientX, y: event.clientY };
  });

  area.addEventListener("pointercancel", () => {
    if (start?.isDrag) gestures.onDrag(0);
    start = null;
  });

  // One turn of a wheel or one push of a trackpad is one take.
  area.addEventListener("wheel", (event) => {
    if (Math.abs(event.deltaY) < 8 || event.ctrlKey) return;
    event.preventDefault();
    if (event.timeStamp - wheelAt < 450) return;
    wheelAt = event.timeStamp;
    gestures.onSwipe(event.deltaY > 0 ? 1 : -1);
  }, { passive: false });
}

/** @param {EventTarget | null} target */
function isControl(target) {
  return target instanceof Element && Boolean(target.closest("a, input, .actions, .vacant, .frame__broken, [popover], button:not(.frame__tap)"));
}
