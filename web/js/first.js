// Runs before the first paint, so that neither the theme nor what needs scripts flickers in.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "auto") root.dataset.theme = theme;
    if (localStorage.getItem("still") === "1") root.dataset.still = "";
    if (localStorage.getItem("cookies")) root.dataset.answered = "";
    // Another take than the page's first one is about to return to the stage.
    if (sessionStorage.getItem("arena")) root.dataset.resumes = "";
  } catch {
    // Storage may be closed to us; the page then looks as it does for a first visit.
  }
  // What the page's module reads first is on its way before the module is there. Another take asks for other things.
  const paths = root.dataset.ahead;
  if (paths && !("resumes" in root.dataset) && !location.search) {
    window.dailiesAhead = new Map(paths.split(" ").map((path) => {
      const response = fetch(path, { cache: "no-cache", headers: { Accept: "application/json" } });
      // The module learns of a fault when it asks.
      response.catch(() => undefined);
      return [path, { response, sentAt: Date.now() }];
    }));
  }
  // The vote button is on the screen before the module that listens to it: what is pressed until then is kept for the module.
  addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-vote]");
    if (!button || "listens" in root.dataset) return;
    root.dataset.pressed = "";
    button.setAttribute("aria-busy", "true");
  });
})();
