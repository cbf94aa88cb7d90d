"""AUTH-01: a person in Chromium signs in at the provider's own page, end to end."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from accessibility import violations  # below Tests/Peers, which stack puts on the path
from stack import DEADLINE

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
expect.set_options(timeout=DEADLINE * 1000)


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox", "--accept-lang=en-US,en"]
        )
        yield browser
        browser.close()


@pytest.fixture
def person(chromium, signin):
    """A page of somebody new, whose console must stay silent."""
    complaints = []
    contexts = []

    def make(*, theme="dark", **options) -> Page:
        context = chromium.new_context(base_url=signin.site, **{"viewport": DESK} | options)
        settings = f"localStorage.setItem('theme', '{theme}'); localStorage.setItem('intro', '1')"
        context.add_init_script(f"try {{ {settings} }} catch {{}}")
        context.set_default_timeout(DEADLINE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    # A page that answers 503 is told to the console by the browser itself.
    assert [text for text in complaints if "status of 503" not in text] == []


def agree(page: Page, subject: str, email: str) -> None:
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_label("Name").fill(subject)
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Go on").click()


def test_from_the_button_to_the_film(signin, person, shots):
    """AUTH-01 AUTH-03 a new member, who comes back"""
    subject, name = f"s-{secrets.token_hex(8)}", f"m{secrets.token_hex(6)}"
    page = person()
    page.goto("/sign-in?next=/about")
    page.get_by_role("link", name="Continue with Google").click()
    agree(page, subject, "ann@example.org")
    page.wait_for_url(re.compile("/onboarding"))
    page.get_by_label("Username").fill(name)
    page.get_by_label("I am 16 or older").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{signin.site}/about")
    assert page.request.get("/api/auth/session").json()["user"]["username"] == name
    assert {"session"} <= {cookie["name"] for cookie in page.context.cookies()}
    assert all(cookie["httpOnly"] for cookie in page.context.cookies())

    again = person(viewport=PHONE)
    again.goto("/sign-in?next=/about")
    again.get_by_role("link", name="Continue with Google").click()
    agree(again, subject, "ann@example.org")
    again.wait_for_url(f"{signin.site}/about")
    assert again.request.get("/api/auth/session").json()["user"]["username"] == name


def test_without_scripts(signin, person):
    """AUTH-01 the buttons are links"""
    page = person(java_script_enabled=False)
    page.goto("/sign-in")
    page.get_by_role("link", name="Continue with Studio login").click()
    agree(page, f"s-{secrets.token_hex(8)}", "x@example.org")
    page.wait_for_url(re.compile("/onboarding"))


def test_stopping_at_the_provider(signin, person, shots):
    """AUTH-01 a refusal is told on a page, and another try works"""
    page = person()
    page.goto("/sign-in?next=/about")
    page.get_by_role("link", name="Continue with Google").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_contain_text("You cancelled the sign-in")
    page.get_by_role("link", name="Continue with Google").click()
    agree(page, f"s-{secrets.token_hex(8)}", "x@example.org")
    page.wait_for_url(re.compile(r"/onboarding\?next=%2Fabout"))


def test_going_back_does_no_harm(signin, person):
    """AUTH-01 the callback met again through the browser's history"""
    page = person()
    page.goto("/sign-in")
    page.get_by_role("link", name="Continue with Google").click()
    agree(page, f"s-{secrets.token_hex(8)}", "x@example.org")
    page.wait_for_url(re.compile("/onboarding"))
    page.go_back()
    page.go_forward()
    assert page.request.get("/api/auth/session").json()["user"] is not None


@pytest.mark.parametrize("size", ["390", "1440"])
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("error", ["", "access_denied", "provider_unavailable"])
def test_the_page(signin, person, shots, size, theme, error):
    """AUTH-01 WEB-05 as it looks, in both themes, for everybody"""
    page = person(theme=theme, viewport=PHONE if size == "390" else DESK)
    page.goto("/sign-in" + (f"?error={error}" if error else ""))
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    shots.of(page, f"sign-in-{error or 'plain'}-{theme}-{size}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    found = violations(page)
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    page.keyboard.press("Tab")
    for _ in range(30):
        if page.evaluate("document.activeElement?.matches('[data-provider]')"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail("the keyboard does not reach the buttons")
