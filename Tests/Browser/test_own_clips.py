"""What creators see of their own clips, at once after each decision, and how they take one back."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, accept_terms, ready, sign_in_link, told, use_link

SIZES = {"390": PHONE, "1440": DESK}

# One clip in each state; the files are those of a clip that competes.
INSERT = """
    with shown as (
        select clips.season_id, clips.slot_position, clips.video_key, clips.poster_key
        from tournament_clips clips
        join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
        where clips.status = 'active' and slots.status = 'voting'
        order by clips.id
        limit 1
    )
    insert into tournament_clips (
        user_id, title, genre, rights_confirmed_at, status, rejection_reason, processing, processing_error, video_key,
        poster_key, width, height, duration_ms, season_id, slot_position, decided_at, created_at
    )
    select users.id, made.title, 'Sci-Fi', now(), made.status, made.reason, made.processing, made.fault,
        case when made.processing = 'ready' then shown.video_key end,
        case when made.processing = 'ready' then shown.poster_key end, 1080, 1920, 7900, shown.season_id,
        case when made.status = 'locked' then 1 else shown.slot_position end,
        case when made.status in ('locked', 'rejected') then now() - interval '1 minute' end,
        now() - made.age * interval '1 hour'
    from shown, users, (
        values
            ('Ash on the timetable', 'pending', null, 'processing', null, 0),
            ('Lantern', 'pending', null, 'failed', 'The file ends in the middle of a picture.', 1),
            ('Platform 9, after the rain', 'pending', null, 'ready', null, 2),
            ('Something under the boat', 'active', null, 'ready', null, 3),
            ('The long way down', 'rejected', 'A watermark of another service covers the picture.', 'ready', null, 4),
            ('Undertow', 'locked', null, 'ready', null, 30),
            ('Paper boats', 'eliminated', null, 'ready', null, 31)
    ) made (title, status, reason, processing, fault, age)
    where users.username = %s
"""


@pytest.fixture
def creator(site, run):
    """Makes a member with a clip in each state, and a function that opens a page of that member."""
    name = f"creator_{secrets.token_hex(4)}"
    first = site.context()
    page = first.new_page()
    use_link(page, sign_in_link(run, "--user", name))
    accept_terms(page)
    state = first.storage_state()
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute(INSERT, (name,))

        def open_page(path="/profile/clips", script="", **options):
            page = site.context(storage_state=state, **options).new_page()
            page.add_init_script(script)
            page.goto(path)
            return page

        open_page.database, open_page.name = connection, name
        yield open_page
        connection.execute(
            "delete from tournament_clips where user_id = (select id from users where username = %s)", (name,))


def clip(page, title):
    return page.locator("[data-own-clips] > li").filter(has_text=title)


def test_every_state_is_explained(creator, axe, shots):
    """PROF-01 on a phone and on a desk, in both themes"""
    for size, viewport in SIZES.items():
        for theme in ("dark", "light"):
            page = creator(viewport=viewport, theme=theme, has_touch=size == "390")
            ready(page)
            for title, words in [
                ("Ash on the timetable", "Checking the file"),
                ("Lantern", "The file ends in the middle of a picture."),
                ("Platform 9", "Waiting for review"),
                ("Something under the boat", re.compile(r"LIVE in slot \d+.*0 votes · rank \d+ of \d+", re.S)),
                ("The long way down", "A watermark of another service covers the picture."),
                ("Undertow", "Won slot 1"),
                ("Paper boats", "Not chosen"),
            ]:
                expect(clip(page, title)).to_contain_text(words)
            assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
            page.get_by_label("Withdraw “Something under the boat”…").click()
            shots.of(page, f"own-clips-{size}-{theme}.png", full_page=True)
            axe(page)


def test_a_decision_arrives_at_once(creator, site, admin):
    """PROF-01 RT-01 the open page receives it, and does not have to ask by itself"""
    # While a file is checked the page asks every two seconds, otherwise every thirty, which this page never reaches.
    creator.database.execute("delete from tournament_clips where title = 'Ash on the timetable' and processing = 'processing'")
    page = creator(script="""
        const wait = window.setTimeout;
        window.setTimeout = (work, time, ...rest) => (time >= 20_000 ? 0 : wait(work, time, ...rest));
    """)
    ready(page)
    waiting = clip(page, "Platform 9")
    number = waiting.get_attribute("id").removeprefix("clip-")
    clip(page, "Something under the boat").get_by_text("Withdraw…").click()
    admins = site.context(storage_state=admin).request
    token = admins.get("/api/csrf").json()["token"]
    answer = admins.post(
        "/api/admin/reject", headers={"X-CSRF-Token": token, "Origin": site.url},
        data={"clipId": number, "reason": "Too dark to see."},
    )
    assert answer.status == 200, answer.text()
    expect(waiting).to_contain_text("Too dark to see.")
    expect(waiting).to_contain_text("Not accepted")
    expect(waiting.get_by_text("New", exact=True)).to_be_visible()
    told(page, "“Platform 9, after the rain”: Not accepted")
    # Other clips are as they were left.
    expect(page.get_by_role("button", name="Withdraw this take")).to_be_visible()
    # The way to the stream is for members alone.
    site.allow(r"403")
    assert site.context().request.get("/api/events/user").status == 403


def test_withdrawing(creator):
    """CLIP-09 asks first, by keyboard, and without JavaScript too"""
    page = creator()
    ready(page)
    active = clip(page, "Something under the boat")
    question = active.get_by_label("Withdraw “Something under the boat”…")
    question.press("Enter")
    expect(active).to_contain_text("with its 0 votes. This cannot be undone.")
    active.get_by_role("button", name="Cancel").press("Enter")
    expect(question).to_be_focused()
    question.press("Enter")
    active.get_by_role("button", name="Withdraw this take").press("Enter")
    expect(active.get_by_text("Withdrawn", exact=True)).to_be_visible()
    told(page, "“Something under the boat” is withdrawn.")
    expect(active.get_by_role("heading")).to_be_focused()
    expect(active.get_by_label("Withdraw", exact=False)).to_have_count(0)

    plain = creator(java_script_enabled=False)
    pending = clip(plain, "Platform 9")
    pending.get_by_text("Withdraw…").click()
    pending.get_by_role("button", name="Withdraw this take").click()
    expect(plain.get_by_text("Your take is withdrawn.")).to_be_visible()
    expect(pending.get_by_text("Withdrawn", exact=True)).to_be_visible()


def test_ways_to_the_list(creator, axe):
    """PROF-01 CLIP-01 from the account menu and from the upload page; without clips it leads to the upload"""
    page = creator("/upload")
    ready(page)
    assert page.locator("[data-after] a").first.get_attribute("href") == "/profile/clips"
    creator.database.execute(
        "delete from tournament_clips where user_id = (select id from users where username = %s)", (creator.name,))
    page.get_by_role("button", name="Profile and appearance").click()
    page.get_by_role("link", name="My takes").click()
    expect(page.get_by_role("heading", name="No takes yet")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Send in your first take").click()
    expect(page).to_have_url(re.compile("/upload$"))


def test_captions_until_a_moderator_decides(creator, site, admin, axe, shots):
    """FILM-09 ADM-01: what is wrong is said with its line; an admin changes and removes them in the queue"""
    title = f"Platform {secrets.token_hex(4)}"
    creator.database.execute(
        "update tournament_clips set title = %s where title like 'Platform 9%%'"
        " and user_id = (select id from users where username = %s)",
        (title, creator.name),
    )
    page = creator(viewport=PHONE)
    ready(page)
    assert clip(page, "Something under the boat").get_by_role("button", name=re.compile("Captions")).count() == 0
    row = clip(page, title)
    row.get_by_role("button", name=f"Captions of “{title}”…").click()
    dialog = page.get_by_role("dialog", name=f"Captions of “{title}”")
    text = dialog.get_by_label("WebVTT")
    site.allow(r"Failed to load resource.*422")
    text.fill("WEBVTT\n\n00:00.000 --> 00:02.000\n<script>")
    dialog.get_by_role("button", name="Save captions").click()
    expect(dialog.get_by_role("alert")).to_have_text("Line 4: “<script>” is no markup of WebVTT.")
    expect(text).to_be_focused()
    axe(page)
    shots.of(page, "captions-390.png")
    dialog.locator("#captions-file").set_input_files(
        {"name": "a.vtt", "mimeType": "text/vtt", "buffer": b"WEBVTT\n\n00:00.000 --> 00:02.000\nMind the gap\n"})
    expect(text).to_have_value(re.compile("Mind the gap"))
    dialog.get_by_role("button", name="Save captions").click()
    expect(dialog).to_be_hidden()
    told(page, "are saved")
    expect(row.get_by_role("button", name=re.compile("^Captions"))).to_have_text("Captions…")

    desk = site.page(f"/admin/clips?search={title}", storage_state=admin, viewport=DESK)
    ready(desk)
    desk.get_by_role("button", name="Captions…").click()
    dialog = desk.get_by_role("dialog", name=f"Captions of “{title}”")
    expect(dialog.get_by_label("WebVTT")).to_have_value(re.compile("Mind the gap"))
    axe(desk, within="dialog[open]")
    dialog.get_by_role("button", name="Remove captions").click()
    expect(desk.get_by_role("button", name="Add captions…")).to_be_visible()
    [(left,)] = creator.database.execute("select captions from tournament_clips where title = %s", (title,)).fetchall()
    assert left is None
