"""What members keep of the arena and suggest for it, and two models side by side."""

import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, judge, ready, told

SIZES = {"390": PHONE, "1440": DESK}
DEMO = "/comparisons/something-that-glows"


@pytest.fixture(scope="module")
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


def test_saving_and_the_page_of_favourites(site, member, database, shots, axe):
    """ARENA-12 a bookmark on cards, pages and videos saves; the page lists what is saved; a refusal takes it back"""
    database.execute("delete from favorites")
    page = site.page("/comparisons", storage_state=member)
    ready(page)
    keep = page.get_by_role("button", name="Save Something that glows")
    expect(keep).to_have_attribute("aria-pressed", "false")
    keep.click()
    announced(page, "Saved to your favourites")
    page.goto(DEMO)
    ready(page)
    expect(page.get_by_role("button", name="Save Something that glows")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Save Renderer B").click()
    announced(page, "Saved to your favourites")
    page.goto("/favorites")
    ready(page)
    expect(page.get_by_role("link", name="Something that glows")).to_be_visible()
    judge(page, axe, shots, "favorites-1440")
    page.get_by_label("What to show").get_by_role("link", name="Models").click()
    ready(page)
    saved = page.get_by_role("button", name="Save Renderer B")
    expect(saved).to_have_attribute("aria-pressed", "true")
    site.allow("Failed to load resource.*503")
    page.route("**/api/favorites", lambda route: route.fulfill(status=503, json={"code": "x", "error": "Not now."}))
    saved.click()
    told(page, "Not now.")
    expect(saved).to_have_attribute("aria-pressed", "true")
    page.unroute("**/api/favorites")
    saved.click()
    announced(page, "Removed from your favourites")
    page.goto("/favorites?show=models")
    expect(page.get_by_role("heading", name="No saved models")).to_be_visible()
    visitor = site.page("/comparisons")
    ready(visitor)
    visitor.get_by_role("button", name="Save Something that glows").click()
    visitor.wait_for_url("**/sign-in?next=%2Fcomparisons")


def test_a_suggestion_becomes_a_comparison(site, member, admin, database, shots, axe):
    """ARENA-11 a member suggests, an admin votes, opens the filled form, and declines another with a reason"""
    # A member has five open ones at most.
    database.execute("delete from suggestions")
    prompt = f"Snow {secrets.token_hex(4)}"
    page = site.page("/suggestions", storage_state=member, viewport=PHONE)
    ready(page)
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_text("Write what the videos should show.")).to_be_visible()
    for text in (prompt, f"{prompt} again"):
        page.get_by_label("Prompt").fill(text)
        page.get_by_role("button", name="Send the suggestion").click()
        expect(page.get_by_role("heading", name=text, exact=True)).to_be_visible()
        ready(page)
    judge(page, axe, shots, "suggestions-390")
    chief = site.page("/suggestions?sort=newest", storage_state=admin)
    ready(chief)
    entry = chief.locator("[data-suggestion]").filter(has=chief.get_by_role("heading", name=prompt, exact=True))
    vote = entry.get_by_role("button", name="0 votes")
    vote.click()
    announced(chief, "You voted for this suggestion")
    expect(entry.get_by_role("button", name="1 vote")).to_have_attribute("aria-pressed", "true")
    other = chief.locator("[data-suggestion]").filter(has=chief.get_by_role("heading", name=f"{prompt} again"))
    other.get_by_text("Decline…").click()
    other.get_by_label("Why? The author reads this.").fill("One is enough.")
    judge(chief, axe, shots, "suggestions-1440")
    other.get_by_role("button", name="Decline the suggestion").click()
    told(chief, "Suggestion declined")
    expect(other).to_have_count(0)
    entry.get_by_role("link", name="Make the comparison…").click()
    expect(chief.get_by_label("Prompt", exact=True)).to_have_value(prompt)
    page.reload()
    expect(page.get_by_text("One is enough.")).to_be_visible()
    database.execute("delete from suggestions")


@pytest.mark.parametrize("size", SIZES)
def test_two_models(site, shots, axe, size):
    """ARENA-10 two models side by side, reached from the page of one"""
    page = site.page("/models/demo-renderer-a", viewport=SIZES[size], theme="light" if size == "390" else "dark")
    page.get_by_role("link", name="Renderer B").click()
    page.wait_for_url("**/models/demo-renderer-a/vs/demo-renderer-b")
    ready(page)
    expect(page.get_by_role("heading", name="Renderer A and Renderer B")).to_be_visible()
    expect(page.get_by_role("link", name="Something that glows")).to_be_visible()
    judge(page, axe, shots, f"versus-{size}")
