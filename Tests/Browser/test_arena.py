"""The arena by keyboard, by finger, without a connection and without motion."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from conftest import PHONE, announced, double_tap, ready, tap_at_once, until


@pytest.fixture
def arena(site):
    """The arena of a new voter: another browser counts as another device."""

    def open_arena(**options):
        options.setdefault("user_agent", f"Mozilla/5.0 (X11; Linux x86_64) voter {secrets.token_hex(4)} Chrome/120")
        page = site.context(**options).new_page()
        page.goto("/dashboard")
        ready(page)
        expect(page.locator("[data-vote]")).to_be_visible()
        return page

    return open_arena


def current(page):
    return page.locator('[data-deck] > .frame[data-place="0"] h1')


def test_votes_by_keyboard_alone(arena, axe):
    """WEB-02 VOTE-01 VOTE-04"""
    page = arena()
    vote = page.locator("[data-vote]")
    for _ in range(60):
        page.keyboard.press("Tab")
        if vote.evaluate("(button) => button === document.activeElement"):
            break
    expect(vote).to_be_focused()
    page.keyboard.press("Enter")
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_have_accessible_name(re.compile("^Undo your vote"))
    expect(page.locator("[data-spent]")).to_have_text("1")
    axe(page)
    announced(page, "Voted for")
    page.keyboard.press("v")
    expect(vote).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-spent]")).to_have_text("0")


def test_moves_by_keyboard(arena):
    """WEB-02"""
    page = arena()
    first = current(page).text_content()
    page.keyboard.press("ArrowDown")
    expect(current(page)).not_to_have_text(first)
    page.keyboard.press("ArrowUp")
    expect(current(page)).to_have_text(first)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Turn shortcuts on").click()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(current(page)).to_have_text(first)


def test_pause_and_sound(arena):
    """WEB-02"""
    page = arena()
    video = page.locator('[data-deck] > .frame[data-place="0"] video')
    expect(page.locator('[data-place="0"]').get_by_role("button", name="Pause")).to_be_visible()
    until(page, "() => document.querySelector('[data-place=\"0\"] video').currentTime > 0.1")
    page.keyboard.press("k")
    expect(page.locator('[data-place="0"]')).to_have_attribute("data-paused", "")
    assert video.evaluate("(video) => video.paused")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Turn sound off")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Turn sound off")).to_be_visible()


def test_nothing_moves_when_motion_is_reduced(arena):
    """WEB-02"""
    page = arena(reduced_motion="reduce")
    expect(page.locator('[data-place="0"]').get_by_role("button", name="Play")).to_be_visible()
    assert page.locator('[data-place="0"] video').evaluate("(video) => video.paused && video.currentTime === 0")


def test_a_lost_vote_is_no_longer_shown(arena, site):
    """VOTE-06 what was not acknowledged is not shown as counted"""
    site.allow("Failed to load resource")
    page = arena()
    vote = page.locator("[data-vote]")
    before = vote.text_content()
    page.route("**/api/vote", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    vote.click()
    expect(page.get_by_role("alert")).to_contain_text("Your vote could not be sent, so it was not counted.")
    expect(vote).to_have_attribute("aria-pressed", "false")
    assert vote.text_content() == before
    page.unroute("**/api/vote")
    page.get_by_role("alert").get_by_role("button", name="Again").click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    announced(page, "Voted for")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "false")


def test_double_tap_votes_and_swipe_moves(arena):
    """WEB-02"""
    page = arena(viewport=PHONE, has_touch=True)
    first = current(page).text_content()
    double_tap(page, 180, 300)
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "true")
    session = page.context.new_cdp_session(page)
    for kind, y in [("touchStart", 500), ("touchMove", 430), ("touchMove", 360), ("touchMove", 250), ("touchEnd", None)]:
        points = [] if y is None else [{"x": 150, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(current(page)).not_to_have_text(first)


def test_two_taps_in_different_places_are_no_double_tap(arena):
    """WEB-02"""
    page = arena(viewport=PHONE, has_touch=True)
    votes = []
    page.on("request", lambda request: request.method == "POST" and request.url.endswith("/api/vote") and votes.append(1))
    vote = page.locator("[data-vote]")
    tap_at_once(page, (60, 200), (300, 600))
    # A double tap shows in the moment of the second tap.
    assert vote.get_attribute("aria-pressed") == "false"
    # Fingers that come down next to each other do make one, and so the first vote is this one.
    double_tap(page, 180, 300)
    expect(vote).to_have_attribute("aria-pressed", "true")
    announced(page, "Voted for")
    assert votes == [1]


def test_menu_opened_in_the_moment_of_a_move_stays(arena, member):
    """VOTE-03 the button shows the next take a frame late, and its menu is for that take from the start"""
    page = arena(storage_state=member)
    expect(page.locator("[data-vote]")).to_be_enabled()
    page.evaluate("""() => {
        for (const key of ["j", "w"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }""")
    expect(page.locator("[data-stage]")).to_have_attribute("aria-label", re.compile("^Take 2 of"))
    expect(page.get_by_role("menuitem", name="Mega vote")).to_be_visible()


def test_weights_behind_a_long_press(arena, member, axe):
    """VOTE-03"""
    page = arena(storage_state=member)
    page.locator("[data-vote]").click(button="right")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_count(3)
    expect(menu.get_by_role("menuitem", name="Super vote")).to_be_enabled()
    axe(page)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("[data-vote]")).to_be_focused()


def test_says_when_the_takes_do_not_load(site, shots):
    """WEB-05"""
    site.allow("Failed to load resource")
    page = site.context().new_page()
    page.route("**/api/vote*", lambda route: route.abort())
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="The takes did not load")).to_be_visible()
    expect(page.locator("[data-vote]")).to_be_hidden()
    shots.of(page, "dashboard-failed.png")
    page.unroute("**/api/vote*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-vote]")).to_be_visible()


STATES = {
    "waiting_for_clips": "needs takes",
    "under_review": "is under review",
    "season_complete": "The season is complete",
    "no_season": "Between seasons",
}


@pytest.mark.parametrize("state", STATES)
def test_state_without_votes(site, axe, shots, state):
    """WEB-05"""
    page = site.context().new_page()

    def answer(route):
        body = route.fetch().json()
        body.update(state=state, clips=[], hasMoreClips=False, votingEndsAt=None)
        route.fulfill(json=body)

    page.route("**/api/vote*", answer)
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name=STATES[state])).to_be_visible()
    shots.of(page, f"dashboard-{state}.png")
    axe(page)


def test_daily_limit_and_the_end_of_the_feed(site, axe, shots):
    """VOTE-02 WEB-05"""
    page = site.context().new_page()

    def answer(route):
        body = route.fetch().json()
        # A round of its own, which no real one ends.
        body.update(currentSlot=500, votingEndsAt="2099-01-01T00:00:00.000Z", state="voting")
        body.update(totalVotesToday=200, remainingVotes={**body["remainingVotes"], "standard": 0}, hasMoreClips=False)
        body["clips"] = [{**clip, "hasVoted": False} for clip in body["clips"][:2]]
        route.fulfill(json=body)

    page.route("**/api/vote?*", answer)
    page.goto("/dashboard")
    expect(page.get_by_role("button", name="Daily limit reached")).to_be_disabled()
    shots.of(page, "dashboard-limit.png")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    end = page.locator('.vacant[data-place="0"]')
    expect(end.get_by_role("heading", name="That's all for now")).to_be_visible()
    axe(page)
    end.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Daily limit reached")).to_be_visible()
