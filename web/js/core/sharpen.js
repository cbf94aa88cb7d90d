// Pictures that begin as a small copy, or as a colour, and are loaded once they are on the screen.

import { all } from "./dom.js";

export function sharpen() {
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLImageElement)) continue;
      watcher.unobserve(target);
      // What is there stays until the other one can take its place.
      const better = new Image();
      better.addEventListener("load", () => {
        target.src = new URL(better.currentSrc).pathname;
      });
      better.sizes = target.dataset.sharpSizes ?? "";
      better.srcset = target.dataset.sharpSet ?? "";
      better.src = target.dataset.sharp ?? "";
    }
  });
  for (const image of all("img[data-sharp]")) watcher.observe(image);
}
