"""Finished films: the library, the player of a film as one file and clip by clip, with keys, fingers and neither."""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

import psycopg
import pytest
from cdn import Front
from playwright.sync_api import expect

from conftest import DEADLINE, DESK, PHONE, Site, announced, comes_true, judge, until

SLOTS = 4


def tool(run, *words):
    """The operator's command."""
    directory = Path(run["directory"])
    database = run["databaseURL"].replace("user=postgres", "user=dailies_jobs")
    return subprocess.run(
        [directory / "bin" / "dailies", *words, "--config", directory / "dailies.conf"],
        env={**os.environ, "DATABASE_URL": database}, capture_output=True, text=True, timeout=DEADLINE)  # fmt: skip


CAPTIONS = "WEBVTT\n\n00:00:00.200 --> 00:00:01.500\nThe tide is out.\n"


def finish(connection, label, captions=None):
    """A season whose slots have the takes of the demo season as winners. It is archived, so that no other page has it."""
    takes = connection.execute(
        "select user_id, title, genre, video_key, poster_key, has_thumbnail, blurhash, width, height, duration_ms"
        " from tournament_clips where season_id = (select id from seasons where status = 'active')"
        " and status in ('locked', 'active') order by status = 'locked' desc, id limit %s", (SLOTS,)).fetchall()
    season, number = connection.execute(
        "insert into seasons (label, genre, total_slots, status, activated_at, finished_at)"
        " values (%s, 'Thriller', %s, 'archived', now(), now()) returning id, number", (label, SLOTS)).fetchone()
    for slot, take in enumerate(takes, 1):
        clip = uuid.uuid4()
        connection.execute(
            "insert into story_slots (season_id, position) values (%s, %s)", (season, slot))
        connection.execute(
            "insert into tournament_clips (id, season_id, slot_position, status, processing, rights_confirmed_at, user_id,"
            " title, genre, video_key, poster_key, has_thumbnail, blurhash, width, height, duration_ms, captions)"
            " values (%s, %s, %s, 'locked', 'ready', now()" + ", %s" * 11 + ")",
            (clip, season, slot, *take, captions if slot == 2 else None))
        connection.execute(
            "update story_slots set status = 'locked', winner_clip_id = %s, locked_at = now()"
            " where season_id = %s and position = %s", (clip, season, slot))
    # What the slots' changes have requested waits for the test that needs it. In one transaction, no job has begun with it.
    connection.execute("delete from film_builds where season_id = %s", (season,))
    connection.execute("delete from jobs where kind = 'assemble_film' and unique_key = %s", (str(season),))
    connection.execute("select announce_change('film', 'test')")
    return season, number


def delete(connection, season):
    connection.execute("delete from seasons where id = %s", (season,))
    connection.execute("select announce_change('film', 'test')")


@pytest.fixture(scope="module")
def clips(run):
    """The number of a finished season without a film."""
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        with connection.transaction():
            season, number = finish(connection, "Paper Weather")
        yield number
        delete(connection, season)


@pytest.fixture(scope="module")
def film(run):
    """A finished season with its film, made by the site's own jobs."""
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        with connection.transaction():
            season, number = finish(connection, "Undertow", CAPTIONS)
        made = tool(run, "film", "build", str(number))
        assert made.returncode == 0, made.stderr

        def state():
            return json.loads(tool(run, "film", "show", str(number), "--json").stdout)

        for _ in range(DEADLINE):
            shown = state()
            assert shown["state"] != "failed", shown
            if shown["state"] == "done":
                break
            connection.execute("select pg_sleep(1)")
        assert shown["state"] == "done" and shown["clips"] == SLOTS and shown["cards"] == [], shown
        yield shown
        files = Path(run["directory"]) / "media" / "films" / str(season)
        assert files.is_dir()
        delete(connection, season)
        for _ in range(DEADLINE):
            if not list(files.glob("*")):
                break
            connection.execute("select pg_sleep(1)")
        assert list(files.glob("*")) == [], "a deleted season leaves no file"


def open_player(site, number, query="", **options):
    page = site.page(f"/watch/{number}{query}", **options)
    expect(page.locator("film-player[data-ready]")).to_be_attached()
    return page


def current_time(page):
    return page.evaluate("() => document.querySelector('film-player').position")


def point_at_the_bar(page):
    """Moves the pointer over the seek bar until the picture of that moment shows: the storyboard comes after the page."""
    box = page.locator("[data-seek]").bounding_box()
    picture = page.locator(".preview__picture")

    def shows():
        for share in (0.6, 0.61):
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        return picture.is_visible()

    comes_true(page, shows, "the picture of the moment shows")
    return picture


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_the_library_has_a_card_for_each_film(site, axe, shots, film, clips, size):
    """FILM-09 cover, genre, length and number of takes; archived seasons too; both themes"""
    page = site.page("/watch", viewport=size, has_touch=size is PHONE)
    cards = page.locator(".films li")
    expect(cards.filter(has_text="Paper Weather")).to_contain_text(re.compile(r"0:\d\d"))
    card = cards.filter(has_text="Undertow")
    expect(card).to_contain_text(f"Thriller · {SLOTS} takes")
    judge(page, axe, shots, f"watch-library-{size['width']}")
    card.get_by_role("link", name="Undertow").click()
    page.wait_for_url(f"**/watch/{film['season']}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_the_film_plays_and_looks_right(site, axe, shots, film, size):
    """FILM-09 WEB-02 play, position and chapter; both themes, both sizes, nothing wider than the screen, no shift"""
    page = open_player(site, film["season"], "?slot=2", viewport=size, has_touch=size is PHONE)
    seek = page.get_by_role("slider", name=f"Position, {SLOTS} chapters")
    expect(seek).to_have_attribute("aria-valuetext", re.compile("slot 2"))
    expect(page.locator("[data-line]")).to_contain_text("Slot 2")
    judge(page, axe, shots, f"watch-film-{size['width']}")
    start = current_time(page)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    comes_true(page, lambda: current_time(page) > start + 0.2, "the film plays")
    page.get_by_role("button", name="Pause", exact=True).click()
    source = page.evaluate("() => document.querySelector('film-player video').currentSrc")
    # A small screen gets the stream, whose pictures are smaller, where the browser plays one.
    native = page.evaluate("() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl')")
    assert source.split("#")[0].endswith(".m3u8" if size is PHONE and native else ".mp4")


def test_the_film_is_used_by_keyboard_alone(site, film):
    """FILM-09 WEB-02 seeking, chapters, speed, sound and the list without a pointer"""
    page = open_player(site, film["season"], viewport=DESK)
    line, seek = page.locator("[data-line]"), page.locator("[data-seek]")
    page.keyboard.press("n")
    expect(line).to_contain_text("Slot 2")
    announced(page, "Slot 2")
    page.keyboard.press("p")
    expect(line).to_contain_text("Slot 1")
    page.keyboard.press("ArrowRight")
    comes_true(page, lambda: abs(current_time(page) - 5) < 0.2, "five seconds forward")
    seek.focus()
    page.keyboard.press("End")
    expect(line).to_contain_text(f"Slot {SLOTS}")
    page.keyboard.press("PageDown")
    expect(line).to_contain_text(f"Slot {SLOTS - 1}")
    page.keyboard.press("Home")
    expect(seek).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press(">")
    expect(page.get_by_role("button", name="Speed, 1.25 times")).to_be_visible()
    until(page, "() => document.querySelector('film-player video').playbackRate === 1.25")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Turn sound on")).to_be_visible()
    until(page, "() => document.querySelector('film-player video').muted")
    third = page.locator("[data-list] a[data-slot='3']")
    third.focus()
    page.keyboard.press("Enter")
    # It plays, and would give way to the next one after some seconds.
    page.keyboard.press("k")
    expect(line).to_contain_text("Slot 3")
    expect(page).to_have_url(re.compile(r"\?slot=3$"))
    expect(third).to_have_attribute("aria-current", "true")


def test_the_seek_bar_shows_what_is_there(site, shots, film):
    """FILM-09 the storyboard over the bar, and a press seeks"""
    page = open_player(site, film["season"], viewport=DESK)
    picture = point_at_the_bar(page)
    assert "sheet-1.webp" in picture.evaluate("(element) => element.style.backgroundImage")
    shots.of(page, "watch-preview-1440.png")
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("[data-line]")).to_contain_text("Slot 3")


def test_share_and_download(site, film):
    """FILM-09 the link of a slot or of the whole film; the file under a name of its own"""
    page = open_player(site, film["season"], "?slot=2", viewport=DESK)
    page.evaluate("() => { window.shared = []; navigator.share = async (what) => { window.shared.push(what.url); }; }")
    for name, end in (("Share this slot", "?slot=2"), ("Share the film", f"/watch/{film['season']}")):
        page.get_by_role("button", name="Share", exact=True).click()
        page.get_by_role("button", name=name).click()
        until(page, "(end) => window.shared.at(-1)?.endsWith(end)", end)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download the film")).click()
    assert download.value.suggested_filename == f"season-{film['season']}-undertow.mp4"


def test_the_files_are_kept_for_a_year_and_sent_in_ranges(site, film):
    """FILM-09 types, caching and ranges of what nginx serves"""
    page = site.page("/watch", viewport=DESK)
    answer = page.request.get(film["videoUrl"], headers={"Range": "bytes=0-99"})
    assert answer.status == 206 and len(answer.body()) == 100 and answer.headers["content-type"] == "video/mp4"
    assert "max-age=31536000" in answer.headers["cache-control"] and "immutable" in answer.headers["cache-control"]
    stream = page.request.get(film["streamUrl"])
    assert stream.headers["content-type"] == "application/vnd.apple.mpegurl"
    names = [line for line in stream.text().splitlines() if line.endswith(".m3u8")]
    assert [re.search(r"-(\d+)\.m3u8", name)[1] for name in names] == ["360", "720", "1080"]
    base = film["streamUrl"].rsplit("/", 1)[0]
    for name in names:
        playlist = page.request.get(f"{base}/{name}")
        assert playlist.ok and "#EXT-X-MAP" in playlist.text() and "#EXT-X-ENDLIST" in playlist.text()
    board = page.request.get(film["videoUrl"].replace("film.mp4", "storyboard.vtt"))
    assert board.headers["content-type"].startswith("text/vtt") and board.text().startswith("WEBVTT")


def test_on_a_phone_the_chapters_are_a_sheet(site, axe, shots, film):
    """FILM-09 opened by the button and by a swipe from the right edge; one audible player"""
    page = open_player(site, film["season"], viewport=PHONE, has_touch=True)
    sheet = page.locator("[data-playlist-sheet]")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Chapters", exact=True).click()
    expect(sheet).to_be_visible()
    axe(page)
    shots.of(page, "watch-chapters-390.png")
    page.get_by_role("button", name="Close chapters").click()
    expect(sheet).to_be_hidden()
    session = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 385), ("touchMove", 340), ("touchMove", 300), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 250}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(sheet).to_be_visible()
    page.locator("[data-playlist-sheet] a[data-slot='3']").click()
    expect(page.locator("[data-line]")).to_contain_text("Slot 3")
    expect(sheet).to_be_hidden()
    comes_true(page, lambda: page.evaluate(
        "() => [...document.querySelectorAll('video')].filter((one) => !one.paused).length") == 1, "one player plays")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_until_the_film_is_made_its_takes_play_one_after_another(site, axe, shots, clips, size):
    """FILM-09 the next two are loaded ahead, and one follows the other without a pause or a black frame"""
    page = open_player(site, clips, viewport=size, has_touch=size is PHONE)
    expect(page.get_by_text("being put together")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Download"))).to_have_count(0)
    judge(page, axe, shots, f"watch-clips-{size['width']}")
    sources = "() => [...document.querySelectorAll('film-player video')].map((one) => one.getAttribute('src'))"
    comes_true(page, lambda: len({one for one in page.evaluate(sources) if one}) == 3, "the next two are loaded ahead")
    expect(page.get_by_role("button", name="CC, captions")).to_be_hidden()
    page.evaluate("() => { const one = document.querySelector('film-player'); one.seek(one.film.chapters[1].start - 1); }")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("[data-line]")).to_contain_text("Slot 2")
    comes_true(page, lambda: page.evaluate(
        "() => [...document.querySelectorAll('film-player video')].filter((one) => !one.paused && !one.inert).length") == 1,
        "the next one plays")  # fmt: skip
    assert page.evaluate("() => document.querySelectorAll('film-player video').length") == 3


def test_a_take_that_was_removed_is_a_card_for_its_length(site, shots, clips):
    """FILM-09 FILM-10 until the film is made anew: nothing stalls, and the take after it plays"""
    page = site.context(viewport=DESK).new_page()

    def answer(route):
        body = route.fetch().json()
        start = 0
        for segment in body["segments"]:
            if segment["slot"] == 2:
                segment.update(card="removed", clip=None, durationSeconds=1.5)
            segment["startsAt"] = start
            start += segment["durationSeconds"]
        body["durationSeconds"] = start
        route.fulfill(json=body)

    page.route("**/api/films/*", answer)
    page.goto(f"/watch/{clips}?slot=2")
    expect(page.locator("film-player[data-ready]")).to_be_attached()
    card, line = page.locator(".frame__card"), page.locator("[data-line]")
    expect(card).to_contain_text("This take was removed.")
    expect(line).to_contain_text("Slot 2")
    shots.of(page, "watch-card-1440.png")
    start = current_time(page)
    page.keyboard.press("k")
    comes_true(page, lambda: current_time(page) > start + 0.2, "the card plays")
    page.keyboard.press("k")
    at = current_time(page)
    page.wait_for_timeout(300)
    assert current_time(page) == at, "a card rests too"
    page.keyboard.press("k")
    expect(line).to_contain_text("Slot 3")
    expect(card).to_be_hidden()
    until(page, """() => [...document.querySelectorAll("film-player video")]
        .filter((one) => !one.paused && one.currentTime > 0).length === 1""")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_captions_are_offered_where_there_are_any(site, shots, film, size):
    """FILM-09 WEB-02 a key and a button, kept for the next film; the stream lists them; without scripts the browser has them"""
    page = open_player(site, film["season"], "?slot=2", viewport=size, has_touch=size is PHONE)
    button = page.get_by_role("button", name="CC, captions")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    announced(page, "Captions on")
    mode = "() => { const [track] = document.querySelector('film-player video').textTracks; return track.mode; }"
    assert page.evaluate(mode) == "showing"
    cues = """() => [...document.querySelector("film-player video").textTracks[0].cues ?? []]
        .map((cue) => [cue.startTime, cue.text])"""
    start = page.evaluate("() => document.querySelector('film-player').chapter.start")
    found = comes_true(page, lambda: page.evaluate(cues), "the captions are loaded")
    assert found == [[pytest.approx(start + 0.2, abs=0.05), "The tide is out."]]
    page.evaluate("(at) => document.querySelector('film-player').seek(at)", start + 0.5)
    until(page, "() => document.querySelector('film-player video').textTracks[0].activeCues.length === 1")
    shots.of(page, f"watch-captions-{size['width']}.png")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    expect(button).to_have_attribute("aria-pressed", "false")
    master = page.request.get(film["streamUrl"]).text()
    uri = re.search(r'TYPE=SUBTITLES.*URI="([^"]+)"', master)[1]
    base = film["streamUrl"].rsplit("/", 1)[0]
    part = page.request.get(f"{base}/{uri}").text().splitlines()[-2]
    vtt = page.request.get(f"{base}/{part}")
    assert vtt.headers["content-type"].startswith("text/vtt") and "The tide is out." in vtt.text()
    plain = site.page(f"/watch/{film['season']}", java_script_enabled=False)
    expect(plain.locator("video track[kind=captions]")).to_be_attached()


def test_a_film_in_the_frame_of_another_site(site, film, clips, shots):
    """WEB-07 FILM-09 one file with its chapters and captions; archived seasons keep theirs; nothing is loaded before it plays"""
    page = site.context(viewport={"width": 405, "height": 720}).new_page()
    loaded = []
    page.on("request", lambda request: loaded.append(request.url) if "/media/" in request.url else None)
    asked = page.request.get(f"/oembed?url={site.url}/watch/{film['season']}").json()
    assert f"/embed/film/{film['season']}" in asked["html"] and asked["title"] == "Undertow"
    page.goto(f"/embed/film/{film['season']}")
    expect(page.locator("film-player[data-ready]")).to_be_attached()
    assert [one for one in loaded if not one.endswith(".webp")] == []
    page.get_by_role("button", name="Next slot").click()
    second = page.evaluate("() => document.querySelector('film-player').film.chapters[1].start")
    page.get_by_role("button", name="Play", exact=True).click()
    comes_true(page, lambda: current_time(page) > second + 0.2, "the film plays from its second slot")
    expect(page.locator("[data-seek]")).to_have_attribute("aria-valuetext", re.compile("slot 2"))
    page.get_by_role("button", name="CC, captions").click()
    until(page, """() => document.querySelector("film-player video").textTracks[0].cues?.length === 1""")
    shots.of(page, "embed-film-whole-405.png")
    played = [one for one in loaded if re.search(r"\.(mp4|m3u8)", one)]
    assert played and all("/media/films/" in one for one in played), played
    # Also where it has come to its end by itself already.
    page.evaluate("""() => {
        const player = document.querySelector("film-player");
        player.seek(player.film.seconds - 0.3);
        player.play();
    }""")
    # At its end it waits at its beginning.
    comes_true(page, lambda: page.evaluate("() => document.querySelector('film-player').isPaused") and current_time(page) < 0.1,
               "it waits")  # fmt: skip
    page.goto(f"/embed/film/{clips}")
    page.get_by_role("button", name="Play", exact=True).click()
    comes_true(page, lambda: current_time(page) > 0.2, "until the film is made its takes play")


@pytest.fixture(scope="module")
def front(run, tmp_path_factory):
    front = Front(run, tmp_path_factory.mktemp("cdn"))
    try:
        yield front.start()
    finally:
        front.stop()


@pytest.fixture
def through_cdn(chromium, front):
    """Pages of the front, and the files that they got from the CDN."""
    site = Site(chromium, front.url)
    site.loaded = []

    def note(page):
        page.on("response", lambda one: site.loaded.append(one) if one.url.startswith(front.cdn) else None)

    watch = site.watch
    site.watch = lambda page: (watch(page), note(page))
    yield site
    site.close()
    assert site.unexpected() == []


def kinds(site):
    """The kinds of files that came from the CDN, without fault."""
    assert all(one.status in (200, 206) for one in site.loaded), [(one.status, one.url) for one in site.loaded]
    return {one.url.split("?")[0].rsplit(".", 1)[1] for one in site.loaded}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_a_film_through_a_cdn(through_cdn, front, film, shots, size):
    """CLIP-08 FILM-09 film, stream, storyboard and download come from the other server; captions from this one"""
    page = open_player(through_cdn, film["season"], "?slot=2", viewport=size, has_touch=size is PHONE)
    page.get_by_role("button", name="CC, captions").click()
    until(page, """() => document.querySelector("film-player video").textTracks[0].cues?.length === 1""")
    start = current_time(page)
    page.get_by_role("button", name="Play", exact=True).click()
    comes_true(page, lambda: current_time(page) > start + 0.2, "the film plays")
    page.get_by_role("button", name="Pause", exact=True).click()
    if size is DESK:
        picture = point_at_the_bar(page)
        assert front.cdn in picture.evaluate("(element) => element.style.backgroundImage")
        comes_true(page, lambda: any(one.url.endswith("sheet-1.webp") for one in through_cdn.loaded), "its sheet comes")
    shots.of(page, f"watch-cdn-{size['width']}.png")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download the film")).click()
    assert download.value.suggested_filename == f"season-{film['season']}-undertow.mp4"
    assert download.value.url.startswith(front.cdn) and page.url.startswith(front.url)
    native = page.evaluate("() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl')")
    played = "m3u8" if size is PHONE and native else "mp4"
    assert kinds(through_cdn) >= ({played, "webp", "vtt"} if size is DESK else {played, "webp"})


def test_takes_and_embeds_through_a_cdn(through_cdn, front, clips):
    """CLIP-08 WEB-03 WEB-07 the beginning of the next take is read from the other server too, and stills are kept"""
    page = through_cdn.page("/story?slot=1", viewport=PHONE, has_touch=True)
    comes_true(page, lambda: [one for one in through_cdn.loaded if re.match(
        "bytes 0-245759/|bytes 0-[0-9]+/", one.headers.get("content-range", "")) and one.request.resource_type == "fetch"],
        "a script reads the beginning")  # fmt: skip
    until(page, """() => [...document.querySelectorAll("video")]
        .some((one) => one.src.startsWith("blob:") && one.readyState >= 2)""")
    clip = page.request.get("/api/discover?limit=1&status=locked").json()["clips"][0]
    assert clip["videoUrl"].startswith(f"{front.cdn}/media/clips/")
    shared = page.request.get(f"/clip/{clip['id']}").text()
    assert f'poster="{front.cdn}/media/clips/' in shared and f'property="og:video" content="{front.cdn}/media/clips/' in shared
    page.goto(f"/embed/clip/{clip['id']}")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "() => document.querySelector('film-player').position > 0.2")
    kinds(through_cdn)

    through_cdn.allow("Failed to load resource")
    page = through_cdn.context(viewport=PHONE, service_workers="allow").new_page()
    page.goto("/about")
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
    page.goto("/discover")
    kept = "async () => (await (await caches.open('stills')).keys()).map(({ url }) => url)"
    comes_true(page, lambda: any(one.startswith(front.cdn) for one in page.evaluate(kept)), "stills are kept")
    page.context.set_offline(True)
    page.goto("/discover")
    expect(page.get_by_role("heading", name="Takes you have seen")).to_be_visible()
    until(page, "() => [...document.querySelectorAll('[data-stills] img')].some((image) => image.naturalWidth > 0)")


def test_without_scripts_the_film_plays_and_chapters_are_links(site, film):
    """FILM-09 WEB-01 the browser's own controls"""
    page = site.page(f"/watch/{film['season']}", viewport=DESK, java_script_enabled=False)
    expect(page.locator("film-player video")).to_have_attribute("controls", "")
    expect(page.locator("[data-toggle]")).to_be_hidden()
    page.locator("[data-list] a[data-slot='2']").click()
    expect(page).to_have_url(re.compile(r"\?slot=2$"))
    expect(page.locator("film-player video")).to_have_attribute("src", re.compile(r"#t=\d"))


def test_a_season_that_is_not_finished_says_so(site, clips):
    """FILM-09 no film yet, and the way to the film so far"""
    page = site.page("/watch/1", viewport=DESK)
    expect(page.get_by_role("heading", name="Not finished yet")).to_be_visible()
    expect(page.get_by_role("link", name="Watch the film so far")).to_have_attribute("href", "/story?season=1")
    site.allow("404")
    assert page.goto("/watch/9999").status == 404
