"""What the arena says when votes are limited, closed or lost; its ring, its heavier votes, its keys from first to last."""

import re

import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, comes_true, double_tap, ready, until


def current(page):
    return page.locator('[data-deck] > .frame[data-place="0"] h1')


def refuse(page, status, code):
    """Answers every vote with a problem; what was sent is gathered."""
    sent = []

    def answer(route):
        sent.append(route.request.post_data_json)
        route.fulfill(status=status, content_type="application/problem+json",
                      json={"type": "about:blank", "title": "Refused", "status": status, "code": code, "detail": "No."})

    page.route("**/api/vote", answer)
    return sent


RING = [(0, 1, "#5b9bff"), (49, 1, "#5b9bff"), (50, 2, "#3cf2ff"), (99, 2, "#3cf2ff"), (100, 3, "#43dd9a"),
        (149, 3, "#43dd9a"), (150, 4, "#ffc857"), (199, 4, "#ffc857")]  # fmt: skip


@pytest.mark.parametrize(("spent", "ring", "colour"), RING)
def test_ring_fills_with_the_day(arena, spent, ring, colour):
    """GAME-05 blue, cyan, green and gold by quarters of the day's 200"""

    def change(body):
        body["totalVotesToday"] = spent
        body["remainingVotes"]["standard"] = 200 - spent

    page = arena(change)
    vote = page.locator("[data-vote]")
    expect(vote).to_have_attribute("data-ring", str(ring))
    line = page.locator("[data-vote] circle").nth(1)
    expect(line).to_have_attribute("stroke-dasharray", f"{spent} 200")
    shade = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    assert line.evaluate("(circle) => getComputedStyle(circle).stroke") == f"rgb{shade}"


def test_vote_shows_before_the_answer_and_goes_back_with_it(arena, site):
    """VOTE-06 WEB-02"""
    site.allow("Failed to load resource")
    held = []
    page = arena()
    page.route("**/api/vote", lambda route: held.append(route))
    vote = page.locator("[data-vote]")
    # What the button does, until there is a first vote; then how many there are.
    expect(page.locator("[data-vote-word]")).to_have_text("Vote")
    before = int((re.search(r"(\d+) votes?$", vote.get_attribute("aria-label")) or [0, 0])[1])
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-vote] use")).to_have_attribute("href", "#i-check")
    expect(page.locator("[data-spent]")).to_have_text("1")
    expect(page.locator("[data-vote-word]")).to_have_text(str(before + 1))
    expect(vote).to_have_attribute("aria-busy", "true")
    comes_true(page, lambda: held, "the vote is sent")
    held[0].fulfill(status=503, json={"title": "No", "status": 503, "code": "unavailable", "detail": "No."})
    expect(vote).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-spent]")).to_have_text("0")
    expect(page.locator("[data-vote-word]")).to_have_text("Vote")
    expect(page.get_by_role("alert")).to_contain_text("so it was not counted.")


@pytest.fixture
def voted(arena):
    """An arena in which the first take has been voted for; `story` answers how many votes there are, first 1,234."""

    def open_arena(story):
        voted = []

        def change(body):
            # A request that a test passes on has fewer headers, and is another voter's to the site.
            body["votedClipIds"] = voted
            for clip in body["clips"]:
                clip["hasVoted"] = clip["id"] in voted

        page = arena(change, setup=lambda page: page.route("**/api/story", story), viewport=DESK)
        total, vote = page.locator('[data-fact="votes"]'), page.locator("[data-vote]")
        expect(total).to_have_text("1,234")
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok) as cast:
            vote.click()
            expect(total).to_have_text("1,235")
        voted.append(cast.value.request.post_data_json["clipId"])
        expect(vote).not_to_have_attribute("aria-busy", "true")
        return page, total, vote

    return open_arena


def tell(route, votes, **changes):
    """Answers a reading of the story."""
    body = route.fetch().json()
    for season in body["seasons"]:
        season.update(changes)
        if season["round"]:
            season["round"]["votes"] = votes
    route.fulfill(json=body)


def test_the_votes_of_the_round_include_the_own_vote_at_once(voted, site):
    """VOTE-06 WEB-02: the panel's total follows the vote, its undoing and a refusal, and an old answer takes nothing."""
    site.allow("Failed to load resource")
    told = [1234]
    page, total, vote = voted(lambda route: tell(route, told[0]))

    def read_again():
        with page.expect_response("**/api/story"):
            page.keyboard.press("ArrowUp")

    # Out of a cache, as before; then anew, with this vote and another.
    read_again()
    expect(total).to_have_text("1,235")
    told[0] = 1236
    read_again()
    expect(total).to_have_text("1,236")
    expect(vote).to_have_attribute("aria-pressed", "true")
    vote.click()
    expect(total).to_have_text("1,235")
    expect(vote).not_to_have_attribute("aria-busy", "true")
    refuse(page, 503, "unavailable")
    vote.click()
    expect(page.get_by_role("alert")).to_contain_text("so it was not counted.")
    expect(total).to_have_text("1,235")


def test_concurrent_reads_subtract_the_own_vote_once(voted):
    """VOTE-06 WEB-02: of readings that are under way together the last one counts, in any order of the answers."""
    held, is_holding = [], []
    page, total, _ = voted(lambda route: held.append(route) if is_holding else tell(route, 1234))
    is_holding.append(True)

    def two_readings():
        held.clear()
        for number in (1, 2):
            page.keyboard.press("ArrowUp")
            comes_true(page, lambda number=number: len(held) == number, f"reading {number} is under way")
        return held

    def season(number):
        """The number of the season shows that an answer has been read to its end."""
        expect(page.locator("[data-season-number]")).to_have_text(f"Season {number}")

    first, second = two_readings()
    tell(first, 1235, number=71)
    season(71)
    tell(second, 1236, number=72)
    season(72)
    expect(total).to_have_text("1,236")

    first, second = two_readings()
    tell(second, 1238, number=73)
    season(73)
    expect(total).to_have_text("1,238")
    tell(first, 1237, number=74)
    season(74)
    expect(total).to_have_text("1,238")


def test_menu_of_weights_by_mouse_and_by_key(arena, site, member):
    """VOTE-03 holding the button and the menu key open it; the heavier vote is sent"""

    site.allow("Failed to load resource")

    def change(body):
        body["remainingVotes"].update(super=1, mega=0)

    page = arena(change, storage_state=member)
    sent = refuse(page, 409, "super_used")
    vote, menu = page.locator("[data-vote]"), page.get_by_role("menu")
    box = vote.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    page.mouse.down()
    expect(menu).to_be_visible()
    page.mouse.up()
    expect(menu).to_be_visible()
    assert sent == [], "holding is no vote"
    expect(menu.get_by_role("menuitem", name="Mega vote")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(vote).to_be_focused()
    for key in ("ContextMenu", "Shift+F10"):
        page.keyboard.press(key)
        expect(menu).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
    page.keyboard.press("ContextMenu")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Super vote")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You have already used your super vote in this slot.")
    assert [body.get("voteType") for body in sent] == ["super"]


def test_heavier_votes_are_for_members(arena):
    """VOTE-03"""
    page = arena()
    page.locator("[data-vote]").click(button="right")
    menu = page.get_by_role("menu")
    for name in ("Super vote", "Mega vote"):
        item = menu.get_by_role("menuitem", name=name)
        expect(item).to_be_disabled()
        expect(item).to_contain_text("Members only")


def test_no_menu_without_heavier_votes(arena, member):
    """VOTE-03 FLAG-01"""
    page = arena(features={"power_votes_enabled": False}, storage_state=member)
    vote = page.locator("[data-vote]")
    expect(vote).not_to_have_attribute("aria-haspopup", "menu")
    vote.click(button="right")
    vote.press("ContextMenu")
    expect(page.locator("[data-power]")).to_be_hidden()
    expect(page.locator("[data-power-status]")).to_be_hidden()


def test_voting_is_off(arena, axe, shots):
    """VOTE-09 FLAG-01"""
    page = arena(features={"voting_enabled": False})
    expect(page.get_by_role("button", name="Voting is switched off")).to_be_disabled()
    expect(page.locator("[data-vote-word]")).to_have_text("Voting off")
    shots.of(page, "dashboard-voting-off.png")
    axe(page)


def test_members_only(arena, axe, site):
    """VOTE-09 a visitor is led to the sign-in before a vote is lost"""
    page = arena(features={"require_auth_voting": True}, viewport=PHONE, has_touch=True)
    way = page.get_by_role("button", name="Sign in to vote")
    expect(page.locator("[data-vote-word]")).to_have_text("Sign in")
    axe(page)
    way.click()
    expect(page).to_have_url(f"{site.url}/sign-in?next=/dashboard")


REFUSALS = {
    "auth_required": (401, "Only members can vote at the moment.", "Sign in to vote"),
    "feature_off": (403, "Voting is switched off at the moment.", "Voting is switched off"),
    "banned": (403, "Your account is banned from voting.", "Vote"),
    "own_clip": (403, "You cannot vote for your own take.", "Your own take"),
    "daily_limit": (429, "Daily limit reached.", "Vote"),
    "round_over": (409, "The round closed before your vote arrived", "Vote"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_refused_vote(arena, site, code):
    """VOTE-09 VOTE-02 VOTE-07 a flag that is turned meanwhile, and every other no: taken back, with its reason"""
    site.allow("Failed to load resource")
    status, words, name = REFUSALS[code]
    page = arena()
    refuse(page, status, code)
    vote = page.locator("[data-vote]")
    vote.click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(vote).to_have_attribute("aria-pressed", "false")
    expect(vote).to_have_accessible_name(re.compile(f"^{name}"))


def test_captcha_that_the_site_lacks(arena, site):
    """VOTE-09"""
    site.allow("Failed to load resource")
    page = arena()
    refuse(page, 403, "captcha_required")
    page.route("**/api/captcha/status", lambda route: route.fulfill(
        json={"required": True, "passed": False, "siteKey": None, "scriptUrl": None}))
    page.locator("[data-vote]").click()
    expect(page.get_by_role("alert")).to_contain_text("Your vote was not counted.")
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "false")


def test_every_take_has_a_vote(arena, axe, shots):
    """WEB-05 FEED-01 the feed is asked again by the timer, and a new take is offered"""
    answers, offered = [], []

    def change(body):
        answers.append(body["clips"])
        # The page may ask more than once before its timer does.
        voted = [{**clip, "hasVoted": True} for clip in answers[0][:2]]
        body["clips"] = voted + [{**clip, "hasVoted": False} for clip in answers[0][2:3] if offered]

    page = arena(change, setup=lambda page: page.clock.install())
    end = page.locator('.vacant[data-place="0"]')
    expect(end.get_by_role("heading", name="That's all for now")).to_be_visible()
    shots.of(page, "dashboard-all-voted.png")
    axe(page)
    asked = len(answers)
    offered.append(True)
    page.clock.run_for(46_000)
    until(page, "() => document.querySelectorAll('[data-queue] button').length === 3")
    assert len(answers) > asked
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "false")


def test_no_connection(arena, axe, site):
    """WEB-05"""
    site.allow("Failed to load resource")
    page = arena(viewport=PHONE, has_touch=True)
    note = page.locator("[data-stage-note]")
    page.context.set_offline(True)
    expect(note).to_have_text("You are offline. Votes are not counted until you are back.")
    axe(page)
    vote = page.locator("[data-vote]")
    vote.click()
    expect(page.get_by_role("alert")).to_contain_text("You are offline. Your vote was not counted.")
    expect(vote).to_have_attribute("aria-pressed", "false")
    page.context.set_offline(False)
    expect(note).to_be_hidden()


def test_pull_to_refresh(arena):
    """FEED-01"""
    answers = []

    def change(body):
        answers.append(body["clips"])
        # Three takes are in the round and a fourth joins it; each answer has one more of them.
        body["clips"] = answers[0][: 1 + len(answers)]
        body["totalClipsInSlot"] = 2 + len(answers)

    page = arena(change, viewport=PHONE, has_touch=True)
    note = page.locator("[data-stage-note]")
    session = page.context.new_cdp_session(page)

    def touch(kind, y=None):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if y is None else [{"x": 150, "y": y}]})

    touch("touchStart", 200)
    touch("touchMove", 220)
    touch("touchMove", 235)
    expect(note).to_have_text("Pull to refresh")
    touch("touchMove", 320)
    expect(note).to_have_text("Release to refresh")
    # The result is shown for a moment only; the clock is stopped so that the test can read it.
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 10_000"))
    touch("touchEnd")
    expect(note).to_have_text("1 new take.")
    page.clock.resume()
    expect(note).to_be_hidden()


def test_double_tap_shows_a_heart(arena, site):
    """WEB-02 VOTE-01"""
    site.allow("Failed to load resource")
    page = arena(viewport=PHONE, has_touch=True, setup=lambda page: page.add_init_script("""
        addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
            for (const change of changes) for (const node of change.addedNodes) {
                if (node.matches?.(".burst")) document.documentElement.dataset.heart = "seen";
            }
        }).observe(document, { childList: true, subtree: true }));"""))
    sent = []
    page.route("**/api/vote", lambda route: sent.append(route))
    double_tap(page, 180, 300)
    expect(page.locator("html")).to_have_attribute("data-heart", "seen")
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "true")
    comes_true(page, lambda: sent, "the vote is sent")
    sent[0].abort()
    expect(page.get_by_role("alert")).to_be_visible()


def test_whole_way_by_keyboard(site, admin):
    """WEB-01 from the page's first focus to vote, undo, next, the menu and on, without a mouse"""
    page = site.context(storage_state=admin).new_page()
    page.goto("/dashboard")
    ready(page)
    vote = page.locator("[data-vote]")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('[data-queue], [data-deck], [data-actions]')?.className ?? ''"))
        if vote.evaluate("(button) => button === document.activeElement"):
            break
    expect(vote).to_be_focused()
    order = [name for at, name in enumerate(seen) if name and seen[at - 1] != name]
    assert order == ["queue", "deck__frames", "actions with-js"], "the order of reading"
    if vote.is_disabled() or vote.get_attribute("aria-pressed") == "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    announced(page, "Voted for")
    expect(vote).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    announced(page, "undone")
    expect(vote).to_have_attribute("aria-pressed", "false")
    title = current(page).text_content()
    page.keyboard.press("ArrowDown")
    expect(current(page)).not_to_have_text(title)
    expect(vote).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(current(page)).to_have_text(title)
    page.keyboard.press("ContextMenu")
    expect(page.locator('[data-weight="standard"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(vote).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('[data-account]')"):
            break
    page.keyboard.press("Enter")
    menu = page.locator("#account-menu")
    expect(menu.get_by_role("link", name="Settings")).to_be_visible()
    for name in ("Notifications", "Profile", "My takes"):
        page.keyboard.press("Tab")
        expect(menu.get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("size", ["390", "1440"])
def test_notes_leave_the_stage_where_it_is(arena, shots, size):
    """WEB-01 a note lies over the stage, off its buttons; the question about storage is not asked there"""
    banned = {"user": {"id": "0198a000-0000-7000-8000-000000000001", "username": "somebody", "avatarUrl": "/icons/none.svg",
                       "isAdmin": False, "isBanned": True, "banReason": "Several accounts."}}  # fmt: skip

    def setup(page):
        page.route("**/api/auth/session", lambda route: route.fulfill(json=banned))
        page.route("**/api/user/appeal", lambda route: route.fulfill(json={"appealedAt": None}))
        # The site knows no such session, and refuses its events.
        page.route("**/api/events/user", lambda route: route.fulfill(status=204))
        page.route("**/icons/none.svg", lambda route: route.fulfill(content_type="image/svg+xml", body="<svg xmlns='http://www.w3.org/2000/svg'/>"))

    options = {"viewport": PHONE, "has_touch": True} if size == "390" else {}
    page = arena(setup=setup, cookies=None, **options)
    note = page.locator(".ban")
    expect(note).to_be_visible()
    expect(page.locator("[data-cookies]")).to_have_count(0)
    shots.of(page, f"dashboard-ban-{size}.png")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the stage was moved"
    box = note.bounding_box()
    for button in page.locator("[data-actions] button").all():
        one = button.bounding_box()
        apart = one["x"] >= box["x"] + box["width"] or one["x"] + one["width"] <= box["x"] \
            or one["y"] >= box["y"] + box["height"] or one["y"] + one["height"] <= box["y"]  # fmt: skip
        assert apart, "the note lies on a button"


def test_a_stream_that_never_opens(arena):
    """RT-01 WEB-05 a proxy keeps the stream to itself: the page asks after a while, and again at intervals"""
    asked = []

    def setup(page):
        page.clock.install()
        # Neither an answer nor an error.
        page.route("**/api/events/round", lambda route: None)

    page = arena(lambda body: asked.append(1), setup=setup)
    before = len(asked)
    # Eight seconds for the stream, three over which the pages of all visitors are spread.
    page.clock.run_for(11_500)
    comes_true(page, lambda: len(asked) > before, "the page asks although nothing came")
    before = len(asked)
    page.clock.run_for(34_000)
    comes_true(page, lambda: len(asked) > before, "it asks again")


# A stream whose events the test sends.
STREAM = """
    window.EventSource = class extends EventTarget {
        constructor(address) {
            super();
            window.streams = [...(window.streams ?? []), address];
            window.say = (name, data) => this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
            setTimeout(() => this.dispatchEvent(new Event("open")));
        }
        close() {}
    };
"""


def counts(page, clips, votes, slot=500):
    season = page.evaluate("JSON.parse(sessionStorage.getItem('arena')).season.id")
    body = {"name": "counts", "version": 1, "seasonId": season, "slot": slot, "votes": votes, "clips": clips}
    page.evaluate("(body) => window.say('counts', body)", body)


@pytest.fixture
def streamed(arena):
    """An arena whose stream the test sends, with the clock in the test's hand, and its first two takes."""
    kept = []

    def change(body):
        kept[:] = [clip["id"] for clip in body["clips"]]

    def setup(page):
        page.clock.install()
        page.add_init_script(STREAM)

    page = arena(change, setup=setup, viewport=DESK)
    first = page.evaluate("JSON.parse(sessionStorage.getItem('arena')).at")
    return page, first, next(clip for clip in kept if clip != first)


def label(page):
    return page.locator("[data-vote]")


def test_counts_move_while_one_watches(streamed):
    """RT-01 counts of the stream show at once, on the take, beside it, and on the next one; none of another round do"""
    page, first, second = streamed
    assert page.evaluate("window.streams") == ["/api/events/round"], "one stream"
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/vote" in request.url else None)
    counts(page, [{"id": first, "voteCount": 40, "weightedScore": 77}, {"id": second, "voteCount": 5, "weightedScore": 6}], 4321)
    expect(label(page)).to_have_attribute("aria-label", "Vote, 77 votes")
    expect(page.locator('[data-fact="votes"]')).to_have_text("4,321")
    counts(page, [{"id": first, "voteCount": 1, "weightedScore": 1}], 1, slot=499)
    expect(label(page)).to_have_attribute("aria-label", "Vote, 77 votes")
    assert not asked, "nothing was fetched for it"


def test_counts_that_are_older_than_ones_own_vote(streamed):
    """RT-01 VOTE-06 counts from before the vote do not take it off again; those that hold it come in their turn"""
    page, first, _ = streamed
    counts(page, [{"id": first, "voteCount": 10, "weightedScore": 10}], 100)
    expect(label(page)).to_have_attribute("aria-label", "Vote, 10 votes")
    held = []
    page.route("**/api/vote", lambda route: held.append(route))
    label(page).click()
    expect(label(page)).to_have_attribute("aria-label", "Undo your vote, 11 votes")
    expect(page.locator('[data-fact="votes"]')).to_have_text("101")
    # On its way: what the stream says is from before.
    counts(page, [{"id": first, "voteCount": 10, "weightedScore": 10}], 100)
    expect(label(page)).to_have_attribute("aria-label", "Undo your vote, 11 votes")
    comes_true(page, lambda: held, "the vote is sent")
    held[0].fulfill(json={
        "success": True, "clipId": first, "newScore": 12, "totalVotesToday": 1,
        "remainingVotes": {"standard": 199, "super": 0, "mega": 0}})  # fmt: skip
    announced(page, "Voted for")
    expect(label(page)).to_have_attribute("aria-label", "Undo your vote, 12 votes")
    # Just answered: a message that was read before may still arrive.
    counts(page, [{"id": first, "voteCount": 11, "weightedScore": 11}], 101)
    page.clock.run_for(1_000)
    expect(label(page)).to_have_attribute("aria-label", "Undo your vote, 12 votes")
    # The one that holds the vote and another's replaces it, and shows when there can be no doubt.
    counts(page, [{"id": first, "voteCount": 13, "weightedScore": 13}], 103)
    page.clock.run_for(4_000)
    expect(label(page)).to_have_attribute("aria-label", "Undo your vote, 13 votes")
    expect(page.locator('[data-fact="votes"]')).to_have_text("103")
    # From then on at once.
    counts(page, [{"id": first, "voteCount": 15, "weightedScore": 15}], 105)
    expect(label(page)).to_have_attribute("aria-label", "Undo your vote, 15 votes")


def test_pages_ask_again_at_moments_of_their_own(site):
    """RT-01 after an event a page asks within three seconds, when is up to chance, and once for all events of that time"""
    page = site.context().new_page()
    page.add_init_script("""
        Math.random = () => 0.5;
        window.events = 0;
        document.addEventListener("dailies:slot", () => { window.events += 1; });
    """)
    page.clock.install()
    streams, asked = [], []
    page.route("**/api/events/slot", lambda route: streams.append(route))
    page.on("request", lambda request: asked.append(request.url.endswith("/api/story")))
    page.goto("/about")
    ready(page)
    comes_true(page, lambda: streams, "the stream is asked for")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    asked.clear()
    streams.pop().fulfill(
        content_type="text/event-stream", body="event: slot_unlocked\ndata: {}\n\nevent: round_opened\ndata: {}\n\n")
    until(page, "() => window.events === 2")
    page.clock.run_for(1400)
    assert not any(asked)
    page.clock.run_for(200)
    comes_true(page, lambda: any(asked), "the round is asked for")
    page.clock.run_for(1400)
    assert sum(asked) == 1
