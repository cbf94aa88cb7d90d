"""The whole path once, for real: a take is sent in, approved, voted in, and becomes part of the film."""

import re
import secrets
import time

from conftest import DESK, PHONE, ready, until
from playwright.sync_api import expect


NOTE_TOASTS = """
    window.told = [];
    new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) window.told.push(node.textContent);
    }).observe(document.querySelector("[data-toasts]"), { childList: true });
"""


def find_take(page, title):
    """Goes through the arena until the take is on the stage; answers whether it is there."""
    for _ in range(40):
        heading = page.locator('[data-deck] > .frame[data-place="0"] h1')
        if heading.count() and heading.text_content() == title:
            return True
        if page.locator('[data-deck] > .vacant[data-place="0"]').count():
            return False
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(120)
    return False


def comes_up(page, title):
    """Whether the take is met on the stage before long; a deck that ends before it is laid anew, as a person would."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        page.goto("/dashboard")
        ready(page)
        if find_take(page, title):
            return True
    return False


def test_from_file_to_film(site, run, admin, member, make_video, shots):
    """FILM-04 FILM-11 VOTE-01 FEED-01 CLIP-01 CLIP-04 CLIP-05 RT-01 WEB-01"""
    title = f"Walk {secrets.token_hex(4)}"
    person = site.context(storage_state=admin, viewport=DESK)

    # Send it in.
    page = person.new_page()
    page.goto("/upload")
    page.locator("#file").set_input_files(make_video("walk.mp4", seconds=4, source="mandelbrot"))
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("The rights are mine").check()
    page.get_by_label("I accept the licence").check()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("Sent.", exact=True)).to_be_visible(timeout=120_000)
    page.screenshot(path=shots / "walk-1-sent.png")

    # Approve it.
    page.goto("/admin/clips")
    ready(page)
    row = page.get_by_role("row").filter(has_text=title)
    row.get_by_role("button", name=title).click()
    expect(page.get_by_role("complementary").get_by_role("heading", name=title)).to_be_visible()
    page.screenshot(path=shots / "walk-2-review.png")
    page.get_by_role("complementary").get_by_role("button", name="Approve").click()
    expect(toast(page, "1 take approved")).to_be_visible()
    expect(row).to_have_count(0)

    # Its creator cannot vote for it.
    assert comes_up(page, title), "the approved take is not in the feed"
    expect(page.locator("[data-vote]")).to_be_disabled()
    expect(page.locator("[data-vote-word]")).to_have_text("Yours")

    # Others can, and all watch the round close without loading anything anew.
    story = site.context(viewport=DESK).new_page()
    story.goto("/story")
    ready(story)
    juror = site.context(storage_state=member).new_page()
    juror.goto("/dashboard")
    phone = site.context(viewport=PHONE, has_touch=True, user_agent="Mozilla/5.0 (Android 14) walk Chrome/120").new_page()
    phone.goto("/dashboard")
    for watched in (story, juror, phone):
        watched.evaluate(NOTE_TOASTS)

    deadline = time.monotonic() + 240
    while not won(juror, title):
        assert time.monotonic() < deadline, "the take did not win a round"
        vote(juror, title, heavy=True)
        vote(phone, title)
        juror.wait_for_timeout(500)
    # The list of what was said lives in the document: had a page been loaded anew, it would be gone.
    told = "(text) => window.told.some((one) => one.includes(text))"
    until(juror, told, f"is closed. {title} was cut in.")
    juror.screenshot(path=shots / "walk-3-closed.png")
    until(phone, told, f"is closed. {title} was cut in.")
    until(story, told, f"{title} was cut into slot")
    story.screenshot(path=shots / "walk-4-cut-in.png")

    # Watch it in the film, to which the page has added it by itself.
    story.locator(".story__cast").get_by_role("link").filter(has_text=title).click()
    expect(story.locator("[data-foot] h1")).to_have_text(title)
    playing = "() => [...document.querySelectorAll('[data-frame] video')].some((v) => !v.inert && v.currentTime > 0.5)"
    until(story, playing)
    story.screenshot(path=shots / "walk-5-story.png")
    reader = site.page(story.url, java_script_enabled=False)
    expect(reader.get_by_role("heading", name=title)).to_be_visible()


def toast(page, pattern):
    return page.locator(".toast").filter(has_text=re.compile(pattern))


def won(page, title):
    film = page.request.get("/api/story").json()
    return any((slot["winner"] or {}).get("title") == title for season in film["seasons"] for slot in season["slots"])


def vote(page, title, heavy=False):
    """Votes for the take where that has not happened in this round."""
    button = page.locator("[data-vote]")
    if not button.is_visible() or not find_take(page, title):
        # After the last take, another way round starts at the first.
        if page.locator('[data-deck] > .vacant[data-place="0"]').count():
            for _ in range(40):
                page.keyboard.press("ArrowUp")
        return
    if button.get_attribute("aria-pressed") == "true":
        return
    if heavy:
        page.keyboard.press("w")
        mega = page.get_by_role("menuitem", name="Mega vote")
        if mega.is_enabled():
            mega.click()
        else:
            page.locator('[data-weight="standard"]').click()
    else:
        button.click()
