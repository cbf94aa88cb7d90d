"""The landing page, the arena and the film under real hands: small and wide screens, lost connections, quick fingers."""

import re
import secrets
import time

import pytest
from playwright.sync_api import expect

from conftest import DESK, FAR, PHONE, SHIFTS, announced, comes_true, double_tap, give, hold_first, ready, told, until

# A browser that plays sound only once the page was touched; the test's own browser always does.
# Not navigator.userActivation: Chromium at times counts a press in another page of the site.
SILENT = """
    let isPressed = false;
    for (const kind of ["click", "keydown"]) addEventListener(kind, () => { isPressed = true; }, true);
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
        if (this.muted || isPressed) return play.call(this);
        return Promise.reject(new DOMException("No press yet", "NotAllowedError"));
    };
"""

NOW = '[data-deck] > .frame[data-place="0"]'


def inside(page, locator):
    """Whether all of an element is on the screen."""
    box, size = locator.bounding_box(), page.viewport_size
    return box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= size["width"] \
        and box["y"] + box["height"] <= size["height"]  # fmt: skip


def apart(first, second):
    one, two = first.bounding_box(), second.bounding_box()
    return one["x"] >= two["x"] + two["width"] or two["x"] >= one["x"] + one["width"] \
        or one["y"] >= two["y"] + two["height"] or two["y"] >= one["y"] + one["height"]  # fmt: skip


def touch(page, points):
    """One finger that stays on the screen: (kind, y) each."""
    session = page.context.new_cdp_session(page)
    for kind, y in points:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 150, "y": y}]})


def double_tap_button(page, x, y):
    """A double tap for which the browser counts, by the time of the touches, and so says it to a button."""
    session, at = page.context.new_cdp_session(page), time.time()
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 10_000"))
    for number, kind in enumerate(("touchStart", "touchEnd") * 2):
        points = [{"x": x, "y": y}] if kind == "touchStart" else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": at + number * 0.05})
    page.clock.resume()


def test_from_landing_to_vote_in_two_taps(site):
    """WEB-01 voting needs no account, and the landing page leads to it"""
    page = site.page("/", viewport=PHONE, has_touch=True)
    expect(page.get_by_text("Watching and voting need no account.")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in")
    page.get_by_role("link", name="Vote now").tap()
    expect(page).to_have_url(f"{site.url}/dashboard")
    page.locator("[data-vote]").tap()
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("takes", [1, 3])
def test_everything_of_a_wide_arena_is_on_the_screen(arena, takes):
    """WEB-01 WEB-02 however many takes there are, and nothing moves while they arrive"""

    def change(body):
        body["clips"] = body["clips"][:takes]

    page = arena(change, setup=lambda page: page.add_init_script(SHIFTS), viewport=DESK)
    for control in page.locator("[data-actions] button").all():
        assert inside(page, control)
    assert page.locator("[data-queue]").bounding_box()["width"] == 98
    thumb = page.locator("[data-queue] button").first.bounding_box()
    assert (round(thumb["width"]), round(thumb["height"])) in {(65, 103), (66, 103)}, thumb
    assert page.evaluate("window.shifted") <= 0.02
    # A stage is as large as it looks: nothing scrolls it.
    page.locator("[data-stage]").evaluate("(stage) => stage.scrollTo(30, 60)")
    assert page.locator("[data-stage]").evaluate("(stage) => stage.scrollLeft + stage.scrollTop") == 0


def test_first_take_is_in_the_page(site):
    """WEB-02 the first picture, its title and the button are there before any script; a press is not lost"""
    agent = f"Mozilla/5.0 (Android 14) early {secrets.token_hex(4)} Chrome/120"
    page = site.context(viewport=PHONE, has_touch=True, user_agent=agent).new_page()
    held, posters = [], set()
    page.route("**/api/vote?*", lambda route: held.append(route))
    page.on("request", lambda request: posters.add(request.url) if request.url.endswith(".webp") else None)
    page.goto("/dashboard")
    first = page.locator("[data-first]")
    title = first.get_by_role("heading").text_content()
    assert page.locator(f'link[rel="preload"][href="{first.locator(".frame__poster").get_attribute("src")}"]').count() == 1
    assert page.locator("script[type=module]").count() == 1 and page.locator('link[rel="stylesheet"]').count() == 2
    # An element that the module has prepared says that the button listens.
    comes_true(page, lambda: held, "the feed is asked for")
    page.locator("[data-vote]").tap()
    held[0].continue_()
    announced(page, f"Voted for {title}")
    expect(page.locator(NOW).get_by_role("heading")).to_have_text(title)
    assert page.locator(NOW).locator(".frame__poster").count() == 1, "what shows before the video does"
    assert len(posters) <= 2, "a phone has no strip of takes: this one and the next are enough"


def test_next_take_comes_with_the_finger(arena):
    """WEB-02 what is dragged into view is the next take, not the end"""
    page = arena(viewport=PHONE, has_touch=True)
    touch(page, [("touchStart", 600), ("touchMove", 560), ("touchMove", 300)])
    following = page.locator('[data-deck] > .frame[data-place="1"]')
    comes_true(page, lambda: following.bounding_box()["y"] < 600, "the next take is in view")
    expect(page.locator(".vacant")).to_have_count(0)


def test_double_click_casts_one_vote(arena):
    """VOTE-04 the second press of a double click undoes nothing, though the first has had its answer; by finger too"""
    sent = []
    page = arena(viewport=PHONE, has_touch=True)
    page.on("request", lambda request: sent.append(request.method) if request.url.endswith("/api/vote") else None)
    vote = page.locator("[data-vote]")
    ready(page)
    box = vote.bounding_box()
    x, y = box["x"] + 30, box["y"] + 30
    # Pressed and let go at once: what is held for half a second opens the menu.
    page.mouse.click(x, y)
    announced(page, "Voted for")
    expect(vote).not_to_have_attribute("aria-busy", "true")
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    announced(page, "Voted for")
    expect(vote).not_to_have_attribute("aria-busy", "true")
    page.keyboard.press("j")
    # By then the button is that of the second take, which has been named.
    expect(page.locator("[data-stage]")).to_have_attribute("aria-label", re.compile("^Take 2 of"))
    expect(vote).to_have_attribute("aria-pressed", "false")
    double_tap_button(page, x, y)
    announced(page, "Voted for")
    expect(vote).not_to_have_attribute("aria-busy", "true")
    expect(vote).to_have_attribute("aria-pressed", "true")
    assert sent == ["POST", "POST"]


def test_a_feed_from_before_a_vote_does_not_hide_it(arena):
    """VOTE-04 WEB-02 what was asked for before a vote and comes after it changes neither the button nor what is left"""
    page = arena()
    vote = page.locator("[data-vote]")
    held = hold_first(page, "**/api/vote?*")
    page.evaluate("new BroadcastChannel('votes').postMessage('')")
    comes_true(page, lambda: held, "the feed is asked for")
    vote.click()
    announced(page, "Voted for")
    expect(vote).not_to_have_attribute("aria-busy", "true")
    left = page.locator("[data-left]").inner_text()
    body = held[0][1].json() | {"currentSlot": 500, "state": "voting", "votingEndsAt": FAR, "hasMoreClips": False}
    assert body["votedClipIds"] == []
    give(page, held, json=body)
    expect(vote).to_have_attribute("aria-pressed", "true")
    assert page.locator("[data-left]").inner_text() == left


def test_menu_is_for_one_take(arena, member):
    """VOTE-03 the menu goes with its take; a press beside it closes it and does nothing else"""
    page = arena(storage_state=member, viewport=PHONE, has_touch=True)
    menu = page.locator("[data-power]")
    page.locator("[data-vote]").press("ContextMenu")
    expect(menu).to_be_visible()
    page.clock.install()
    page.touchscreen.tap(120, 300)
    expect(menu).to_be_hidden()
    page.clock.run_for(1000)
    expect(page.locator(NOW)).not_to_have_attribute("data-paused", "")
    page.locator("[data-vote]").press("ContextMenu")
    expect(menu).to_be_visible()
    # As the round's end does it, while the menu is open.
    page.mouse.move(150, 300)
    page.mouse.wheel(0, 200)
    expect(menu).to_be_hidden()


def test_messages_cover_nothing_and_come_one_at_a_time(arena, site):
    """WEB-05 on a stage they come under the pill, and a lost connection's message goes with it"""
    site.allow("Failed to load resource")
    page = arena(viewport=PHONE, has_touch=True)
    page.context.set_offline(True)
    vote = page.locator("[data-vote]")
    for _ in range(2):
        vote.click()
        expect(vote).to_have_attribute("aria-pressed", "false")
        expect(page.get_by_role("alert")).to_have_count(1)
    toast = page.get_by_role("alert")
    until(page, "() => document.getAnimations().every((one) => !one.effect.target?.matches?.('.toast'))")
    for covered in (page.locator("[data-actions]"), page.locator(f"{NOW} h1"), page.locator("[data-onair]:visible"),
                    page.locator("[data-stage-note]")):  # fmt: skip
        assert apart(toast, covered)
    page.context.set_offline(False)
    expect(toast).to_have_count(0)


def test_take_that_waits_for_the_connection(arena, site):
    """WEB-05 offline says nothing about a take; it plays once the connection is back"""
    site.allow("Failed to load resource")
    page = arena(viewport=PHONE, has_touch=True)
    page.route("**/*.mp4", lambda route: route.abort())
    page.context.set_offline(True)
    for _ in range(2):
        page.keyboard.press("j")
    broken = page.locator(NOW).locator(".frame__broken")
    expect(broken).to_have_text("Waiting for the connection")
    page.unroute("**/*.mp4")
    page.context.set_offline(False)
    expect(broken).to_have_count(0)
    until(page, f"() => document.querySelector('{NOW} video').currentTime > 0")


def test_sound_that_the_browser_refuses(site):
    """WEB-02 the button says what is heard; a press is enough"""
    context = site.context(viewport=PHONE, has_touch=True)
    context.add_init_script(f"localStorage.setItem('muted', '0'); {SILENT}")
    page = context.new_page()
    for path in ("/dashboard", "/story"):
        page.goto(path)
        button = page.locator("[data-sound]")
        expect(button).to_contain_text("Tap for sound")
        expect(button).to_have_accessible_name("Turn sound on")
        button.tap()
        expect(button).to_have_accessible_name("Turn sound off")
        expect(button).to_contain_text("Sound")


@pytest.mark.parametrize("path", ["/", "/dashboard", "/story?slot=1"])
def test_saved_data_are_posters_only(site, path):
    """WEB-02 where data are saved, a video is loaded by a press and not before"""
    context = site.context(viewport=PHONE, has_touch=True)
    context.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page = context.new_page()
    loaded = []
    page.on("request", lambda request: loaded.append(request.url) if request.url.endswith(".mp4") else None)
    page.goto(path)
    ready(page)
    play = page.get_by_role("button", name="Play the film" if path == "/" else "Play", exact=True).first
    expect(play).to_be_visible()
    assert loaded == []
    play.press("Enter")
    comes_true(page, lambda: loaded, "the video is asked for")


def test_sums_leave_out_what_is_ones_own(arena, site):
    """FEED-01 WEB-05"""
    me = {"user": {"id": "0198a000-0000-7000-8000-000000000001", "username": "somebody", "avatarUrl": "/icons/none.svg",
                   "isAdmin": False, "isBanned": False}}  # fmt: skip

    chosen = []

    def change(body):
        # The page may ask again, and is answered in another order.
        chosen.extend(clip["id"] for clip in body["clips"][: 0 if chosen else 3])
        body["clips"] = [{**clip, "hasVoted": False} for clip in body["clips"] if clip["id"] in chosen]
        for clip in body["clips"]:
            if clip["id"] == chosen[0]:
                clip["username"] = "somebody"

    def setup(page):
        page.route("**/api/auth/session", lambda route: route.fulfill(json=me))
        # The site knows no such session, and refuses its events.
        page.route("**/api/events/user", lambda route: route.fulfill(status=204))
        page.route("**/icons/none.svg", lambda route: route.fulfill(content_type="image/svg+xml", body="<svg xmlns='http://www.w3.org/2000/svg'/>"))

    page = arena(change, setup=setup, viewport=PHONE, has_touch=True)
    expect(page.locator("[data-vote-word]")).to_have_text("Yours")
    double_tap(page, 180, 300)
    expect(page.locator("[data-stage-note]")).to_have_text("This is your own take.")
    for number in (2, 3):
        page.keyboard.press("j")
        expect(page.locator("[data-stage]")).to_have_attribute("aria-label", re.compile(f"^Take {number} of"))
    page.keyboard.press("j")
    end = page.locator('.vacant[data-place="0"]')
    expect(end).to_contain_text("You have not voted on 2 takes.")
    expect(end).to_contain_text("We check for new ones every 45 seconds.")


def test_limit_answers_a_double_tap(arena):
    """VOTE-02"""

    def change(body):
        body.update(totalVotesToday=200, remainingVotes={**body["remainingVotes"], "standard": 0})
        body["clips"] = [{**clip, "hasVoted": False} for clip in body["clips"]]

    page = arena(change, viewport=PHONE, has_touch=True)
    used = "200 of 200 used · resets 00:00 UTC"
    expect(page.locator("[data-vote-word]")).to_have_text(used)
    double_tap(page, 180, 300)
    expect(page.locator("[data-stage-note]")).to_have_text(used)


def test_place_is_kept_and_a_take_can_be_sent(site):
    """FEED-01 WEB-02 the same order and take after a reload; a shared address opens with that take"""
    context = site.context(viewport=PHONE, has_touch=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_init_script("navigator.share = undefined")
    page = context.new_page()
    page.goto("/dashboard")
    ready(page)
    title = page.locator(NOW).get_by_role("heading")
    for _ in range(2):
        before = title.text_content()
        page.keyboard.press("j")
        expect(title).not_to_have_text(before)
    third = title.text_content()
    page.reload()
    ready(page)
    expect(title).to_have_text(third)
    page.keyboard.press("ArrowUp")
    expect(title).to_have_text(before)
    page.locator("[data-share]").tap()
    told(page, "Link copied")
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/clip/[0-9a-f-]{36}$", address)
    friend = site.page(address, viewport=PHONE)
    expect(friend.get_by_role("heading", level=1)).to_have_text(before)
    friend.get_by_role("link", name="Vote for this take").click()
    expect(friend.locator(NOW).get_by_role("heading")).to_have_text(before)
    ready(friend)
    expect(friend.locator(NOW).get_by_role("heading")).to_have_text(before)
    expect(friend).to_have_url(f"{site.url}/dashboard")


def test_two_tabs_count_alike(site):
    """VOTE-06 a vote in one tab shows in the other"""
    context = site.context(user_agent=f"Mozilla/5.0 (X11; Linux x86_64) tabs {secrets.token_hex(4)} Chrome/120")
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto("/dashboard")
        ready(page)
    one.locator("[data-vote]").click()
    announced(one, "Voted for")
    expect(other.locator("[data-spent]")).to_have_text("1")


@pytest.mark.parametrize("path", ["/dashboard", "/story?slot=1"])
def test_phone_on_its_side(site, shots, path):
    """WEB-01 the picture has the whole height; the bars lie over it and go"""
    context = site.context(viewport={"width": 844, "height": 390}, has_touch=True)
    page = context.new_page()
    page.clock.install()
    page.goto(path)
    ready(page)
    video = page.locator(f"{NOW} video" if path == "/dashboard" else "[data-frame] video:not([inert])")
    assert video.bounding_box()["height"] == 390
    for control in page.locator("[data-actions] button, .actions .act").all():
        assert inside(page, control)
    shots.of(page, f"side{path[1:4]}-844.png")
    # However long it took to load, the time until the bars go begins with a key.
    page.clock.pause_at(page.evaluate("Date.now() + 10_000"))
    page.keyboard.press("Shift")
    bar = page.locator(".topbar")
    expect(bar).to_be_visible()
    page.clock.run_for(4000)
    expect(bar).to_be_hidden()
    page.keyboard.press("Shift")
    expect(bar).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_film_of_many_slots_is_one_screen(site):
    """WEB-01 FILM-11 nothing below the screen, no wrong picture before the right one, and keys in full screen"""
    page = site.context().new_page()

    def answer(route):
        body = route.fetch().json()
        season = body["seasons"][0]
        winner = next(slot["winner"] for slot in season["slots"] if slot["winner"])
        for slot in season["slots"][:38]:
            slot["winner"] = slot["winner"] or winner
        route.fulfill(json=body)

    page.route("**/api/story", answer)
    page.goto("/story?slot=1")
    expect(page.locator("film-player[data-ready]")).to_be_attached()
    # The takes are short: one that plays would give way to the next by itself.
    page.evaluate("() => { const player = document.querySelector('film-player'); player.pause(); player.seek(0); }")
    expect(page.locator(".cast li")).to_have_count(38 * 2)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    expect(page.locator(".title-card")).to_have_count(0)
    # The one that is loaded ahead lies on the same place; it would show while the other has no picture.
    assert page.locator("[data-frame] video[inert]").evaluate_all(
        "(all) => all.map((video) => getComputedStyle(video).visibility)") == ["hidden"] * 2
    # Below the video is a picture of its own clip, small where the video has one already.
    own_picture = """(slot) => {
        const clip = (selector) => document.querySelector(selector).getAttribute("src").replace("-96.webp", ".webp");
        return document.querySelector("[data-cast] [aria-current]").dataset.slot === slot
            && clip("[data-frame] > .frame__poster") === clip("[data-blur]");
    }"""
    until(page, own_picture, "1")
    page.keyboard.press("j")
    until(page, own_picture, "2")
    page.keyboard.press("k")
    page.keyboard.press("f")
    expect(page.locator(":fullscreen").get_by_role("button", name="Pause", exact=True).last).to_be_visible()


def test_focus_and_feet_stay_clear_of_the_bars(site, member):
    """WEB-01 WEB-02 short pages end above the tab bar, and what gets the focus is not under it"""
    site.allow(r"Failed to load resource.*404")
    page = site.context(viewport=PHONE, has_touch=True, storage_state=member).new_page()
    for path in ("/upload", "/nowhere"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight") or path == "/upload"
        foot = page.locator(".foot").bounding_box()
        assert foot["y"] + foot["height"] <= 844 - 56 or page.evaluate("document.documentElement.scrollHeight > innerHeight")
    # One step at a time, on a desk too.
    page.set_viewport_size(DESK)
    page.goto("/upload")
    expect(page.locator("[data-step]:visible")).to_have_count(1)
    page.set_viewport_size(PHONE)
    page.goto("/settings")
    ready(page)
    under = page.evaluate("""() => {
        const tabbar = document.querySelector(".tabbar").getBoundingClientRect().top;
        return [...document.querySelectorAll("main a, main button, main input, .foot a")].filter((element) => {
            if (!element.checkVisibility() || element.matches(":disabled")) return false;
            element.focus();
            return document.activeElement === element && element.getBoundingClientRect().bottom > tabbar;
        }).map((element) => element.outerHTML.slice(0, 80));
    }""")
    assert under == []
