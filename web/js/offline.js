// The page without a connection: the stills of the takes that were seen last on this device.

const place = document.querySelector("[data-stills]");
const most = 12;

async function show() {
  if (!place || !(await caches.has("stills"))) return;
  const kept = await (await caches.open("stills")).keys();
  // Small copies and stills are of the same takes; a take is shown once.
  const seen = new Set();
  for (const { url } of [...kept].reverse()) {
    const take = new URL(url).pathname.split("/").slice(0, -1).join("/");
    if (seen.has(take) || seen.size === most) continue;
    seen.add(take);
    const image = document.createElement("img");
    Object.assign(image, { src: url, alt: "", width: 90, height: 160 });
    place.append(image);
  }
  const section = place.closest("section");
  if (section && seen.size > 0) section.hidden = false;
}

// Where storage is closed to the page there is nothing to show.
void show().catch(() => {});

export {};
