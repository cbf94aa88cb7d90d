// A film in the frame of another site: its takes one after the other. It stores nothing and asks the site for nothing else.

const video = document.querySelector("[data-film]");
const takes = [...document.querySelectorAll("[data-takes] a")].map((take) => take.getAttribute("href") ?? "");

if (video instanceof HTMLVideoElement) {
  let at = 0;
  video.addEventListener("ended", () => {
    at = (at + 1) % takes.length;
    video.src = takes[at] ?? "";
    // After the last take it waits at the first one.
    if (at > 0) void video.play().catch(() => {});
  });
}

export {};
