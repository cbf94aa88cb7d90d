"""Chromium against a running stack, whose facts stand in the run.json that DAILIES_RUN_JSON names."""

import json
import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def run():
    path = os.environ.get("DAILIES_RUN_JSON")
    if not path:
        pytest.fail("DAILIES_RUN_JSON must name the run.json of a stack (./run --detach makes one)")
    facts = json.loads(Path(path).read_text())
    facts["directory"] = str(Path(path).resolve().parent)
    return facts


@pytest.fixture(scope="session")
def url(run):
    return run["url"]


@pytest.fixture(scope="session")
def shots(run):
    directory = Path(os.environ.get("DAILIES_SHOTS", Path(run["directory"]) / "shots"))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--font-render-hinting=none", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


class Site:
    """Pages of one person, and whatever the browser complained about while they were open."""

    def __init__(self, chromium, url):
        self.chromium, self.url = chromium, url
        self.contexts, self.complaints, self.allowed = [], [], []

    def context(self, *, theme="dark", cookies="rejected", **options):
        options.setdefault("viewport", DESK)
        context = self.chromium.new_context(base_url=self.url, **options)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (event) =>"
            " console.error('CSP', event.violatedDirective, event.blockedURI));"
            f"try {{ localStorage.setItem('theme', '{theme}'); localStorage.setItem('intro', '1') }} catch {{}}"
            # The question is asked where a test is about it.
            + (f"try {{ localStorage.setItem('cookies', '{cookies}') }} catch {{}}" if cookies else "")
        )
        # Generous, since other tests may share the machine; a test that passes does not wait.
        context.set_default_timeout(60_000)
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
        for context in self.contexts:
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
        command, env={**os.environ, "DATABASE_URL": database}, capture_output=True, text=True, timeout=30, check=True
    )
    return answer.stdout.strip()


def use_link(page, link):
    page.goto(link)
    page.get_by_role("button", name="Sign in on this device").click()
    page.wait_for_url(re.compile(r"/(dashboard|onboarding)"))


@pytest.fixture(scope="session")
def admin(chromium, run, url):
    """What keeps the admin signed in, earned with the link that ./run printed."""
    context = chromium.new_context(base_url=url)
    page = context.new_page()
    link = run["adminLink"]
    page.goto(link)
    usable = page.get_by_role("button", name="Sign in on this device")
    expect(usable.or_(page.get_by_text("Ask for a new one."))).to_be_visible()
    if not usable.is_visible():
        link = sign_in_link(run, "--admin")
    use_link(page, link)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def member(chromium, run, url):
    """What keeps a member without rights signed in."""
    context = chromium.new_context(base_url=url)
    use_link(context.new_page(), sign_in_link(run, "--user", "juror"))
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
        subprocess.run(command, check=True, timeout=120)
        return path

    return make


@pytest.fixture(scope="session")
def axe():
    def check(page):
        found = Axe().run(page).response["violations"]
        summary = [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in found]
        assert summary == [], page.url

    return check


def calm(page):
    """Waits for a round that is long enough to finish what a test does in it."""
    for _ in range(600):
        round_ = next((season["round"] for season in page.request.get("/api/story").json()["seasons"] if season["round"]), None)
        if round_ is None or round_["status"] != "voting":
            return
        ends = datetime.fromisoformat(round_["votingEndsAt"])
        if (ends - datetime.now(timezone.utc)).total_seconds() > 15:
            return
        page.wait_for_timeout(250)


def until(page, condition, arg=None):
    """Asks until the condition holds. Playwright's own wait evaluates text in the page, which its policy refuses."""
    for _ in range(600):
        if page.evaluate(condition, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {condition} {arg}")


def ready(page):
    """Waits until a page stands still enough to be judged."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    if page.locator("[data-arena]").count():
        expect(page.locator("[data-stage]")).not_to_have_attribute("aria-busy", "true")
    if page.locator("[data-panel]").count():
        expect(page.locator("[data-panel]")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".title-card")).to_have_count(0)
