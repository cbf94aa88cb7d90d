// Finding and making elements.

/**
 * The first match, which must be there: a page without it is a fault in the page.
 * @template {Element} T
 * @param {string} selector
 * @param {new (...args: any[]) => T} type
 * @param {ParentNode} [root]
 * @returns {T}
 */
export function one(selector, type, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${selector}`);
  return element;
}

/**
 * The first match as an HTML element, or null.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement | null}
 */
export function maybe(selector, root = document) {
  const element = root.querySelector(selector);
  return element instanceof HTMLElement ? element : null;
}

/**
 * All matches as HTML elements.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement[]}
 */
export function all(selector, root = document) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Makes an element. Text is always text; attributes that are false or null are left out. They are set in their order: an
 * image that loads late needs `loading` before `src`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

const svg = "http://www.w3.org/2000/svg";

/**
 * An icon of the page's sprite.
 * @param {string} name
 * @param {string} [size]
 * @returns {SVGElement}
 */
export function icon(name, size = "") {
  const image = document.createElementNS(svg, "svg");
  image.setAttribute("class", size ? `icon icon--${size}` : "icon");
  image.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#i-${name}`);
  image.append(use);
  return image;
}

/**
 * Changes which icon a control shows.
 * @param {Element} control
 * @param {string} name
 */
export function setIcon(control, name) {
  control.querySelector(".icon use")?.setAttribute("href", `#i-${name}`);
}

/**
 * A creator's picture.
 * @param {string} url
 * @param {number} [size]
 */
export function avatar(url, size = 32) {
  return h("img", { class: "avatar", src: url, alt: "", width: size, height: size });
}

/**
 * Says something to a screen reader.
 * @param {string} text
 */
export function announce(text) {
  const announcer = maybe("[data-announcer]");
  if (announcer) announcer.textContent = text;
}

/**
 * Sets text only when it differs, so that nothing is announced or painted twice.
 * @param {Element | null} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/**
 * Whether an element is laid out, and so can be seen and can have the focus.
 * @param {Element} element
 */
export function isShown(element) {
  return element.getClientRects().length > 0;
}

/**
 * Puts the focus on the heading of a place, which is read out then. Nothing scrolls.
 * @param {ParentNode | null} place
 * @returns {boolean} whether there is one
 */
export function focusHeading(place) {
  const heading = place?.querySelector("h1, h2, h3");
  if (!(heading instanceof HTMLElement) || !isShown(heading)) return false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  return true;
}

/**
 * Replaces what is in a place. Where the focus was in it, it is on the new heading.
 * @param {HTMLElement} place
 * @param {Node[]} children
 */
export function refill(place, ...children) {
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(...children);
  if (hadFocus) focusHeading(place);
}

/**
 * Runs pieces of work once the next frame is on the screen, so that what a person waits for comes first. Each further piece
 * runs after a further frame.
 * @param {(() => void)[]} pieces
 * @param {AbortSignal} [signal] ends what has not run yet
 */
export function afterPaint(pieces, signal) {
  const left = [...pieces];
  const run = () => {
    if (signal?.aborted) return;
    left.shift()?.();
    if (left.length > 0) nextFrame(() => setTimeout(run, 0));
  };
  nextFrame(() => nextFrame(() => setTimeout(run, 0)));
}

/** @param {() => void} work */
function nextFrame(work) {
  // A page out of sight has no frames.
  if (document.visibilityState === "hidden") setTimeout(work, 0);
  else requestAnimationFrame(work);
}
