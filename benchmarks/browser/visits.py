"""What a visit costs in Chromium, as JSON: bytes of a first visit, its first pictures, and the swipe to the next clip.

Run by the rows of visits with the tests' Python, which has Playwright:
visits.py URL weights|first|taps|fate|swipes|segments|paints [COUNT, or the number of a season]

`fate` reads from standard input, as JSON, a link that signs an admin in, and the cookie and the clip of each creator.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PATIENCE = 120_000
# A middling phone on a slow line: 1.6 Mbit/s down, 750 kbit/s up, 150 ms.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
PROCESSOR = 4

# Notes when the first clip's picture and the vote button are painted, and when the video shows its first frame.
FIRST_PICTURES = """
    window.seen = {};
    const known = new WeakSet();
    const look = () => {
        const poster = document.querySelector("[data-deck] > .frame > .frame__poster");
        const vote = document.querySelector("[data-vote]");
        if (!("poster" in seen) && poster?.complete && poster.naturalWidth && poster.checkVisibility()
            && vote?.getBoundingClientRect().width > 40 && vote.checkVisibility()) {
            seen.poster = null;
            // Painted with this frame, so on the screen before the next one.
            requestAnimationFrame(() => { seen.poster = performance.now(); });
        }
        for (const video of document.querySelectorAll("[data-deck] video")) {
            if (known.has(video)) continue;
            known.add(video);
            video.requestVideoFrameCallback(() => { seen.video ??= performance.now(); });
        }
        if (!seen.video || !seen.poster) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift = (seen.shift ?? 0) + entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""

# From the end of the finger's move to the next video's first picture on the stage and to its first moving one, and whether
# anything showed until then.
SWIPE = """
    () => {
        window.swipe = { black: 0 };
        addEventListener("pointerup", (event) => {
            const begun = event.timeStamp;
            let isDone = false;
            const video = document.querySelector('[data-deck] > .frame[data-place="1"] video');
            video.requestVideoFrameCallback((now) => {
                isDone = true;
                window.swipe.moving = now - begun;
                window.swipe.time ??= now - begun;
            });
            const look = () => {
                const frame = document.querySelector('[data-deck] > .frame[data-place="0"]');
                const poster = frame?.querySelector(".frame__poster");
                const shown = frame?.querySelector("video");
                if (frame?.contains(video) && video.readyState >= 2) {
                    requestAnimationFrame((next) => { window.swipe.time ??= next - begun; });
                }
                if (!(poster?.complete && poster.naturalWidth) && !(shown?.readyState >= 2)) window.swipe.black += 1;
                if (!isDone) requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        }, { once: true, capture: true });
    }
"""


def until(page: Page, condition: str) -> Any:
    """The first answer that is not false. The pages' policy refuses Playwright's own wait, which evaluates text there."""
    for _ in range(PATIENCE // 20):
        if found := page.evaluate(condition):
            return found
        page.wait_for_timeout(20)
    raise TimeoutError(condition)


def visitor(browser: Browser, url: str, size: dict[str, int]) -> BrowserContext:
    context = browser.new_context(base_url=url, viewport=size, has_touch=size is PHONE)
    context.set_default_timeout(PATIENCE)
    return context


def throttled(page: Page, line: bool) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
    session.send("Network.enable")
    if line:
        session.send("Network.emulateNetworkConditions", LINE)
    return session


class Meter:
    """Counts what comes over the line, heads included, by kind."""

    def __init__(self, page: Page) -> None:
        self.kinds: dict[str, str] = {}
        self.files: dict[str, float] = {}
        self.names: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._begin)
        session.on("Network.dataReceived", self._data)
        session.on("Network.loadingFinished", self._end)
        session.send("Network.enable")

    def _begin(self, event: dict) -> None:
        response = event["response"]
        url = response["url"]
        if url.startswith("data:"):
            return
        self.names[event["requestId"]] = url
        is_video = event["type"] == "Media" or response["mimeType"].startswith("video/")
        self.kinds[event["requestId"]] = "Media" if is_video else event["type"]
        self.files[event["requestId"]] = response["encodedDataLength"]

    def _data(self, event: dict) -> None:
        if event["requestId"] in self.files:
            # A video that is not read to its end is reported by what was read.
            is_video = self.kinds[event["requestId"]] == "Media"
            self.files[event["requestId"]] += max(0, event["dataLength" if is_video else "encodedDataLength"])

    def _end(self, event: dict) -> None:
        if event["requestId"] in self.files and event["encodedDataLength"] >= 0:
            self.files[event["requestId"]] = event["encodedDataLength"]

    def sums(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, size in self.files.items():
            found[self.kinds[number]] = found.get(self.kinds[number], 0) + int(size)
        return found

    def videos(self) -> dict[str, int]:
        """By address, whose ranges come one by one."""
        found: dict[str, int] = {}
        for number, size in self.files.items():
            if self.kinds[number] == "Media":
                name = self.names[number].rsplit("/", 1)[1]
                found[name] = found.get(name, 0) + int(size)
        return found

    def largest(self, count: int = 12) -> dict[str, int]:
        ranked = sorted(self.files, key=lambda one: -self.files[one])[:count]
        return {self.names[one].split("?")[0].split("/", 3)[-1][-60:]: int(self.files[one]) for one in ranked}


def weigh(browser: Browser, url: str, path: str, size: dict[str, int]) -> dict[str, Any]:
    """Until nothing but video has come for a while."""
    context = visitor(browser, url, size)
    page = context.new_page()
    meter = Meter(page)
    page.goto(path, wait_until="load")
    quiet, last = 0, -1.0
    while quiet < 20:
        page.wait_for_timeout(100)
        total = sum(size for one, size in meter.files.items() if meter.kinds[one] != "Media")
        quiet = quiet + 1 if total == last else 0
        last = total
    context.close()
    sums = meter.sums()
    return {
        "bytes": sum(sums.values()) - sums.get("Media", 0), "video": sums.get("Media", 0), "videos": meter.videos(),
        "requests": len(meter.files), "kinds": sums, "largest": meter.largest(),
    }  # fmt: skip


def weights(browser: Browser, url: str, _: int) -> dict[str, Any]:
    return {
        f"{path} {name}": weigh(browser, url, path, size)
        for path in ("/", "/dashboard", "/story") for name, size in (("phone", PHONE), ("desk", DESK))
    }  # fmt: skip


def first(browser: Browser, url: str, count: int) -> dict[str, Any]:
    """The median of some first visits of the arena on a slow phone."""
    found = []
    for _ in range(count):
        context = visitor(browser, url, PHONE)
        page = context.new_page()
        throttled(page, line=True)
        page.add_init_script(FIRST_PICTURES)
        page.goto("/dashboard", wait_until="commit")
        found.append(until(page, "() => seen.poster && seen.video ? seen : null"))
        context.close()
    return {
        "poster": statistics.median(one["poster"] for one in found),
        "video": statistics.median(one["video"] for one in found),
        "shift": max(one.get("shift", 0) for one in found), "all": found,
    }  # fmt: skip


def taps(browser: Browser, url: str, count: int) -> dict[str, Any]:
    """From the landing page to a vote that is counted, by two taps on a slow phone: the seconds since the page was loaded."""
    found = []
    for _ in range(count):
        context = visitor(browser, url, PHONE)
        page = context.new_page()
        throttled(page, line=True)
        page.goto("/", wait_until="load")
        begun = time.monotonic()
        page.get_by_role("link", name="Vote now").tap()
        with page.expect_response(lambda answer: answer.url.endswith("/api/vote"), timeout=PATIENCE) as counted:
            page.locator("[data-vote]").tap()
        if counted.value.status != 200:
            raise RuntimeError(f"the vote is answered with {counted.value.status}")
        found.append(time.monotonic() - begun)
        context.close()
    return {"median": statistics.median(found), "all": [round(one, 2) for one in found]}


# When the words about a clip have changed, in seconds since 1970.
CHANGED = """
    (id) => {
        const look = () => {
            if (!document.getElementById(`clip-${id}`)?.textContent.includes("Not accepted")) return;
            watcher.disconnect();
            window.changed = Date.now() / 1000;
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { subtree: true, childList: true });
    }
"""


def fate(browser: Browser, url: str, _: int) -> dict[str, Any]:
    """From an admin's decision to its words on the creator's open page, in seconds. Each decision is undone again."""
    given = json.load(sys.stdin)
    admins = visitor(browser, url, DESK)
    page = admins.new_page()
    page.goto(given["link"])
    page.get_by_role("button", name="Sign in on this device").click()
    page.wait_for_url("**/dashboard")
    headers = {"X-CSRF-Token": admins.request.get("/api/csrf").json()["token"], "Origin": url}
    found = []
    for creator in given["creators"]:
        context = visitor(browser, url, PHONE)
        name, value = creator["cookie"].split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": url}])
        own = context.new_page()
        # The page's stream is open once it has asked for it.
        with own.expect_request("**/api/events/user*", timeout=PATIENCE):
            own.goto("/profile/clips")
        own.wait_for_timeout(1000)
        own.evaluate(CHANGED, creator["clip"])
        body = {"clipId": creator["clip"], "reason": "Does not fit this film."}
        answer = admins.request.post("/api/admin/reject", headers=headers, data=body)
        decided = time.time()
        if answer.status != 200:
            raise RuntimeError(f"the decision is answered with {answer.status}: {answer.text()[:200]}")
        found.append(until(own, "() => window.changed") - decided)
        context.close()
        undone = admins.request.post(
            "/api/admin/clips/undo", headers=headers, data={"decisionIds": [answer.json()["decisionId"]]}
        )
        if undone.status != 200:
            raise RuntimeError(f"the undoing is answered with {undone.status}: {undone.text()[:200]}")
    return {"slowest": max(found), "all": [round(one, 3) for one in found]}


# The largest thing on the screen, as browsers report it, and what has moved without being asked.
PAINTS = """
    window.seen = { paint: 0, shift: 0, of: "" };
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            seen.paint = entry.renderTime || entry.loadTime || entry.startTime;
            seen.of = entry.element?.className || entry.element?.localName || "";
        }
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
# A page has shown what it has to show when nothing larger has come for so many milliseconds after it was loaded.
SETTLED = 2_000


def paints(browser: Browser, url: str, season: int) -> dict[str, Any]:
    """First visits of the film's pages on a slow phone, the better of two each: a busy machine slows one more than pages do."""
    context = visitor(browser, url, PHONE)
    clip = context.request.get(f"{url}/api/discover?limit=1").json()["clips"][0]["id"]
    context.close()
    found = {}
    for path in ("/watch", f"/watch/{season}", "/story", "/leaderboard", "/discover", f"/clip/{clip}", "/genre"):
        turns = []
        for _ in range(2):
            context = visitor(browser, url, PHONE)
            page = context.new_page()
            throttled(page, line=True)
            page.add_init_script(PAINTS)
            page.goto(path, wait_until="load")
            page.wait_for_timeout(SETTLED)
            turns.append(page.evaluate("() => window.seen"))
            context.close()
        found["/clip/[id]" if path == f"/clip/{clip}" else path] = {
            **min(turns, key=lambda one: one["paint"]), "shift": max(one["shift"] for one in turns)
        }
    return found


def swipes(browser: Browser, url: str, count: int) -> dict[str, Any]:
    """To the next clip again and again, each time once it is loaded ahead."""
    context = visitor(browser, url, PHONE)
    page = context.new_page()
    session = throttled(page, line=False)
    page.goto("/dashboard")
    times, moving, black = [], [], 0
    for _ in range(count):
        until(page, """() => {
            const video = (place) => document.querySelector(`[data-deck] > .frame[data-place="${place}"] video`);
            return video(0)?.currentTime > 0.2 && video(1)?.readyState >= 2;
        }""")
        page.wait_for_timeout(400)
        page.evaluate(SWIPE)
        for kind, y in (("touchStart", 600), ("touchMove", 520), ("touchMove", 440), ("touchMove", 360), ("touchEnd", None)):
            points = [] if y is None else [{"x": 150, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        done = until(page, "() => window.swipe.moving === undefined ? null : window.swipe")
        times.append(done["time"])
        moving.append(done["moving"])
        black += done["black"]
    context.close()
    ranked = sorted(times)
    return {
        "p50": statistics.median(ranked), "p95": ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))], "black": black,
        "all": [round(one, 1) for one in times], "moving": [round(one, 1) for one in moving],
    }  # fmt: skip


# From the end of each clip to the next one's picture on the stage and to its first moving one, and whether anything showed
# until then.
SEGMENTS = """
    () => {
        window.film = { gaps: [], moving: [], black: 0 };
        const front = () => document.querySelector("film-player video:not([inert])");
        for (const video of document.querySelectorAll("film-player video")) {
            video.addEventListener("ended", (event) => {
                const begun = event.timeStamp;
                const look = () => {
                    if (front() !== video && front().readyState >= 2) {
                        requestAnimationFrame((now) => window.film.gaps.push(now - begun));
                        return;
                    }
                    if (front().readyState < 2) window.film.black += 1;
                    requestAnimationFrame(look);
                };
                look();
                front().requestVideoFrameCallback((now, frame) => window.film.moving.push(frame.presentationTime - begun));
            });
        }
    }
"""


def segments(browser: Browser, url: str, season: int) -> dict[str, Any]:
    """Clip after clip in a season's player, the last second of each."""
    context = visitor(browser, url, PHONE)
    page = context.new_page()
    page.goto(f"/watch/{season}")
    until(page, "() => document.querySelector('film-player[data-ready]') !== null")
    count = page.evaluate("() => document.querySelectorAll('[data-list] li').length")
    page.evaluate(SEGMENTS)
    page.locator("[data-toggle]").click()
    for number in range(1, count):
        page.evaluate("(seconds) => document.querySelector('film-player').seek(seconds)", number * 8 - 2)
        until(page, f"() => window.film.gaps.length >= {number}")
    found = page.evaluate("() => window.film")
    context.close()
    return {
        "median": statistics.median(found["gaps"]), "black": found["black"],
        "all": [round(one, 1) for one in found["gaps"]], "moving": [round(one, 1) for one in found["moving"]],
    }  # fmt: skip


def main() -> None:
    url, what = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell",
            args=["--no-sandbox", "--accept-lang=en-US,en", "--autoplay-policy=no-user-gesture-required"],
        )
        found = {
            "weights": weights, "first": first, "taps": taps, "fate": fate, "swipes": swipes, "segments": segments,
            "paints": paints,
        }[what](browser, url, count)  # fmt: skip
        browser.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
