// Bars and keys over a picture that fills the screen: they hide while nothing is touched, and return at once.

const idleTime = 3000;

/** A phone on its side: the picture has the whole height. */
const isLow = matchMedia("(orientation: landscape) and (height < 37.5rem)");

/**
 * Marks the page idle while the picture fills the screen and nothing is touched.
 * @param {() => boolean} isPlaying a picture at rest keeps its keys
 */
export function hideBarsWhenIdle(isPlaying) {
  /** @type {number | undefined} */
  let idle;
  const wake = () => {
    document.body.removeAttribute("data-idle");
    clearTimeout(idle);
    if (!isLow.matches && !document.fullscreenElement) return;
    idle = setTimeout(() => {
      if (isPlaying() && !document.querySelector("dialog[open], :popover-open")) document.body.setAttribute("data-idle", "");
      else wake();
    }, idleTime);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin", "fullscreenchange"]) document.addEventListener(name, wake);
  isLow.addEventListener("change", wake);
  wake();
}
