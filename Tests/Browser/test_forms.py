"""Forms in a browser without JavaScript, and what their module adds."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, ready, sign_in_link, use_link

SIZES = {"390": PHONE, "1440": DESK}


def signed_in(site, run, name, **options):
    """A browser without JavaScript of somebody who has signed in with one that has it."""
    context = site.context()
    use_link(context.new_page(), sign_in_link(run, "--user", name))
    return site.context(storage_state=context.storage_state(), java_script_enabled=False, **options).new_page()


def outcome(page):
    return page.locator("[data-form-outcome]")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_contact(site, shots, run, size, theme):
    """OPS-08 WEB-01: each fault is shown at its field, what was typed stays, and the message arrives."""
    site.allow(r"Failed to load resource.*422")
    page = site.page("/contact", java_script_enabled=False, viewport=SIZES[size], theme=theme)
    page.get_by_label("Your name").fill("Bo")
    page.get_by_label("E-mail address").fill("bo@example.org")
    # Ten blanks are enough for the browser, and nothing to the server.
    page.get_by_label("Message").fill(" " * 12)
    page.get_by_role("button", name="Send message").press("Enter")
    expect(outcome(page)).to_have_text("Nothing was saved. Correct the marked fields.")
    expect(page.get_by_text("Write at least 10 characters.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Bo")
    expect(page.get_by_label("Message")).to_have_attribute("aria-invalid", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    shots.of(page, f"contact-plain-{size}-{theme}.png")
    text = f"Hello {secrets.token_hex(4)}, how do I send in a take?"
    page.get_by_label("Message").fill(text)
    page.get_by_role("button", name="Send message").press("Enter")
    expect(page).to_have_url(re.compile("/contact.done=message-sent$"))
    expect(outcome(page)).to_contain_text("Message sent.")
    with psycopg.connect(run["databaseURL"]) as connection:
        [(count,)] = connection.execute("select count(*) from contact_messages where message = %s", (text,)).fetchall()
    assert count == 1


def test_name_choices_and_signing_out(site, run, shots):
    """PROF-01 AUTH-02"""
    site.allow(r"Failed to load resource.*422")
    name = f"plain_{secrets.token_hex(4)}"
    page = signed_in(site, run, name)
    page.goto("/settings")
    expect(page.get_by_label("Username")).to_have_value(name)
    page.get_by_label("Username").fill("admin")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_text("This username is reserved. Choose another one.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("admin")
    page.get_by_label("Username").fill(f"{name}_b")
    page.get_by_role("button", name="Change").click()
    expect(outcome(page)).to_have_text("Your changes are saved.")
    expect(page.get_by_label("Username")).to_have_value(f"{name}_b")
    page.get_by_label("Play takes with sound").check()
    page.get_by_label("Play videos and animations automatically").uncheck()
    page.get_by_label("Sound and motion").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Play takes with sound")).to_be_checked()
    expect(page.get_by_label("Play videos and animations automatically")).not_to_be_checked()
    shots.of(page, "settings-plain.png", full_page=True)
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(outcome(page)).to_have_text("Your other devices are signed out.")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/sign-in.done=signed-out$"))
    expect(outcome(page)).to_have_text("You are signed out.")
    page.goto("/settings")
    expect(page).to_have_url(f"{site.url}/sign-in?next=/settings")


def test_first_name(site, run, nameless, shots):
    """AUTH-03"""
    site.allow(r"Failed to load resource.*422")
    page = site.page("/onboarding?next=/upload", storage_state=nameless, java_script_enabled=False)
    page.get_by_label("Username").fill("admin")
    page.get_by_label(re.compile("I am .* or older")).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This username is reserved. Choose another one.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("admin")
    expect(page.get_by_label(re.compile("I am .* or older"))).to_be_checked()
    shots.of(page, "onboarding-plain.png")
    # The member stays without a name for the other tests.
    page.goto("/onboarding")
    expect(page.get_by_label("Username")).to_have_value("")


def test_with_the_module(site):
    """OPS-08: the first wrong field has the focus, each says what it wants, and a fault goes when one types."""
    page = site.page("/contact")
    ready(page)
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    for text in ("Enter your name.", "Enter an e-mail address, such as ida@example.org.", "Write at least 10 characters."):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("E-mail address").fill("bo")
    expect(page.get_by_label("E-mail address")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Your name").fill("Bo")
    page.get_by_label("E-mail address").fill("bo@example.org")
    page.get_by_label("Message").fill("How do I send in a take?")
    site.allow(r"Failed to load resource")
    page.route("**/api/contact", lambda route: route.abort())
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("alert")).to_have_text("The site does not answer. Nothing was sent; try again.")
    expect(page.get_by_label("Message")).to_have_value("How do I send in a take?")
    page.unroute("**/api/contact")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Message sent")).to_be_focused()
