"""The whole path once, for real: a take is sent in, approved, voted in, and becomes part of the film."""

import re
import secrets
import time

import psycopg
from playwright.sync_api import expect

from conftest import DEADLINE, DESK, PHONE, announced, comes_true, ready, told, until


def on_stage(page):
    """The title of the take on the stage; None at the deck's end."""
    return page.evaluate("""() => document.querySelector('[data-deck] > .frame[data-place="0"] h1')?.textContent ?? null""")


def find_take(page, title):
    """Goes through the arena until the take is on the stage; answers whether it is there."""
    while (shown := on_stage(page)) != title:
        if shown is None:
            return False
        page.keyboard.press("ArrowDown")
        comes_true(page, lambda: on_stage(page) != shown, "the next take is on the stage")
    return True


def comes_up(page, title):
    """Whether the take is met on the stage before long; a deck that ends before it is laid anew, as a person would."""
    deadline = time.monotonic() + DEADLINE
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
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("I own the rights").check()
    page.get_by_label("Everyone in it has agreed").check()
    page.get_by_label("I accept the licence").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Sent.", exact=True)).to_be_visible()
    shots.of(page, "walk-1-sent.png")

    # Approve it.
    page.goto("/admin/clips")
    ready(page)
    row = page.get_by_role("row").filter(has_text=title)
    row.get_by_role("button", name=title).click()
    expect(page.get_by_role("complementary").get_by_role("heading", name=title)).to_be_visible()
    shots.of(page, "walk-2-review.png")
    page.get_by_role("complementary").get_by_role("button", name="Approve").click()
    told(page, f"“{title}” approved")
    expect(row).to_have_count(0)

    # Its creator cannot vote for it.
    assert comes_up(page, title), "the approved take is not in the feed"
    expect(page.locator("[data-vote]")).to_be_disabled()
    expect(page.locator("[data-vote-word]")).to_have_text("Yours")

    # Others can, and all watch the round close without loading anything anew.
    story = site.context(viewport=DESK).new_page()
    juror = site.context(storage_state=member).new_page()
    phone = site.context(viewport=PHONE, has_touch=True, user_agent="Mozilla/5.0 (Android 14) walk Chrome/120").new_page()
    streams = {watched: streams_of(watched) for watched in (story, juror, phone)}
    story.goto("/story")
    ready(story)
    for voter in (juror, phone):
        assert comes_up(voter, title), "the approved take is not in the feed"
        vote(voter, title, heavy=voter is juror)
        announced(voter, f"Voted for {title}")
    for watched in (story, juror, phone):
        watched.evaluate("window.isSame = true")
        comes_true(watched, lambda watched=watched: streams[watched], "the page listens to what happens")
    end_round(run)
    told(juror, f"goes to “{title}”.")
    shots.of(juror, "walk-3-closed.png")
    told(phone, f"goes to “{title}”.")
    told(story, f"{title} was cut into slot")
    shots.of(story, "walk-4-cut-in.png")
    for watched in (story, juror, phone):
        assert watched.evaluate("window.isSame"), "a page was loaded anew"

    # Watch it in the film, to which the page has added it by itself.
    story.locator(".story__cast").get_by_role("link").filter(has_text=title).click()
    expect(story.locator("[data-foot] h1")).to_have_text(title)
    playing = "() => [...document.querySelectorAll('[data-frame] video')].some((v) => !v.inert && v.currentTime > 0.5)"
    until(story, playing)
    shots.of(story, "walk-5-story.png")
    reader = site.page(story.url, java_script_enabled=False)
    expect(reader.get_by_role("heading", name=title)).to_be_visible()


def streams_of(page):
    """The streams of events that the page has opened since it was loaded."""
    streams = []
    page.on("request", lambda request: streams.clear() if request.is_navigation_request() else None)
    page.on("response", lambda answer: streams.append(answer) if re.search("/api/events/(slot|round)", answer.url) else None)
    return streams


def end_round(run):
    """Brings the end of the open round close, so that it is closed as every round is: by the clock."""
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute("update story_slots set voting_ends_at = now() + interval '2 seconds' where status = 'voting'")


def vote(page, title, heavy=False):
    """Votes for the take on the stage, with what weighs most."""
    # Its button and what is said of it come some frames after its picture.
    expect(page.locator("[data-stage]")).to_have_attribute("aria-label", re.compile(f": {title}$"))
    if heavy:
        page.keyboard.press("w")
        page.get_by_role("menuitem", name="Mega vote").click()
    else:
        page.locator("[data-vote]").click()


def test_another_vote_shows_without_asking(site, run):
    """RT-01 a vote of somebody else reaches the page through the stream: nothing is fetched, nothing is reloaded."""
    context = site.context()
    page = context.new_page()
    streams = []
    page.on("response", lambda answer: streams.append(answer) if "/api/events/round" in answer.url else None)
    page.goto("/dashboard")
    ready(page)
    comes_true(page, lambda: streams, "the stream is open")
    clip = page.evaluate("JSON.parse(sessionStorage.getItem('arena')).at")
    key = f"device_{secrets.token_hex(16)}"
    with psycopg.connect(run["databaseURL"], autocommit=True) as database:
        database.execute(
            "select * from cast_votes(array[%s], array[%s]::uuid[], array['standard'], array[%s], array[''], array[%s],"
            " array[''], 200)",
            (key, clip, key, secrets.token_hex(16)),
        )
        [(score,)] = database.execute("select weighted_score from tournament_clips where id = %s", (clip,)).fetchall()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/vote" in request.url else None)
    until(page, "(score) => Number(/(\\d+) votes?$/.exec(document.querySelector('[data-vote]').ariaLabel)?.[1]) >= score", score)
    assert not asked
