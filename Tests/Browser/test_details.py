"""Small things that people stumble over: late fonts, hints, texts that are cut, pictures that give way to a finger."""

import secrets
from urllib.parse import urlsplit

from playwright.sync_api import expect

from conftest import DESK, PHONE, SHIFTS, announced, comes_true, ready, until

# Two frames, so that what a change has moved is measured, and a task, in which the browser reports it.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"


def test_late_fonts_move_nothing(site):
    """WEB-02 text has its place before its font is there: it is laid out in the measures of the font"""
    held = []
    for size in (PHONE, DESK):
        page = site.context(viewport=size).new_page()
        page.add_init_script(SHIFTS)
        page.route("**/*.woff2", lambda route: held.append(route))
        for path in ("/", "/story?slot=1", "/terms", "/about"):
            held.clear()
            # Neither the page's load nor its fonts are waited for: both wait for what is held.
            page.goto(path, wait_until="domcontentloaded")
            comes_true(page, lambda: len(held) >= 2, "both fonts are asked for")
            until(page, "() => document.querySelector('h1').getBoundingClientRect().width > 0")
            page.evaluate(DRAWN)
            assert page.evaluate("document.fonts.status") == "loading"
            place = "() => [...document.querySelectorAll('h1, h2, h3, p, .btn')].map((one) => one.getBoundingClientRect().height)"
            before = page.evaluate(place)
            for route in held:
                route.continue_()
            until(page, "() => document.fonts.status === 'loaded'")
            page.evaluate(DRAWN)
            # What became of each text says where to look when this fails.
            changed = [pair for pair in zip(before, page.evaluate(place), strict=False) if abs(pair[0] - pair[1]) > 1]
            assert page.evaluate("window.shifted") <= 0.02, (path, size["width"], changed)


def test_hint_comes_once(arena):
    """VOTE-01 WEB-02 the button says what it does until the first vote, and what it does not say is said once"""

    def change(body):
        body["clips"] = [{**clip, "hasVoted": False} for clip in body["clips"]]

    page = arena(change, viewport=PHONE, has_touch=True)
    word, note = page.locator("[data-vote-word]"), page.locator("[data-stage-note]")
    expect(word).to_have_text("Vote")
    page.locator("[data-vote]").tap()
    expect(note).to_have_text("A double tap also votes.")
    announced(page, "Voted for")
    expect(word).not_to_have_text("Vote")
    expect(note).to_have_text("")
    page.keyboard.press("j")
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "false")
    page.locator("[data-vote]").tap()
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "true")
    announced(page, "Voted for")
    expect(note).to_have_text("")


def test_press_before_the_script_counts(site):
    """VOTE-01 WEB-02 on a slow line the button is there before the module; a press is for the take that is on the screen.
    The feed is asked meanwhile, so that the vote is the first exchange after the module, and nothing is asked twice."""
    agent = f"Mozilla/5.0 (Android 14) press {secrets.token_hex(4)} Chrome/120"
    page = site.context(viewport=PHONE, has_touch=True, user_agent=agent).new_page()
    held, asked = [], []
    page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
    page.route("**/js/dashboard.js", lambda route: held.append(route))
    page.goto("/dashboard", wait_until="commit")
    vote, title = page.locator("[data-vote]"), page.locator("[data-first] h1").text_content()
    vote.tap()
    expect(vote).to_have_attribute("aria-busy", "true")
    comes_true(page, lambda: held, "the module is asked for")
    reads = ["GET /api/vote", "GET /api/auth/session", "GET /api/features"]
    comes_true(page, lambda: set(reads) <= set(asked), "what the module reads first is asked for")
    held[0].continue_()
    announced(page, f"Voted for {title}")
    counts = {one: asked.count(one) for one in [*reads, "POST /api/vote", "GET /api/csrf", "GET /api/story"]}
    assert counts == {**dict.fromkeys([*reads, "POST /api/vote"], 1), "GET /api/csrf": 0, "GET /api/story": 0}
    expect(vote).to_have_attribute("aria-pressed", "true")
    # Once the module listens, a press is one vote and not two. A key, since a second tap soon after the first does nothing.
    vote.press("Enter")
    announced(page, "Vote undone")
    expect(vote).to_have_attribute("aria-pressed", "false")


def test_arena_is_loaded_ahead(site):
    """WEB-01 on a phone while the visitor reads, on a desk once the pointer comes to the link; not where data are saved"""
    asked = []
    parts = {"/dashboard", "dashboard.js", "dashboard.css"}
    known = lambda: {path if path == "/dashboard" else path.rsplit("/", 1)[1] for path in asked} & parts  # noqa: E731
    for size, saves in ((PHONE, False), (DESK, False), (PHONE, True)):
        asked.clear()
        page = site.context(viewport=size, has_touch=size is PHONE).new_page()
        if saves:
            page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        page.goto("/")
        link = page.get_by_role("link", name="Vote now").first
        if size is PHONE and not saves:
            comes_true(page, lambda: known() == parts, "the arena's parts are asked for")
            continue
        page.evaluate(DRAWN)
        assert known() == set()
        link.hover()
        if saves:
            page.evaluate(DRAWN)
            assert known() == set()
        else:
            comes_true(page, lambda: known() == parts, "the arena's parts are asked for")


def test_pill_keeps_its_width(site):
    """WEB-01 the hour that the server writes and the countdown take the same room"""
    page = site.page("/about", viewport=DESK)
    ready(page)
    widths = page.locator("[data-onair]").first.evaluate("""(pill) => {
        const time = pill.querySelector("time");
        return ["06:52 UTC", "00:01:29", "0:59"].map((text) => {
            time.textContent = text;
            return pill.getBoundingClientRect().width;
        });
    }""")
    assert max(widths) - min(widths) < 1, widths


def test_story_on_a_desk_uses_its_room(site):
    """WEB-01 FILM-11 a title is cut only where there is no room, and a season's state is beside its name"""
    page = site.page("/story?slot=1", viewport=DESK)
    ready(page)
    free = page.locator(".story__cast [data-cast] a").evaluate_all("""(links) => links.map((link) => {
        const [words, votes] = [link.querySelector(".grow"), link.lastElementChild];
        return votes.getBoundingClientRect().left - words.getBoundingClientRect().right;
    })""")
    assert free and max(free) <= 16, free
    for season in page.locator(".story__side [data-seasons] li .row").all():
        name, state = season.locator("b").bounding_box(), season.locator(".badge").bounding_box()
        assert state["y"] < name["y"] + name["height"] and name["y"] < state["y"] + state["height"]
    # However long a name is, it stays in its panel.
    room = page.locator(".story__side").evaluate("""(panel) => {
        panel.querySelector("[data-seasons] b").textContent = "A season with a name of many words";
        return panel.clientWidth - parseFloat(getComputedStyle(panel).paddingRight)
            - panel.querySelector("[data-seasons] a").getBoundingClientRect().right;
    }""")
    assert room >= 0, room
    # A finger's way on a phone is seen on the picture.
    page = site.context(viewport=PHONE, has_touch=True).new_page()
    page.goto("/story?slot=1")
    ready(page)
    moved = "() => document.querySelector('[data-frame] > .frame__poster').getBoundingClientRect().top"
    rest = page.evaluate(moved)
    finger = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [500]), ("touchMove", [470]), ("touchEnd", [])):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 150, "y": y} for y in points]})
        if kind == "touchMove":
            until(page, f"(rest) => ({moved})() < rest - 5", rest)
    until(page, f"(rest) => Math.abs(({moved})() - rest) < 1", rest)


def test_words_before_a_season_come_once_and_are_read_in_any_colours(site):
    """WEB-02 FILM-11 not on a reload; where the system chooses the colours, they are its own"""
    page = site.context(viewport=PHONE, has_touch=True, forced_colors="active").new_page()
    page.add_init_script("""new MutationObserver(() => {
        const card = document.querySelector(".title-card");
        if (!card) return;
        const { color, backgroundColor } = getComputedStyle(card);
        window.card ??= [color, backgroundColor];
    }).observe(document, { subtree: true, childList: true });""")
    page.goto("/story")
    until(page, "() => window.card")
    colour, ground = page.evaluate("window.card")
    assert colour != ground, (colour, ground)
    page.reload()
    ready(page)
    until(page, "() => document.querySelector('film-player[data-ready]')")
    assert page.evaluate("window.card") is None


def test_nothing_overlaps_without_scripts(site):
    """WEB-01 the first take's words and the round's state are apart"""
    page = site.page("/dashboard", java_script_enabled=False, viewport=PHONE)
    head = page.locator(".deck .frame__head").bounding_box()
    for part in page.locator(".deck .frame__foot > *").all():
        box = part.bounding_box()
        assert box["y"] >= head["y"] + head["height"] or box["y"] + box["height"] <= head["y"], part.text_content()
