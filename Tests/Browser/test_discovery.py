"""Browsing takes, the page of one take, and what other sites show of it."""

import re
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote
from xml.etree import ElementTree

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, comes_true, judge, ready, until
from ports import free_port

SIZES = {"390": PHONE, "1440": DESK}
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module", autouse=True)
def many(run, chromium, url):
    """So many clips that there is a second page, with the files of another one."""
    mark = secrets.token_hex(4)
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute(
            """
            insert into tournament_clips (
                user_id, title, genre, rights_confirmed_at, status, processing, video_key, poster_key, has_thumbnail,
                blurhash, width, height, duration_ms, activated_at
            )
            select user_id, 'Spare ' || number || ' ' || %s, genre, now(), 'eliminated', 'ready', video_key, poster_key,
                has_thumbnail, blurhash, width, height, duration_ms, now() - interval '1 year'
            from (select * from tournament_clips where status = 'locked' limit 1) one
            cross join generate_series(1, 30) number
            """,
            (mark,),
        )
        # What was kept of the list is out of date, as after a decision of an admin.
        connection.execute("select announce_change('clips', 'test')")
        context = chromium.new_context(base_url=url)
        page = context.new_page()
        comes_true(page, lambda: page.request.get("/api/discover").json()["nextCursor"], "there is a second page")
        context.close()
        yield
        connection.execute("delete from tournament_clips where title like 'Spare %% ' || %s", (mark,))
        connection.execute("select announce_change('clips', 'test')")


def find(page, query):
    """The first clip that a search finds."""
    return page.request.get(f"/api/discover?limit=1&{query}").json()["clips"][0]


def find_winner(page):
    """The first winner of the running season, and the number of that. Other tests make finished seasons, without rounds."""
    story = next(one for one in page.request.get("/api/story").json()["seasons"] if one["slots"][0]["winner"])
    return story["slots"][0]["winner"], story["number"]


@pytest.mark.parametrize("size", SIZES)
def test_discover(site, axe, shots, size):
    """CLIP-06 WEB-02 search, genres, status, further pages, nothing found; in both themes"""
    page = site.page("/discover", viewport=SIZES[size], has_touch=size == "390")
    takes = page.locator("[data-takes] > li")
    expect(takes).to_have_count(24)
    judge(page, axe, shots, f"discover-{size}")
    more = page.get_by_role("link", name="Load more")
    more.click()
    until(page, "() => document.querySelectorAll('[data-takes] > li').length > 24")
    links = takes.locator("h2 a").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    assert len(set(links)) == len(links)

    clip = find(page, "status=locked")
    word = max(re.findall(r"\w+", clip["title"]), key=len)
    page.get_by_label("Search takes").fill(word[:-1] if len(word) > 3 else word)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/discover\?q="))
    expect(takes.filter(has_text=clip["title"]).first).to_be_visible()
    with page.expect_navigation():
        page.get_by_label("Status").select_option(label="In the film")
    assert "status=locked" in page.url and "sort=" not in page.url
    with page.expect_navigation():
        page.get_by_role("navigation", name="Genres").get_by_role("link", name=re.compile(clip["genre"])).click()
    expect(page.locator('[aria-current="true"]').filter(has_text=clip["genre"])).to_be_visible()
    expect(takes.filter(has_text=clip["title"]).first).to_be_visible()

    page.goto(f"/discover?q={secrets.token_hex(8)}")
    expect(page.get_by_role("heading", name="No takes found")).to_be_visible()
    judge(page, axe, shots, f"discover-empty-{size}")
    page.get_by_role("link", name="Show all takes").click()
    expect(takes).to_have_count(24)


def test_discover_without_scripts(site):
    """CLIP-06 WEB-01 reading, searching and further pages need no script"""
    page = site.page("/discover", java_script_enabled=False)
    first = page.locator("[data-takes] h2 a").first.text_content()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("[data-takes] > li").first).to_be_visible()
    assert page.locator("[data-takes] h2 a").first.text_content() != first
    page.get_by_role("link", name="First page").click()
    expect(page.locator("[data-takes] h2 a").first).to_have_text(first)
    page.get_by_label("Status").select_option(label="In the film")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("[data-takes] .badge").first).to_contain_text("Won slot")
    page.locator("[data-takes] h2 a").first.click()
    expect(page.locator("video[controls]")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_clip(site, axe, shots, size):
    """CLIP-06 SOC-04 WEB-02 a take in the race and a winner; in both themes"""
    page = site.context(viewport=SIZES[size], has_touch=size == "390").new_page()
    live = find(page, "status=active")
    page.goto(f"/clip/{live['id']}")
    expect(page.get_by_role("heading", name=live["title"], level=1)).to_be_visible()
    expect(page.get_by_text(f"LIVE in slot {live['slot']}")).to_be_visible()
    page.get_by_text("Embed this take").click()
    code = page.locator("#embed-code")
    assert f"/embed/clip/{live['id']}" in code.input_value()
    judge(page, axe, shots, f"clip-live-{size}")
    # The page's own player: keys beside the picture, and nothing loads before it is asked for.
    assert page.locator("video").evaluate("(video) => !video.controls && video.paused && video.loop")
    expect(page.get_by_role("button", name="CC, captions")).to_be_hidden()
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "() => document.querySelector('film-player').position > 0.2")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("slider", name="Position").press("Home")
    expect(page.get_by_role("slider", name="Position")).to_have_attribute("aria-valuenow", "0")
    page.evaluate("() => { navigator.share = async (what) => { window.shared = what; }; }")
    page.get_by_role("button", name="Share").click()
    until(page, "() => window.shared !== undefined")
    assert page.evaluate("window.shared.url").endswith(f"/clip/{live['id']}")
    page.get_by_role("link", name="Vote for this take").click()
    page.wait_for_url("**/dashboard*")
    ready(page)
    expect(page.locator('[data-deck] > .frame[data-place="0"] h1')).to_have_text(live["title"])

    winner, _ = find_winner(page)
    page.goto(f"/clip/{winner['id']}")
    expect(page.get_by_role("link", name="Watch it in the film")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("Won")
    judge(page, axe, shots, f"clip-won-{size}")
    page.get_by_role("link", name="Watch it in the film").click()
    expect(page.locator("[data-frame] h1")).to_have_text(winner["title"])


def test_clip_that_is_not_public(site, run, axe, shots, admin):
    """CLIP-06 a take that waits is there for admins with a note; one that was removed is gone, with a page that says so"""
    site.allow(r"Failed to load resource.*(404|410)")
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        waiting, gone = [
            connection.execute(
                """
                insert into tournament_clips (
                    user_id, title, genre, rights_confirmed_at, status, rejection_reason, processing, video_key,
                    poster_key, width, height, duration_ms, activated_at
                )
                select user_id, title, genre, now(), %s, %s, 'ready', video_key, poster_key, width, height, duration_ms, %s
                from tournament_clips
                where status = 'active'
                limit 1
                returning id
                """,
                values,
            ).fetchone()[0]
            for values in [("pending", None, None), ("rejected", "Rights", "2026-01-01")]
        ]
        try:
            page = site.page(f"/clip/{waiting}", storage_state=admin, viewport=PHONE)
            expect(page.get_by_text("Only its creator and the admins can see this take.")).to_be_visible()
            judge(page, axe, shots, "clip-waiting-390")
            page.context.clear_cookies()
            assert page.goto(f"/clip/{waiting}").status == 404
            assert page.goto(f"/clip/{gone}").status == 410
            expect(page.get_by_role("heading", name="This take is gone")).to_be_visible()
            judge(page, axe, shots, "clip-gone-390")
        finally:
            connection.execute("delete from tournament_clips where id = any (%s)", ([waiting, gone],))


def test_embeds(site, url, axe, shots):
    """WEB-07 a take and a film may be framed by other sites, play when pressed and store nothing; no other page may be"""
    context = site.context(viewport={"width": 405, "height": 720})
    page = context.new_page()
    clip, season = find_winner(page)
    for path, allowed in [(f"/embed/clip/{clip['id']}", "*"), (f"/embed/film/{season}", "*"), ("/about", "'none'")]:
        policy = page.request.get(path).headers["content-security-policy"]
        assert re.search(r"frame-ancestors ([^;]+)", policy)[1] == allowed, path
    page.goto(f"/embed/clip/{clip['id']}")
    player, video = page.locator("film-player[data-ready]"), page.locator("video")
    expect(player).to_be_attached()
    assert video.count() == 3 or video.count() == 1
    assert video.first.evaluate("(video) => video.paused && video.preload === 'none' && video.readyState === 0")
    assert page.get_by_role("link").get_attribute("href") == f"{url}/clip/{clip['id']}"
    axe(page)
    shots.of(page, "embed-405.png")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "() => document.querySelector('film-player').position > 0.2")
    page.get_by_role("button", name="Pause", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    loaded = []
    page.on("request", lambda request: loaded.append(request.url) if request.url.endswith(".mp4") else None)
    page.goto(f"/embed/film/{season}")
    expect(player).to_be_attached()
    shots.of(page, "embed-film-405.png")
    takes = page.locator("[data-takes] a").count()
    assert takes > 1 and loaded == [], "nothing is loaded before it is played"
    page.get_by_role("button", name="Next slot").click()
    page.get_by_role("button", name="Turn sound off").click()
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "() => document.querySelector('film-player').index === 1 && document.querySelector('film-player').position > 0")
    page.evaluate("() => { const player = document.querySelector('film-player'); player.seek(player.film.seconds - 0.4); }")
    # After the last one it waits at the first.
    until(page, "() => document.querySelector('film-player').index === 0 && document.querySelector('film-player').isPaused")
    page.goto("/embed/comparison/something-that-glows")
    expect(page.locator("[data-compared][data-ready]")).to_be_attached()
    assert page.evaluate("[...document.querySelectorAll('video')].every((video) => video.paused && video.readyState === 0)")
    axe(page)
    shots.of(page, "embed-comparison-405.png")
    page.get_by_role("button", name="Play all").click()
    until(page, "() => document.querySelector('[data-compared]').synced.position > 0.2")
    page.get_by_role("button", name="Pause all").click()
    assert context.cookies() == []
    # The theme, the intro, the tour and the answer about cookies are put there by the tests themselves.
    stored = page.evaluate("() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(stored) <= {"cookies", "intro", "theme", "tour"}


@pytest.fixture
def elsewhere():
    """Another site, by another name: pages that a test writes."""
    pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}", pages
    server.shutdown()
    thread.join()
    server.server_close()


def test_embeds_on_another_site(site, url, shots, elsewhere):
    """WEB-07 SOC-04 what oEmbed gives plays in the frame of another site, by pointer and keys; no other page shows in one"""
    other, pages = elsewhere
    page = site.context(viewport=DESK, locale="en").new_page()
    clip, season = find_winner(page)
    frames = [
        page.request.get(f"/oembed?maxheight=400&url={quote(f'{url}{path}', safe='')}").json()["html"]
        for path in (f"/clip/{clip['id']}", f"/story?season={season}")
    ]
    about = f'<iframe src="{url}/about" title="about"></iframe>'
    pages["/post"] = f"<!doctype html><title>A post</title><h1>A post</h1>{''.join(frames)}{about}"
    site.allow("frame-ancestors|Refused to frame|Framing|Failed to load resource: the server responded with a status of 404")
    page.goto(f"{other}/post")
    shown = [page.frame_locator("iframe").nth(number) for number in range(2)]
    for frame in shown:
        expect(frame.locator("film-player[data-ready]")).to_be_attached()
    shown[0].get_by_role("button", name="Play", exact=True).click()
    inside = [next(one for one in page.frames if f"/embed/{kind}/" in one.url) for kind in ("clip", "film")]
    position = "() => document.querySelector('film-player').position"
    comes_true(page, lambda: inside[0].evaluate(position) > 0.2, "the take plays")
    shown[0].get_by_role("button", name="Pause", exact=True).press("Enter")
    shown[1].get_by_role("button", name="Next slot").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("k")
    comes_true(page, lambda: inside[1].evaluate(position) > 0, "the film plays")
    comes_true(page, lambda: inside[1].evaluate("() => document.querySelector('film-player').index") == 1, "its second slot")
    shots.of(page, "embeds-elsewhere-1440.png")
    # Nothing is stored for either site, and the frame that is refused shows nothing of ours.
    assert page.context.cookies() == []
    assert not any("/about" in one.url and one.title() for one in page.frames)
    with page.expect_popup() as opened:
        shown[0].get_by_role("link").click()
    opened.value.wait_for_url(f"{url}/clip/{clip['id']}")


def test_what_programs_read(site, url):
    """SOC-04 WEB-04 WEB-07 oEmbed is found from a take's page; feed and sitemaps are XML that names pages which exist"""
    page = site.page("/discover?status=locked")
    page.locator("[data-takes] h2 a").first.click()
    page.wait_for_url(re.compile("/clip/"))
    address = page.locator('link[type="application/json+oembed"]').get_attribute("href")
    answer = page.request.get(address + "&maxwidth=300").json()
    assert answer["type"] == "video" and answer["width"] == 300 and page.url.split("/")[-1] in answer["html"]
    assert page.request.get(answer["thumbnail_url"]).status == 200
    assert page.request.get(f"/oembed?format=xml&url={quote(page.url, safe='')}").status == 501
    structured = page.locator('script[type="application/ld+json"]').evaluate("(element) => JSON.parse(element.textContent)")
    assert structured["@type"] == "VideoObject"
    assert page.request.get(structured["contentUrl"], headers={"Range": "bytes=0-99"}).status == 206

    feed = ElementTree.fromstring(page.request.get("/feed.atom").body())
    assert feed.tag == f"{ATOM}feed" and feed.find(f"{ATOM}updated").text and feed.find(f"{ATOM}id").text
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) > 0 and len({entry.find(f"{ATOM}id").text for entry in entries}) == len(entries)
    for entry in entries:
        assert all(entry.find(f"{ATOM}{name}") is not None for name in ["title", "updated", "author", "summary"])
        [enclosure] = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "enclosure"]
        assert enclosure.get("type") == "video/mp4"
    assert page.request.head(enclosure.get("href")).status == 200

    index = ElementTree.fromstring(page.request.get("/sitemap.xml").body())
    assert index.tag == f"{MAP}sitemapindex"
    parts = [place.text for place in index.iter(f"{MAP}loc")]
    assert all(part.startswith(url) for part in parts) and len(parts) > 1
    named = []
    for part in parts:
        urls = ElementTree.fromstring(page.request.get(part).body())
        assert urls.tag == f"{MAP}urlset"
        named += [place.text for place in urls.iter(f"{MAP}loc")]
    assert page.url in named and len(set(named)) == len(named)
    for path in [named[0], next(one for one in named if "/clip/" in one)]:
        assert page.request.get(path).status == 200


def test_first_tab(site):
    """WEB-02 on a phone the first tab leads to the vote, and to the film once the season is complete"""
    page = site.context(viewport=PHONE, has_touch=True).new_page()
    tab = page.get_by_role("navigation", name="Main, phone").get_by_role("link").first
    page.goto("/about")
    expect(tab).to_have_text("Vote")

    def complete(route):
        story = route.fetch().json()
        for season in story["seasons"]:
            season.update(status="finished", round=None)
        route.fulfill(json=story)

    page.route("**/api/story", complete)
    page.goto("/contact")
    expect(tab).to_have_text("Story")
    tab.click()
    page.wait_for_url("**/story")
