// Devices and days in words, for the settings page.

/** @type {[RegExp, string][]} */
const browsers = [
  [/Edg(A|iOS)?\//, "Edge"], [/OPR\//, "Opera"], [/SamsungBrowser\//, "Samsung Internet"], [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\/|Chromium\//, "Chrome"], [/Safari\//, "Safari"], [/^curl\//, "curl"],
];
/** @type {[RegExp, string][]} */
const systems = [
  [/iPhone|iPod/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X|Macintosh/, "Mac"],
  [/CrOS/, "ChromeOS"], [/Linux|X11/, "Linux"],
];

/**
 * A device by what its browser calls itself: `Firefox on Linux`.
 * @param {string} agent
 */
export function deviceName(agent) {
  const browser = browsers.find(([pattern]) => pattern.test(agent))?.[1];
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (agent.slice(0, 40) || "An unknown device");
}

/**
 * A day in words: `today`, `yesterday`, `on 3 May 2026`.
 * @param {string} time
 */
export function since(time) {
  const day = new Date(time);
  const today = new Date();
  const days = Math.round((today.setHours(12, 0, 0, 0) - new Date(day).setHours(12, 0, 0, 0)) / 86_400_000);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  return `on ${day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}`;
}
