"""What pages load of clips that are not watched yet, and how the next one then begins."""

import re

import pytest
from playwright.sync_api import expect

from conftest import PHONE, comes_true, until

NOW, NEXT = ('[data-deck] > .frame[data-place="0"] video', '[data-deck] > .frame[data-place="1"] video')
BEGINNING = 256 * 1024
# In the form of a rendition, as large as one can be, and far larger than its beginning.
RENDITION = ("-movflags", "+faststart", "-r", "30", "-x264-params", "bframes=2:b-pyramid=none:vbv-init=0.4", "-b:v", "3800k",
             "-maxrate", "3800k", "-bufsize", "3800k", "-ac", "2")  # fmt: skip


@pytest.fixture(scope="session")
def rendition(make_video):
    data = make_video("rendition.mp4", 3, "testsrc2", "540x960", RENDITION).read_bytes()
    assert len(data) > 3 * BEGINNING
    return data


def serve(page, data):
    """Answers for every clip with the same file. Returns the ranges that were asked for, by address."""
    asked = {}

    def answer(route):
        first, last = re.fullmatch(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", "bytes=0-")).groups()
        first, last = int(first), min(int(last or len(data)), len(data) - 1)
        asked.setdefault(re.sub("^https?://[^/]+", "", route.request.url), []).append((first, last))
        headers = {"Content-Range": f"bytes {first}-{last}/{len(data)}", "Accept-Ranges": "bytes"}
        route.fulfill(status=206, content_type="video/mp4", headers=headers, body=data[first:last + 1])

    page.route("**/*.mp4", answer)
    return asked


def has_picture(page, selector):
    until(page, "(selector) => document.querySelector(selector)?.readyState >= 2", selector)


def plays_past(page, selector, seconds):
    until(page, "([selector, seconds]) => document.querySelector(selector).currentTime > seconds", [selector, seconds])


def test_next_take_loads_its_beginning(arena, rendition):
    """WEB-02 256 kB of one neighbour at most, enough for its first picture; the rest when it is watched, and then it repeats"""
    urls, asked = [], {}

    def change(body):
        urls.extend(clip["videoUrl"] for clip in body["clips"] if clip["videoUrl"] not in urls)

    page = arena(change, setup=lambda page: asked.update(of=serve(page, rendition)), viewport=PHONE, has_touch=True)
    has_picture(page, NEXT)
    [(first, last)] = asked["of"][urls[1]]
    # The head of the answer counts too.
    assert first == 0 and 200_000 < last < BEGINNING - 2_000
    assert urls[2] not in asked["of"]
    page.locator(NEXT).evaluate("(video) => { window.following = video; }")
    page.keyboard.press("j")
    until(page, f"() => document.querySelector('{NOW}') === window.following")
    plays_past(page, NOW, 2)
    assert asked["of"][urls[1]] == [(0, last), (last + 1, len(rendition) - 1)], "each byte once"
    until(page, "() => window.following.played.end(0) > 2.9 && window.following.currentTime < 2")
    has_picture(page, NEXT)


def test_next_slot_loads_its_beginning(site, rendition):
    """WEB-02 FILM-11 in the film too, until the take before it is near its end; then one follows the other"""
    page = site.context(viewport=PHONE, has_touch=True).new_page()
    asked = serve(page, rendition)
    page.goto("/story?slot=1")
    comes_true(page, lambda: len(asked) > 2, "the next two are asked for")
    watched, following, third = list(asked)[:3]
    for ahead in (following, third):
        assert [last < BEGINNING - 2_000 for _, last in asked[ahead]] == [True], asked
    until(page, "() => [...document.querySelectorAll('[data-frame] video[inert]')].every((video) => video.readyState >= 2)")
    inert = page.locator("[data-frame] video[inert]")
    shown = "() => new URLSearchParams(location.search).get('slot') !== '1'"
    inert.first.evaluate("() => { window.ahead = [...document.querySelectorAll('[data-frame] video[inert]')]; }")
    until(page, shown)
    until(page, "() => window.ahead.some((video) => !video.inert && video.currentTime > 1)")
    comes_true(page, lambda: len(asked[following]) > 1, "the rest is asked for")
    assert asked[following][1:] == [(asked[following][0][1] + 1, len(rendition) - 1)]
    assert len({watched, following, third}) == 3


def test_clip_of_another_form_plays_by_its_address(arena, make_video):
    """WEB-02 CLIP-04 a file whose index is at its end cannot be cut: the browser loads it once it is watched"""
    data = make_video("late.mp4", 2, "testsrc2", "540x960").read_bytes()
    page = arena(setup=lambda page: serve(page, data), viewport=PHONE, has_touch=True)
    plays_past(page, NOW, 0.1)
    page.keyboard.press("j")
    plays_past(page, NOW, 0.1)
    expect(page.locator(".frame__broken")).to_have_count(0)
