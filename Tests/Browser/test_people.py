"""Members who follow members, a member's own page, invitations, the first visit, and the ways to the first vote."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, judge, ready, sign_in_link, told, until, use_link

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture(scope="module")
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def creator(database):
    """Somebody whose take is in the film."""
    [(name,)] = database.execute(
        "select username from users join tournament_clips clips on clips.user_id = users.id where clips.status = 'locked'"
        " order by username limit 1").fetchall()
    return name


def person(site, run, name=None, **options):
    """A member of this test alone."""
    name = name or f"p_{secrets.token_hex(4)}"
    page = site.context(**options).new_page()
    use_link(page, sign_in_link(run, "--user", name))
    return page, name


def followers(database, name):
    [(count, rows)] = database.execute(
        "select follower_count, (select count(*) from follows where followed_id = users.id) from users where username = %s",
        (name,)).fetchall()
    assert count == rows
    return count


@pytest.mark.parametrize("size", SIZES)
def test_page_of_a_member(site, run, database, creator, shots, axe, size):
    """PROF-03 SOC-01 who it is, the takes with their results, following by keyboard, and taking back what was not saved"""
    before = followers(database, creator)
    page, name = person(site, run, viewport=SIZES[size], has_touch=size == "390")
    page.goto(f"/u/{creator}")
    ready(page)
    expect(page.get_by_role("heading", name=creator, exact=True)).to_be_visible()
    expect(page.locator("[data-takes] .badge").first).to_have_text(re.compile(r"Won slot|LIVE|In the race|Not chosen"))
    assert page.locator('meta[property="og:url"]').get_attribute("content").endswith(f"/u/{creator}")
    follow = page.get_by_role("button", name=f"Follow {creator}")
    expect(follow).to_have_attribute("aria-pressed", "false")
    follow.press("Enter")
    announced(page, f"You follow {creator}")
    expect(follow).to_have_text("Following")
    expect(page.locator("[data-followers]")).to_have_text(re.compile(rf"^{before + 1} follower"))
    assert followers(database, creator) == before + 1
    judge(page, axe, shots, f"person-{size}")
    site.allow("Failed to load resource.*503")
    page.route("**/api/user/follow", lambda route: route.fulfill(status=503, json={"code": "x", "error": "Not now."}))
    follow.press("Enter")
    told(page, "Not now.")
    expect(follow).to_have_attribute("aria-pressed", "true")
    page.unroute("**/api/user/follow")
    # The order is in the address, and the page works without scripts.
    page.get_by_role("navigation", name="Order").get_by_role("link", name="Most votes").click()
    page.wait_for_url(f"**/u/{creator}?sort=votes")
    expect(follow).to_have_attribute("aria-pressed", "true")
    page.goto("/profile/following")
    ready(page)
    expect(page.get_by_role("link", name=creator)).to_be_visible()
    expect(page.get_by_role("button", name=f"Follow {creator}")).to_have_attribute("aria-pressed", "true")
    judge(page, axe, shots, f"following-{size}")
    page.get_by_role("button", name=f"Follow {creator}").click()
    announced(page, f"You no longer follow {creator}")
    assert followers(database, creator) == before
    page.get_by_role("navigation", name="List").get_by_role("link", name="Followers").click()
    expect(page.get_by_role("heading", name="No followers yet")).to_be_visible()
    # One's own page offers neither following nor reporting.
    page.goto(f"/u/{name}")
    ready(page)
    expect(page.get_by_text("This is how others see you.")).to_be_visible()
    for control in (f"Follow {name}", "Block", "Report"):
        expect(page.get_by_role("button", name=control).or_(page.get_by_role("link", name=control))).to_have_count(0)
    expect(page.get_by_role("heading", name="No takes yet")).to_be_visible()


def test_names_lead_to_people(site, database, creator, shots):
    """PROF-03 AUTH-03 names of creators are links wherever takes are shown; an old name redirects; visitors sign in to follow"""
    page = site.page("/discover", viewport=DESK)
    page.locator("[data-takes] a.creator").first.click()
    page.wait_for_url("**/u/*")
    for path in ("/story", "/leaderboard?board=clips&period=all", "/", "/rounds/1/1"):
        page.goto(path)
        ready(page)
        assert page.locator('a.creator[href^="/u/"]').count() > 0, path
    [(clip, name)] = database.execute(
        "select clips.id, username from tournament_clips clips join users on users.id = user_id where status = 'active'"
        " limit 1"
    ).fetchall()
    page.goto(f"/clip/{clip}")
    ready(page)
    page.get_by_role("button", name=f"Follow {name}").click()
    page.wait_for_url(re.compile(rf"/sign-in\?next=%2Fclip%2F{clip}"))
    member = f"q_{secrets.token_hex(4)}"
    database.execute("insert into users (username) values (%s)", (member,))
    database.execute("update users set username = %s where username = %s", (f"{member}_2", member))
    page.goto(f"/u/{member}")
    page.wait_for_url(f"**/u/{member}_2")
    site.allow("Failed to load resource.*404")
    assert page.goto("/u/nobody_of_this_name").status == 404
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()


def test_blocking_a_followed_member(site, run, database):
    """SOC-01 SOC-03 a block ends the follow, on the page too; after it is lifted one press follows again"""
    fan, _ = person(site, run)
    _, name = person(site, run)
    fan.goto(f"/u/{name}")
    ready(fan)
    follow, block = fan.get_by_role("button", name=f"Follow {name}"), fan.locator("[data-block]")
    follow.click()
    announced(fan, f"You follow {name}")
    expect(fan.locator("[data-followers]")).to_have_text("1 follower")
    block.click()
    told(fan, f"You blocked {name}.")
    expect(follow).to_have_text("Follow")
    expect(follow).to_be_disabled()
    expect(fan.locator("[data-followers]")).to_have_text("0 followers")
    assert followers(database, name) == 0
    block.click()
    told(fan, f"{name} is no longer blocked.")
    follow.click()
    announced(fan, f"You follow {name}")
    expect(follow).to_have_text("Following")
    assert followers(database, name) == 1


@pytest.mark.parametrize("size", SIZES)
def test_states_of_invitations_and_members(site, run, database, member, shots, axe, size):
    """SOC-02 PROF-03 WEB-05 an own invitation, one that cannot be accepted, one that does not exist, and a suspended member"""
    host, _ = person(site, run, viewport=SIZES[size])
    host.goto("/settings#invite")
    link = host.locator("[data-invite]").get_by_label("Your link").input_value()
    host.goto(link)
    expect(host.get_by_text("This is your own invitation.")).to_be_visible()
    judge(host, axe, shots, f"join-own-{size}")
    guest, name = person(site, run, viewport=SIZES[size])
    database.execute("update users set created_at = now() - interval '40 days' where username = %s", (name,))
    guest.goto(link)
    expect(guest.get_by_text("You are in already.")).to_be_visible()
    judge(guest, axe, shots, f"join-closed-{size}")
    site.allow("Failed to load resource.*(404|410)")
    assert guest.goto("/join/aaaaaaaa").status == 404
    expect(guest.get_by_role("heading", name="This invitation does not exist")).to_be_visible()
    judge(guest, axe, shots, f"join-none-{size}")
    database.execute("update users set banned_at = now(), ban_reason = 'x' where username = %s", (name,))
    page = site.page("/", viewport=SIZES[size])
    assert page.goto(f"/u/{name}").status == 410
    expect(page.get_by_role("heading", name="This account is suspended")).to_be_visible()
    judge(page, axe, shots, f"person-suspended-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_follow_in_the_arena(site, run, arena, database, member, shots, size):
    """SOC-01 PROF-03 beside the creator of the take; pressing it neither pauses nor votes"""
    page = arena(viewport=SIZES[size], storage_state=member, has_touch=size == "390")
    frame = page.locator('.frame[data-place="0"]')
    link = frame.locator("a.creator")
    name = link.inner_text()
    database.execute("delete from follows where follower_id = (select id from users where username = 'juror')")
    before = followers(database, name)
    follow = frame.get_by_role("button", name=f"Follow {name}")
    box = follow.bounding_box()
    assert box["height"] >= (43.5 if size == "390" else 30)
    follow.click()
    announced(page, f"You follow {name}")
    assert followers(database, name) == before + 1
    expect(frame).not_to_have_attribute("data-paused", "")
    expect(page.locator("[data-vote]")).to_have_attribute("aria-pressed", "false")
    shots.of(page, f"arena-follow-{size}.png")
    link.click()
    page.wait_for_url(f"**/u/{name}")
    expect(page.get_by_role("button", name=f"Follow {name}")).to_have_attribute("aria-pressed", "true")
    database.execute("delete from follows where follower_id = (select id from users where username = 'juror')")


@pytest.mark.parametrize("size", SIZES)
def test_invitation(site, run, database, shots, axe, size):
    """SOC-02 the link is copied in the settings; a newcomer opens it, signs in, chooses a name and is in"""
    host, inviter = person(site, run, viewport=SIZES[size], permissions=["clipboard-read", "clipboard-write"])
    host.goto("/settings#invite")
    ready(host)
    section = host.locator("[data-invite]")
    link = section.get_by_label("Your link").input_value()
    section.get_by_role("button", name="Copy").click()
    told(host, "Link copied")
    assert host.evaluate("navigator.clipboard.readText()") == link
    expect(section).to_contain_text("1 more newcomer to Connector: 50 XP.")
    axe(host, within="[data-invite]")
    section.scroll_into_view_if_needed()
    shots.of(host, f"invite-{size}.png")
    page = site.page(link, viewport=SIZES[size])
    ready(page)
    expect(page.get_by_role("heading", name=f"{inviter} invites you to")).to_be_visible()
    judge(page, axe, shots, f"join-{size}")
    assert page.context.cookies() == [] or {one["name"] for one in page.context.cookies()} == {"voter"}
    page.get_by_role("link", name="Sign in and accept").click()
    page.wait_for_url("**/sign-in?next=*")
    # The link that signs in is made by the operator here; it leads to where one wanted to go.
    name = f"n_{secrets.token_hex(4)}"
    wish = page.url.split("next=")[1]
    address = sign_in_link(run, "--user", name).replace("/sign-in", f"/sign-in?next={wish}", 1)
    database.execute("update users set username = null where username = %s", (name,))
    page.goto(address)
    page.get_by_role("button", name="Sign in on this device").click()
    page.wait_for_url("**/onboarding?next=*")
    page.get_by_label("Username").fill(name)
    page.get_by_label(re.compile("or older")).check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/dashboard")
    rows = database.execute(
        "select referrer.username from referrals join users referred on referred.id = referred_id"
        " join users referrer on referrer.id = referrer_id where referred.username = %s", (name,)).fetchall()
    assert rows == [(inviter,)]
    page.goto(link)
    expect(page.get_by_text("You are in already.")).to_be_visible()
    site.allow("Failed to load resource.*404")
    page.goto("/join/aaaaaaaa")
    expect(page.get_by_role("heading", name="This invitation does not exist")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_from_the_landing_page_to_a_vote(site, database, shots, axe, size):
    """WEB-01 the live figures, the arena's highlight, and two taps to the first vote of a new visitor, with the tour there"""
    database.execute("update feature_flags set enabled = true, rollout_percent = null where key = 'spotlight_tour'")
    database.execute("select announce_change('flags', 'spotlight_tour')")
    page = site.page(
        "/", viewport=SIZES[size], tour=None, has_touch=size == "390",
        user_agent=f"Mozilla/5.0 (X11; Linux x86_64) taps {secrets.token_hex(4)} Chrome/120")
    ready(page)
    growing = re.compile(r"\d+ creators? ha(s|ve) sent in a take.*new in the last 7 days")
    expect(page.locator("[data-creators]")).to_have_text(growing)
    expect(page.get_by_role("link", name="Play all in sync")).to_have_attribute("href", re.compile("/comparisons/"))
    for name in ("About", "Privacy", "Terms"):
        expect(page.locator(".foot").get_by_role("link", name=name)).to_be_visible()
    shots.of(page, f"landing-people-{size}.png", full_page=True)
    axe(page)
    taps = page.get_by_role("link", name="Vote now")
    taps.tap() if size == "390" else taps.click()
    page.wait_for_url("**/dashboard")
    ready(page)
    tour = page.get_by_role("dialog", name="Vote")
    expect(tour).to_be_visible()
    shots.of(page, f"tour-vote-{size}.png")
    vote = page.locator("[data-vote]")
    vote.tap() if size == "390" else vote.click()
    announced(page, "Vote")
    expect(vote).to_have_attribute("aria-pressed", "true")
    # Using what the light is on leads on.
    expect(page.get_by_role("dialog", name="The film")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_tour(site, shots, axe, size):
    """WEB-01 FLAG-01 four places by keyboard alone; it is skipped, shown once, and not where it is switched off"""
    page = site.page("/dashboard", viewport=SIZES[size], tour=None, reduced_motion="reduce" if size == "390" else "no-preference")
    ready(page)
    card = page.locator("[data-tour]")
    expect(card.get_by_role("button", name="Next")).to_be_focused()
    titles = []
    for place in range(1, 5):
        expect(card).to_contain_text(f"{place} of 4")
        titles.append(card.get_by_role("heading").inner_text())
        light, box = page.locator(".tour__light").bounding_box(), card.bounding_box()
        until(page, "() => document.getAnimations().every((one) => !one.effect?.target?.matches('.tour__light'))")
        light = page.locator(".tour__light").bounding_box()
        # The card lies beside what the light is on, within the screen.
        assert box["y"] >= 0 and box["y"] + box["height"] <= SIZES[size]["height"]
        assert box["y"] >= light["y"] + light["height"] or box["y"] + box["height"] <= light["y"], (place, light, box)
        if place == 2:
            judge(page, axe, shots, f"tour-{size}")
        page.keyboard.press("Tab")
        expect(card.get_by_role("button", name="Skip")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    assert titles == ["Vote", "The film", "Send in a take", "Find your way"]
    expect(card).to_have_count(0)
    expect(page.locator("[data-vote]")).to_be_focused()
    page.reload()
    ready(page)
    expect(page.locator("[data-vote]")).to_be_visible()
    assert page.evaluate("localStorage.getItem('tour')") == "1"
    expect(card).to_have_count(0)
    other = site.page("/dashboard", viewport=SIZES[size], tour=None)
    ready(other)
    expect(other.locator("[data-tour]")).to_be_visible()
    other.keyboard.press("Escape")
    expect(other.locator("[data-tour]")).to_have_count(0)
    off = site.context(viewport=SIZES[size], tour=None).new_page()

    def flags(route):
        body = route.fetch().json()
        body["features"]["spotlight_tour"] = False
        route.fulfill(json=body)

    off.route("**/api/features", flags)
    off.goto("/dashboard")
    ready(off)
    expect(off.locator("[data-vote]")).to_be_visible()
    expect(off.locator("[data-tour]")).to_have_count(0)
