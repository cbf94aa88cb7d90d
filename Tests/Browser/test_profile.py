"""A member's profile with its tabs, and how the arena marks the votes of a day."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, comes_true, judge, ready, sign_in_link, until, use_link

# Eleven days in a row up to yesterday, with what follows from them.
DAYS = """
    with days as (
        insert into member_days (user_id, day, votes, streak)
        select users.id, (dailies_now() at time zone 'utc')::date - age, 100 + age, 12 - age
        from users
        cross join generate_series(1, 11) age
        where users.username = %(name)s
        returning user_id, day, votes, streak, xp
    ), points as (
        insert into member_points (user_id, votes, xp, streak, streak_day, longest_streak)
        select user_id, sum(votes), sum(xp), 11, max(day), 11
        from days
        group by user_id
    ), rewards as (
        insert into xp_rewards (user_id, amount, reason, event_key, granted_at)
        select id, 100, 'referral', 'tier 5', dailies_now()
        from users
        where username = %(name)s
    )
    insert into badge_checks (user_id)
    select id
    from users
    where username = %(name)s
"""


@pytest.fixture
def player(site, run):
    """Makes a member who has voted for days, and a function that opens a page of that member."""
    name = f"player_{secrets.token_hex(4)}"
    first = site.context()
    page = first.new_page()
    use_link(page, sign_in_link(run, "--user", name))
    state = first.storage_state()
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute(DAYS, {"name": name})

        def has_badges():
            # It does nothing while a job of the site does the same.
            connection.execute("select settle_badges(10000)")
            return connection.execute(
                "select count(*) from member_badges join users on users.id = user_id where username = %s", (name,)
            ).fetchone()[0]

        comes_true(page, has_badges, "the badges are there")

    def open_page(path="/profile", **options):
        return site.page(path, storage_state=state, **options)

    open_page.name = name
    return open_page


def vote(page, url):
    """One vote of the member, as the page casts it."""
    clips = page.request.get("/api/vote?limit=20").json()["clips"]
    clip = next(clip for clip in clips if not clip["hasVoted"])
    token = page.request.get("/api/csrf").json()["token"]
    answer = page.request.post("/api/vote", data={"clipId": clip["id"]}, headers={"X-CSRF-Token": token, "Origin": url})
    assert answer.ok, answer.text()
    return clip["title"]


def test_profile(player, site, axe, shots):
    """PROF-01 PROF-02 GAME-01 GAME-02 GAME-03 by keyboard, on a desk and a phone, in both themes, without JavaScript too"""
    page = player(viewport=DESK)
    ready(page)
    main = page.locator("main")
    expect(main.get_by_role("heading", level=1)).to_have_text(player.name)
    # 1,166 votes, 11 × 5, 10 × (1 + … + 6 + 5 × 7), and 100 for referrals.
    expect(main).to_contain_text("11 days in a row")
    expect(main).to_contain_text("Level 6")
    expect(main).to_contain_text("381 of 600 XP to level 7")
    title = vote(page, site.url)
    page.reload()
    # The vote, the first of the day, and the twelfth day: at once.
    expect(main).to_contain_text("12 days in a row")
    expect(main).to_contain_text("457 of 600 XP to level 7")
    expect(page.get_by_role("progressbar", name="457 of 600 XP")).to_be_visible()
    stats = page.locator(".stats")
    expect(stats).to_contain_text(re.compile(r"Votes today\s*1 of 200\s*Votes in all\s*1,167\s*Takes\s*0\s*Wins\s*0"))
    badges = page.locator(".badges > li")
    expect(badges).to_have_count(13)
    expect(page.locator("[data-badge]:not([data-locked])")).to_have_count(4)
    expect(page.locator('[data-badge="votes_1000"]')).to_contain_text(re.compile("1,000 votes.*Reached on", re.S))
    expect(page.locator('[data-badge="streak_30"]')).to_contain_text("12 of 30")
    judge(page, axe, shots, "profile-1440", full_page=True)

    # Arrow keys move among the tabs, Enter opens one.
    tabs = page.get_by_role("navigation", name="Profile").get_by_role("link")
    expect(tabs).to_have_text(["Stats and badges", "My takes", "Votes", "Settings"])
    tabs.first.focus()
    for key, place in (("ArrowRight", 1), ("End", 3), ("ArrowRight", 0), ("ArrowLeft", 3), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        expect(tabs.nth(place)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/profile/clips")
    expect(page.get_by_role("heading", name="No takes yet")).to_be_visible()
    expect(tabs.nth(1)).to_have_attribute("aria-current", "page")

    phone = player(viewport=PHONE, has_touch=True)
    judge(phone, axe, shots, "profile-390", full_page=True)
    phone.get_by_role("navigation", name="Profile").get_by_role("link", name="Votes").click()
    expect(phone.locator(".past > li")).to_have_count(1)
    expect(phone.locator(".past")).to_contain_text(title)
    judge(phone, axe, shots, "profile-votes-390")
    phone.goto("/profile/settings")
    judge(phone, axe, shots, "profile-settings-390")
    expect(phone.get_by_role("link", name=re.compile("^Administration"))).to_have_count(0)

    plain = player(java_script_enabled=False)
    for tab, path in (("Votes", "/profile/votes"), ("My takes", "/profile/clips"), ("Settings", "/profile/settings")):
        plain.get_by_role("navigation", name="Profile").get_by_role("link", name=tab).click()
        plain.wait_for_url(f"**{path}")
        expect(plain.get_by_role("heading", level=1)).to_have_text(player.name)
    plain.locator("main").get_by_role("button", name="Sign out").click()
    plain.wait_for_url("**/sign-in?done=signed-out")
    plain.goto("/profile")
    plain.wait_for_url("**/sign-in?next=/profile")


def test_before_the_first_vote(site, nameless, admin, axe, shots):
    """PROF-01 GAME-02 GAME-03 what a newcomer without a name sees; admins find their own way"""
    page = site.page("/profile", storage_state=nameless, viewport=PHONE)
    main = page.locator("main")
    for words in ("No name yet", "No rank yet", "No streak yet", "Level 1", "0 of 100 XP to level 2", "0 of 10,000"):
        expect(main).to_contain_text(words)
    expect(page.locator("[data-badge][data-locked]")).to_have_count(13)
    page.goto("/profile/votes")
    expect(page.get_by_role("heading", name="No votes yet")).to_be_visible()
    judge(page, axe, shots, "profile-empty-390")
    # The menu of the account leads there.
    page.get_by_role("button", name="Profile", exact=True).click()
    page.get_by_role("dialog").get_by_role("link", name="Profile", exact=True).click()
    page.wait_for_url("**/profile")
    boss = site.page("/profile/settings", storage_state=admin, viewport=DESK)
    judge(boss, axe, shots, "profile-settings-1440")
    boss.get_by_role("link", name=re.compile("^Administration")).click()
    boss.wait_for_url("**/admin")


# What the page does to the ear and the hand, and how many strips of film fall.
SENSES = """
    window.tones = []; window.vibrations = []; window.strips = 0; window.notes = [];
    navigator.vibrate = (pattern) => { window.vibrations.push(String(pattern)); return true; };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
        window.tones.push(this.frequency.value);
        return start.apply(this, when);
    };
    new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) {
            if (node instanceof Element && node.matches(".confetti__strip")) window.strips += 1;
            if (node instanceof Text) window.notes.push(node.data);
        }
    }).observe(document, { childList: true, subtree: true });
    const felt = () => [window.tones.splice(0).length, window.vibrations.splice(0).join(" "), window.strips];
    window.felt = () => { const all = felt(); window.strips = 0; return all; };
"""


@pytest.fixture
def counting(arena):
    """An arena that believes to have cast so many votes today; `total` says how many, and follows."""

    def open_arena(total, script="", **options):
        def change(body):
            body["totalVotesToday"] = total[0]
            body["remainingVotes"]["standard"] = 200 - total[0]

        def answer(route):
            if route.request.method not in ("POST", "DELETE"):
                return route.fallback()
            response = route.fetch()
            if response.ok:
                total[0] += 1 if route.request.method == "POST" else -1
                body = response.json() | {"totalVotesToday": total[0]}
                body["remainingVotes"]["standard"] = 200 - total[0]
                return route.fulfill(response=response, json=body)
            return route.fulfill(response=response)

        def setup(page):
            page.add_init_script(SENSES + script)
            page.route("**/api/vote", answer)

        return arena(change, setup=setup, **options)

    return open_arena


def cast(page, says):
    """Presses the button; what was felt once the answer is there."""
    page.locator("[data-vote]").click()
    announced(page, says)
    expect(page.locator("[data-vote]")).not_to_have_attribute("aria-busy", "true")
    return page.evaluate("window.felt()")


LOUD = "try { localStorage.setItem('muted', '0') } catch {}"


def test_milestones(counting, site, shots):
    """GAME-04 the 1st, 50th, 100th and 200th vote of the day, each once a day; every vote and every error is felt"""
    total = [0]
    page = counting(total, script=LOUD, viewport=PHONE, has_touch=True)
    marks = ((1, 2, "First vote"), (50, 3, "the daily goal"), (100, 4, "100 votes"), (200, 5, "the last of today"))
    for milestone, tones, note in marks:
        if milestone > 1:
            total[0] = milestone - 1
            page.reload()
            ready(page)
        assert cast(page, re.compile(rf"{milestone} votes? today")) == [tones, "50", 24]
        if milestone == 50:
            shots.of(page, "milestone-390.png")
        until(page, "(note) => window.notes.some((one) => one.includes(note))", note)
        # The strips are gone when they have fallen.
        expect(page.locator(".confetti")).to_have_count(0)
        if milestone < 200:
            assert cast(page, "Vote undone") == [0, "", 0]
            assert cast(page, re.compile("Voted for")) == [1, "50", 0], "once a day"
            assert cast(page, "Vote undone") == [0, "", 0]
    site.allow("Failed to load resource")
    page.route("**/api/vote", lambda route: route.fulfill(
        status=503, content_type="application/problem+json",
        json={"type": "about:blank", "title": "Refused", "status": 503, "code": "unavailable", "detail": "No."}))
    page.locator("[data-vote]").click()
    until(page, "() => window.vibrations.includes('100,50,100')")


def test_milestones_in_silence(counting):
    """GAME-04 sound is off until it is turned on; with reduced motion nothing sounds, falls or shakes"""
    page = counting([49])
    assert cast(page, "50 votes today") == [0, "50", 24]
    still = counting([49], script=LOUD, reduced_motion="reduce")
    assert cast(still, "50 votes today") == [0, "", 0]
