"""Chromium against a running stack, described in the run.json that DAILIES_RUN_JSON names."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Peers"))

from accessibility import violations
from limits import DEADLINE
from shots import Shots

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

expect.set_options(timeout=DEADLINE * 1000)


@pytest.fixture(scope="session")
def run():
    path = os.environ.get("DAILIES_RUN_JSON")
    if not path:
        pytest.fail("DAILIES_RUN_JSON must name the run.json of a stack (./run --detach makes one)")
    facts = json.loads(Path(path).read_text())
    facts["directory"] = str(Path(path).resolve().parent)
    with psycopg.connect(facts["databaseURL"]) as connection:
        [(length,)] = connection.execute(
            "select min(make_interval(secs => round_seconds)) from seasons where status = 'active'"
        ).fetchall()
    if length is None or length < timedelta(hours=12):
        pytest.fail(f"the rounds of the stack must not close while the tests run (./run --round 86400): {length}")
    return facts


@pytest.fixture(scope="session")
def url(run):
    return run["url"]


@pytest.fixture(scope="session")
def shots():
    return Shots()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell",
            # Without a language it sends one header less than browsers do, and its votes would be flagged.
            args=["--no-sandbox", "--accept-lang=en-US,en", "--font-render-hinting=none",
                  "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


# Good news goes by itself after five seconds, which a slow machine may need for looking.
NOTE_TOASTS = """
    window.told = [];
    addEventListener("DOMContentLoaded", () => {
        const place = document.querySelector("[data-toasts]");
        if (place) new MutationObserver((changes) => {
            for (const change of changes) for (const node of change.addedNodes) {
                if (node.checkVisibility()) window.told.push(node.textContent);
            }
        }).observe(place, { childList: true });
    });
"""


SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


class Site:
    """Pages of one person, and what the browser complained about while they were open."""

    def __init__(self, chromium, url):
        self.chromium, self.url = chromium, url
        self.contexts, self.complaints = [], []
        self.allowed = [
            re.compile("Service Worker registration blocked by Playwright"),
            # The test was in a field before the page was all there.
            re.compile("info: Autofocus processing was blocked"),
        ]

    def context(self, *, theme="dark", cookies="rejected", tour="seen", **options):
        options.setdefault("viewport", DESK)
        # A test that answers requests itself must see them all.
        options.setdefault("service_workers", "block")
        context = self.chromium.new_context(base_url=self.url, **options)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (event) =>"
            " console.error('CSP', event.violatedDirective, event.blockedURI));"
            f"try {{ localStorage.setItem('theme', '{theme}'); localStorage.setItem('intro', '1') }} catch {{}}"
            f"{NOTE_TOASTS}"
            # The tour is shown where a test is about it.
            + (f"try {{ localStorage.setItem('tour', '{tour}') }} catch {{}}" if tour else "")
            # The question is asked where a test is about it.
            + (f"try {{ localStorage.setItem('cookies', '{cookies}') }} catch {{}}" if cookies else "")
        )
        # Generous, since other tests may share the machine; a test that passes does not wait.
        context.set_default_timeout(DEADLINE * 1000)
        context.on("page", self.watch)
        self.contexts.append(context)
        return context

    def page(self, path, **options):
        page = self.context(**options).new_page()
        page.goto(path)
        return page

    def watch(self, page):
        page.on("console", lambda message: self.complaints.append(f"{page.url}: {message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def allow(self, pattern):
        """For tests that cause the complaint themselves."""
        self.allowed.append(re.compile(pattern))

    def close(self):
        """Closes all pages. Those that are opened afterwards are closed at the end of the test."""
        while self.contexts:
            context = self.contexts.pop()
            # Requests that a page sends while it closes get no answer.
            for page in context.pages:
                page.unroute_all(behavior="ignoreErrors")
            context.close()

    def unexpected(self):
        return [line for line in self.complaints if not any(pattern.search(line) for pattern in self.allowed)]


@pytest.fixture
def site(chromium, url):
    site = Site(chromium, url)
    yield site
    site.close()
    assert site.unexpected() == []


def sign_in_link(run, *arguments):
    """A link made by the operator's command, for more people than the one whom ./run printed a link for."""
    directory = Path(run["directory"])
    database = run["databaseURL"].replace("user=postgres", "user=dailies_jobs")
    command = [directory / "bin" / "dailies", "sign-in-link", *arguments, "--config", directory / "dailies.conf"]
    answer = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": database}, capture_output=True, text=True, timeout=DEADLINE, check=True
    )
    return answer.stdout.strip()


def use_link(page, link):
    page.goto(link)
    page.get_by_role("button", name="Sign in on this device").click()
    page.wait_for_url(re.compile(r"/(dashboard|onboarding)"))


def accept_terms(page):
    """What everybody does before the first upload."""
    page.goto("/terms/accept?next=/upload")
    page.get_by_label("I have read the terms").check()
    page.get_by_role("button", name="Accept the terms").click()
    page.wait_for_url("**/upload")


@pytest.fixture(scope="session")
def admin(chromium, run, url):
    """What keeps the admin signed in, earned with the link that ./run printed."""
    context = chromium.new_context(base_url=url)
    page = context.new_page()
    link = run["adminLink"]
    page.goto(link)
    usable = page.get_by_role("button", name="Sign in on this device")
    expect(usable.or_(page.get_by_text("Request a new one."))).to_be_visible()
    if not usable.is_visible():
        link = sign_in_link(run, "--admin")
    use_link(page, link)
    accept_terms(page)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def member(chromium, run, url):
    """What keeps a member without rights signed in."""
    context = chromium.new_context(base_url=url)
    page = context.new_page()
    use_link(page, sign_in_link(run, "--user", "juror"))
    accept_terms(page)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def nameless(chromium, run, url):
    """What keeps a member signed in who has not chosen a name yet, as after a first sign-in by mail."""
    name = f"new_{secrets.token_hex(4)}"
    context = chromium.new_context(base_url=url)
    use_link(context.new_page(), sign_in_link(run, "--user", name))
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute("update users set username = null where username = %s", (name,))
    page = context.new_page()
    comes_true(
        page, lambda: page.request.get("/api/auth/session").json()["user"]["username"] is None, "the name is gone")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def make_video(tmp_path_factory):
    """Makes small real videos, each different."""
    directory = tmp_path_factory.mktemp("videos")

    def make(name="take.mp4", seconds=3, source="testsrc2", size="540x960", extra=()):
        path = directory / name
        command = ["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"{source}=size={size}:rate=15"]
        command += ["-f", "lavfi", "-i", "sine=frequency=330", "-t", str(seconds), *extra]
        command += ["-pix_fmt", "yuv420p", "-preset", "ultrafast", path]
        subprocess.run(command, check=True, timeout=DEADLINE)
        return path

    return make


FAR = "2099-01-01T00:00:00.000Z"


@pytest.fixture
def arena(site):
    """The arena of a voter of its own in a round that does not end; `change` alters what the feed answers."""

    def open_arena(change=None, features=None, setup=None, **options):
        options.setdefault("user_agent", f"Mozilla/5.0 (X11; Linux x86_64) state {secrets.token_hex(4)} Chrome/120")
        page = site.context(**options).new_page()
        first = []

        def document(route):
            response = route.fetch()
            first.extend(re.findall(r'data-first="([^"]+)"', response.text()))
            route.fulfill(response=response)

        def answer(route):
            body = route.fetch().json()
            body.update(currentSlot=500, state="voting", votingEndsAt=FAR, hasMoreClips=False)
            # The page begins with the take that it brought, so `change` finds it at the beginning.
            body["clips"].sort(key=lambda clip: clip["id"] not in first)
            if change:
                change(body)
            body["votedClipIds"] = sorted({*body["votedClipIds"], *(clip["id"] for clip in body["clips"] if clip["hasVoted"])})
            route.fulfill(json=body)

        def flags(route):
            body = route.fetch().json()
            body["features"].update(features)
            route.fulfill(json=body)

        page.route("**/dashboard", document)
        page.route("**/api/vote?*", answer)
        if features:
            page.route("**/api/features", flags)
        if setup:
            setup(page)
        page.goto("/dashboard")
        ready(page)
        return page

    return open_arena


STANDS_STILL = """() => document.getAnimations().every((one) =>
    one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""


@pytest.fixture(scope="session")
def axe():
    def check(page, within=None, rules=None):
        """Of the whole page, or of the element that a selector names."""
        # What is still on its way in is half transparent, or elsewhere.
        until(page, STANDS_STILL)
        found = violations(page, within, rules)
        summary = [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in found]
        assert summary == [], page.url

    return check


COLOURS = ["color-contrast", "link-in-text-block"]


def judge(page, axe, shots, name, full_page=False, within=None, without=None):
    """Looks at a page in the dark theme, in which it came, and then in the light one, where only its colours differ.

    What `without` selects is removed first: axe reads the whole document, which takes many seconds when it has hundreds of
    parts of one kind."""
    ready(page)
    if without:
        page.evaluate("(selector) => document.querySelectorAll(selector).forEach((one) => one.remove())", without)
    for theme, rules in (("dark", None), ("light", COLOURS)):
        # What is folded away changes its colours only when they are asked for, and then within a moment.
        page.evaluate("""(theme) => {
            document.documentElement.dataset.theme = theme;
            for (const one of document.querySelectorAll("*")) void getComputedStyle(one).color;
        }""", theme)
        until(page, STANDS_STILL)
        shots.of(page, f"{name}-{theme}.png", full_page=full_page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("innerWidth"), f"{theme}: wider than the screen"
        axe(page, within=within, rules=rules)


def hold_first(page, pattern):
    """Keeps the first answer for an address as it is now, to be given later: a list with the route and the answer, once it is
    asked for."""
    held = []

    def hold(route):
        if held or route.request.method != "GET":
            route.fallback()
        else:
            held.append((route, route.fetch()))

    page.route(pattern, hold)
    return held


def give(page, held, **changes):
    """Gives the answer that was held, and waits until the page has had the time to show it."""
    ((route, answer),) = held
    with page.expect_event("requestfinished", lambda request: request == route.request):
        route.fulfill(response=answer, **changes)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")


def until(page, condition, arg=None):
    """Asks until the condition holds. Playwright's own wait evaluates text in the page, which its policy refuses."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if page.evaluate(condition, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {condition} {arg}")


def comes_true(page, condition, what):
    """The answer of `condition`, which is asked until it is not false; the page goes on meanwhile."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {what}")


def told(page, text):
    """Waits for a short message that was seen on the page, though it may be gone again by now."""
    until(page, "(text) => window.told.some((one) => one.includes(text))", text)


def announced(page, text):
    """Waits for what a screen reader is told. For votes: the server has answered, and the next press counts."""
    expect(page.locator("[data-announcer]")).to_contain_text(text)


def double_tap(page, x, y):
    """Two taps that make a double tap however slow the machine is."""
    tap_at_once(page, (x, y), (x + 2, y + 2))


def tap_at_once(page, *places):
    """Taps between which the page's clock is stopped."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 10_000"))
    for x, y in places:
        page.touchscreen.tap(x, y)
    page.clock.resume()


def ready(page):
    """Waits until nothing on a page moves any more, also when a link was followed just before."""
    while not settled(page):
        pass


def settled(page):
    """Waits for a page to be loaded and at rest; false if another page took its place meanwhile."""
    page.wait_for_load_state("load")
    try:
        page.evaluate("document.fonts.ready")
        stage, panel = page.locator("[data-arena]").count(), page.locator("[data-panel]").count()
    except PlaywrightError as error:
        if "context was destroyed" in str(error):
            return False
        raise
    if stage:
        expect(page.locator("[data-stage]")).not_to_have_attribute("aria-busy", "true")
    if panel:
        expect(page.locator("[data-panel]")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".title-card")).to_have_count(0)
    return True
