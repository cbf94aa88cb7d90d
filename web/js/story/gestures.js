// Fingers on the picture: up and down for segments, left and right for seasons, twice for the full screen.

const swipeDistance = 50;
const doubleTapTime = 240;

/**
 * @param {HTMLElement} area
 * @param {{onTap: () => void, onDoubleTap: () => void, onSegment: (step: 1 | -1) => void, onSeason: (step: 1 | -1) => void}} gestures
 */
export function watchGestures(area, gestures) {
  /** @type {{id: number, x: number, y: number} | null} */
  let start = null;
  /** @type {number | undefined} */
  let tap;
  let wheelAt = 0;

  area.addEventListener("pointerdown", (event) => {
    const target = event.target;
    const isControl = target instanceof Element && target.closest("a, .actions, .vacant, .frame__broken, .title-card, button:not(.frame__tap)");
    if (event.isPrimary && event.button === 0 && !isControl) start = { id: event.pointerId, x: event.clientX, y: event.clientY };
  });
  /** @param {number} distance */
  const follow = (distance) => {
    area.toggleAttribute("data-dragging", distance !== 0);
    area.style.setProperty("--drag", `${distance}px`);
  };
  area.addEventListener("pointermove", (event) => {
    if (start && event.pointerId === start.id && event.pointerType !== "mouse") follow(event.clientY - start.y);
  });
  area.addEventListener("pointercancel", () => {
    start = null;
    follow(0);
  });
  area.addEventListener("pointerup", (event) => {
    if (!start || event.pointerId !== start.id) return;
    follow(0);
    const x = event.clientX - start.x;
    const y = event.clientY - start.y;
    start = null;
    if (Math.max(Math.abs(x), Math.abs(y)) >= swipeDistance) {
      if (Math.abs(y) >= Math.abs(x)) gestures.onSegment(y < 0 ? 1 : -1);
      else gestures.onSeason(x < 0 ? 1 : -1);
      return;
    }
    if (Math.hypot(x, y) > 10) return;
    if (tap !== undefined) {
      clearTimeout(tap);
      tap = undefined;
      gestures.onDoubleTap();
      return;
    }
    tap = setTimeout(() => {
      tap = undefined;
      gestures.onTap();
    }, doubleTapTime);
  });
  area.addEventListener("wheel", (event) => {
    if (Math.abs(event.deltaY) < 8 || event.ctrlKey) return;
    event.preventDefault();
    if (event.timeStamp - wheelAt < 450) return;
    wheelAt = event.timeStamp;
    gestures.onSegment(event.deltaY > 0 ? 1 : -1);
  }, { passive: false });
}

/** So far a finger moves the strip before it opens or closes; more would be a long way on a bar of two lines. */
const pullDistance = 30;

/**
 * Fingers on the strip below the picture: up opens it, down closes it, left and right change the season.
 * @param {HTMLDetailsElement} strip
 * @param {(step: 1 | -1) => void} onSeason
 */
export function watchStrip(strip, onSeason) {
  /** @type {{id: number, x: number, y: number} | null} */
  let start = null;
  let isSwipe = false;
  strip.addEventListener("pointerdown", (event) => {
    const isHandle = event.target instanceof Element && event.target.closest("summary, [data-season-card]");
    start = isHandle && event.isPrimary ? { id: event.pointerId, x: event.clientX, y: event.clientY } : null;
    isSwipe = false;
  });
  strip.addEventListener("pointerup", (event) => {
    if (!start || event.pointerId !== start.id) return;
    const x = event.clientX - start.x;
    const y = event.clientY - start.y;
    start = null;
    isSwipe = Math.hypot(x, y) > 10;
    if (Math.abs(x) >= swipeDistance && Math.abs(x) > Math.abs(y)) onSeason(x < 0 ? 1 : -1);
    else if (Math.abs(y) >= pullDistance) strip.open = y < 0;
  });
  // What follows a swipe is no press on the summary, which would undo it.
  strip.addEventListener("click", (event) => {
    if (isSwipe) event.preventDefault();
    isSwipe = false;
  }, true);
}
