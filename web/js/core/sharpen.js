// Pictures that begin as a small copy, or blurred, and are loaded once they are on the screen.

import { all } from "./dom.js";

const longReel = "[data-reel]:not([data-short])";

export function sharpen() {
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLImageElement)) continue;
      watcher.unobserve(target);
      // What is there stays until the other one can take its place.
      const better = new Image();
      better.addEventListener("load", () => {
        const { href, origin, pathname } = new URL(better.currentSrc);
        target.src = origin === location.origin ? pathname : href;
      });
      better.sizes = target.dataset.sharpSizes ?? "";
      better.srcset = target.dataset.sharpSet ?? "";
      better.src = target.dataset.sharp ?? "";
    }
  }, { threshold: 0.5 });
  for (const image of all("img[data-sharp]")) if (!image.closest(longReel)) watcher.observe(image);
  // Frames so narrow show no more than their colours, until somebody takes a closer look.
  for (const reel of all(longReel)) {
    const look = () => {
      for (const image of all("img[data-sharp]", reel)) watcher.observe(image);
    };
    for (const name of ["pointerover", "focusin"]) reel.addEventListener(name, look, { once: true });
  }
}
