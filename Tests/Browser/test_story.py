"""The film on a phone: the strip below the picture, and the words before a season."""

import re

import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, comes_true, double_tap, give, hold_first, ready, until

ABOUT = "A night train without a timetable, and everyone is on it."

# The words before a season stand still from their first moment: they would be gone before a slow machine looks at them.
HELD_WORDS = """
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...words) {
        const animation = animate.apply(this, words);
        if (this.closest(".title-card")) animation.pause();
        return animation;
    };
"""


def two_seasons(body):
    season = next(one for one in body["seasons"] if any(slot["winner"] for slot in one["slots"]))
    season["description"] = ABOUT
    before = {**season, "id": "0198a000-0000-7000-8000-000000000009", "number": 99, "label": "Undertow",
              "status": "finished", "description": "What the sea keeps.", "round": None}  # fmt: skip
    return body | {"seasons": [season, before]}


@pytest.fixture
def film(site):
    """The story of two seasons that have been cut, each with a description."""

    def open_film(path="/story?slot=1", script="", **options):
        options = {"viewport": PHONE, "has_touch": True} | options
        page = site.context(**options).new_page()
        page.add_init_script(script)

        def answer(route):
            route.fulfill(json=two_seasons(route.fetch().json()))

        page.route("**/api/story", answer)
        page.goto(path)
        return page

    return open_film


def swipe(page, start, end):
    """One finger across the strip."""
    session = page.context.new_cdp_session(page)
    middle = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]
    for kind, point in (("touchStart", start), ("touchMove", middle), ("touchMove", end), ("touchEnd", None)):
        points = [] if point is None else [{"x": point[0], "y": point[1]}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def middle(locator):
    box = locator.bounding_box()
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]


def test_strip_opens_upwards_and_tells_of_the_season(film, shots, axe):
    """WEB-01 FILM-11 picture, figures and description of the season; a swipe opens, closes, and changes the season"""
    page = film()
    strip = page.locator("[data-strip]")
    card = page.locator("[data-season-card]")
    expect(page.locator(".cast li").first).to_be_attached()
    until(page, "() => document.querySelector('[data-season-card]').textContent.includes('night train')")
    expect(card).to_be_hidden()
    # A finger that is put down where something was misses it.
    ready(page)
    label = page.locator("[data-strip-label]")
    before = label.text_content()
    x, y = middle(page.locator("[data-strip] summary"))
    swipe(page, [x, y], [x, y - 120])
    expect(strip).to_have_attribute("open", "")
    expect(card.get_by_text(ABOUT)).to_be_visible()
    picture = card.get_by_role("presentation")
    assert picture.get_attribute("src").endswith("-96.webp")
    until(page, "() => document.querySelector('[data-season-card] img').naturalWidth === 96")
    for figure in ("Cut", "Length", "Creators", "Votes"):
        expect(card.get_by_text(figure, exact=True)).to_be_visible()
    axe(page)
    shots.of(page, "story-strip-390.png")
    x, y = middle(page.locator("[data-strip] summary"))
    swipe(page, [x, y], [x - 120, y])
    expect(label).to_have_text("Undertow")
    expect(card).to_contain_text("What the sea keeps.")
    expect(strip).to_have_attribute("open", "")
    swipe(page, [x, y], [x + 120, y])
    expect(label).to_have_text(before)
    swipe(page, [x, y], [x, y + 120])
    expect(strip).not_to_have_attribute("open", "")
    # What the seasons show may still move the strip.
    ready(page)
    page.locator("[data-strip] summary").tap()
    expect(strip).to_have_attribute("open", "")


def test_a_film_that_comes_late_leads_nowhere(film):
    """FILM-11 who goes to another season while the film is read again stays there"""
    page = film()
    ready(page)
    until(page, "() => document.querySelector('[data-season-card]').textContent.includes('night train')")
    label = page.locator("[data-strip-label]")
    held = hold_first(page, "**/api/story")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    comes_true(page, lambda: held, "the film is read again")
    x, y = middle(page.locator("[data-strip] summary"))
    swipe(page, [x, y], [x - 120, y])
    expect(label).to_have_text("Undertow")
    give(page, held, json=two_seasons(held[0][1].json()))
    assert label.text_content() == "Undertow"


def test_fingers_on_the_picture(film):
    """FILM-11 WEB-02 up and down are slots, left and right seasons, from 50 pixels on; two taps fill the screen"""
    page = film()
    expect(page.locator("film-player[data-ready]")).to_be_attached()
    # The takes are short: one that plays would give way to the next by itself.
    page.evaluate("() => { const player = document.querySelector('film-player'); player.pause(); player.seek(0); }")
    label = page.locator("[data-strip-label]")
    before = label.text_content()
    x, y = middle(page.locator("[data-frame]"))
    swipe(page, [x, y], [x, y - 40])
    swipe(page, [x, y], [x, y - 120])
    until(page, "() => document.querySelector('film-player').index === 1")
    expect(page).to_have_url(re.compile("slot=2$"))
    swipe(page, [x, y], [x, y + 120])
    until(page, "() => document.querySelector('film-player').index === 0")
    swipe(page, [x, y], [x - 120, y])
    expect(label).to_have_text("Undertow")
    # The words before a season lie over the picture, and take the finger.
    expect(page.locator(".title-card")).to_have_count(0)
    swipe(page, [x, y], [x + 120, y])
    expect(label).to_have_text(before)
    expect(page.locator(".title-card")).to_have_count(0)
    double_tap(page, x, y)
    until(page, "() => document.fullscreenElement?.localName === 'film-player'")


def test_words_before_the_season_are_its_description_and_a_tap_ends_them(film):
    """WEB-01 WEB-02 the tap that ends them does nothing else; an address of one slot has none"""
    page = film("/story", script=HELD_WORDS)
    card = page.locator(".title-card")
    typed = card.locator("[data-typed]")
    expect(typed).to_have_text(ABOUT)
    page.touchscreen.tap(150, 300)
    expect(card).to_have_count(0)
    expect(page.locator("[data-frame]")).not_to_have_attribute("data-paused", "")
    page.goto("/story?slot=1")
    ready(page)
    expect(card).to_have_count(0)


def test_pictures_in_lists_are_small(site):
    """WEB-02 CLIP-04 lists show thumbnails, the stage shows posters"""
    page = site.page("/story?slot=1", viewport=DESK)
    ready(page)
    for path, pictures in (("/story?slot=1", ".cast img, .reel img"), ("/dashboard", "[data-queue] img")):
        page.goto(path)
        ready(page)
        sources = page.locator(pictures).evaluate_all("(all) => all.map((one) => one.dataset.sharp ?? one.getAttribute('src'))")
        assert sources and all(source.endswith("-96.webp") for source in sources), sources
    poster = page.locator('[data-deck] > .frame[data-place="0"] > .frame__poster')
    assert not poster.get_attribute("src").endswith("-96.webp")


def test_pictures_out_of_sight_wait(site):
    """WEB-02 the landing page begins with small pictures; the takes become sharp once they are on the screen"""
    page = site.context(viewport=PHONE, has_touch=True).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    ready(page)
    take = page.locator(".take img").first
    poster = take.get_attribute("data-sharp")
    card = poster.replace(".webp", "-240.webp")
    assert not any(url.endswith((poster, card)) for url in asked)
    take.scroll_into_view_if_needed()
    # On this screen the copy for cards is sharp enough.
    expect(take).to_have_attribute("src", card)
    assert not any(url.endswith(poster) for url in asked)
    # The frames of a long film are narrow: they show their colours until somebody looks at them more closely.
    frame = page.locator(".reel img").first
    frame.scroll_into_view_if_needed()
    until(page, "() => document.querySelector('.reel img').naturalWidth === 3")
    sharp = frame.get_attribute("data-sharp")
    assert not any(url.endswith(sharp) for url in asked)
    frame.hover()
    expect(frame).to_have_attribute("src", sharp)
