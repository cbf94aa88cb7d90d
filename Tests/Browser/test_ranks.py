"""The boards and the vote on the next genre."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DEADLINE, DESK, PHONE, SHIFTS, announced, comes_true, judge, ready, sign_in_link, use_link

SIZES = {"390": PHONE, "1440": DESK}
VOTERS = 40
# More than anyone else of the demo has cast today.
LEAST = 20


@pytest.fixture(scope="module")
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


VOTERS_TODAY = "/leaderboard?board=voters&period=day"


def settle(database, page, words):
    """Lets the boards be counted anew, and waits until the board of voters shows these words: caches forget it later."""
    database.execute("select forget_ranks()")
    comes_true(page, lambda: database.execute("select count(*) from rank_state").fetchone()[0], "the boards are counted")
    database.execute("select announce_change('film', 'ranks')")
    comes_true(page, lambda: words in page.request.get(VOTERS_TODAY).text(), f"the board shows {words}")


@pytest.fixture(scope="module")
def voters(chromium, run, url, database):
    """Forty members who voted today more than anyone else, one vote more each, in a closed round; the last is signed in."""
    name = f"voter_{secrets.token_hex(3)}"
    context = chromium.new_context(base_url=url)
    context.set_default_timeout(DEADLINE * 1000)
    page = context.new_page()
    use_link(page, sign_in_link(run, "--user", f"{name}_{VOTERS}"))
    state = context.storage_state()
    database.execute(
        "insert into users (username) select %s || number from generate_series(1, %s) number", (f"{name}_", VOTERS - 1))
    database.execute(
        """
        insert into votes (
            season_id, slot_position, clip_id, casts, weight, kinds, voter_key, user_id, created_at, updated_at)
        select slots.season_id, slots.position, slots.winner_clip_id, number + %s, number + %s, repeat('n', number + %s),
            'user_' || users.id, users.id, now(), now()
        from (
            select * from story_slots where status = 'locked' order by season_id, position limit 1
        ) slots
        cross join generate_series(1, %s) number
        join users on users.username = %s || number
        """,
        (LEAST, LEAST, LEAST, VOTERS, f"{name}_"),
    )
    settle(database, page, f"{name}_{VOTERS}")
    yield name, state
    context.close()
    database.execute("delete from votes using users where users.id = votes.user_id and username like %s", (f"{name}_%",))
    database.execute("select forget_ranks()")


@pytest.mark.parametrize("size", SIZES)
def test_boards(site, axe, shots, voters, size):
    """RANK-01: three boards and three periods, places, trends, one's own place, more places; nothing shifts."""
    name, state = voters
    page = site.context(viewport=SIZES[size], has_touch=size == "390", storage_state=state).new_page()
    page.add_init_script(SHIFTS)
    page.goto("/leaderboard")
    ready(page)
    expect(page.get_by_role("heading", name="Ranks", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Takes", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.locator(".podium h2")).not_to_have_count(0)
    expect(page.locator("[data-own-text]")).to_have_text("None of your takes got a vote in this period.")
    # A picture of the whole page makes the screen larger for a moment, which moves what is at its foot.
    assert page.evaluate("window.shifted") <= 0.02
    judge(page, axe, shots, f"leaderboard-{size}", full_page=True)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")

    tab = page.get_by_role("link", name="Voters", exact=True)
    tab.focus()
    page.evaluate("window.shifted = 0")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("board=voters&period=day$"))
    expect(page.get_by_role("link", name="Voters", exact=True)).to_be_focused()
    announced(page, "Today")
    expect(page.locator("[data-own-text]")).to_have_text(f"You: place 1 · {VOTERS + LEAST} votes, new")
    first = page.locator(".podium > li").first
    expect(first).to_contain_text(f"{name}_{VOTERS}")
    expect(first.locator(".place")).to_contain_text("First")
    expect(first.locator(".visually-hidden")).to_have_text("new on this board")
    rows = page.locator("[data-rows] tr")
    expect(rows).to_have_count(27)
    expect(rows.first).to_contain_text(f"{name}_{VOTERS - 3}")
    assert page.evaluate("window.shifted") <= 0.02
    judge(page, axe, shots, f"leaderboard-voters-{size}", full_page=True)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")

    total = page.request.get("/api/leaderboard/voters?period=day").json()["total"]
    page.get_by_role("link", name="Load more").click()
    expect(rows).to_have_count(total - 3)
    announced(page, f"{total - 30} places added")
    expect(rows.nth(27)).to_be_focused()
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)
    expect(rows.nth(VOTERS - 4)).to_contain_text(f"{name}_1")

    page.get_by_role("link", name="All time").click()
    expect(page).to_have_url(re.compile("board=voters&period=all$"))
    expect(page.locator("thead")).not_to_contain_text("Trend")
    page.go_back()
    expect(page).to_have_url(re.compile("board=voters&period=day$"))
    expect(rows).to_have_count(27)


def test_boards_change_as_votes_come(site, voters, database):
    """RANK-01: an open board shows new places by itself, and the place of the focus is kept."""
    name, _ = voters
    page = site.context().new_page()
    page.add_init_script(SHIFTS)
    page.clock.install()
    page.goto(VOTERS_TODAY)
    ready(page)
    last = page.locator("[data-rows] tr").last
    expect(last).to_contain_text(f"{name}_11")
    more = page.get_by_role("link", name="Load more")
    more.focus()
    database.execute(
        "update votes set casts = 95, weight = 95, kinds = repeat('n', 95)"
        " from users where users.id = votes.user_id and username = %s", (f"{name}_2",))
    settle(database, page, "95 votes")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.fast_forward(1_000)
    page.clock.fast_forward(40_000)
    expect(page.locator(".podium > li").first).to_contain_text(f"{name}_2")
    expect(page.locator(".podium > li").first).to_contain_text("95 votes")
    expect(page.get_by_role("link", name="Load more")).to_be_focused()
    assert page.evaluate("window.shifted") <= 0.02
    database.execute(
        "update votes set casts = %s, weight = %s, kinds = repeat('n', %s)"
        " from users where users.id = votes.user_id and username = %s", (LEAST + 2, LEAST + 2, LEAST + 2, f"{name}_2"))
    settle(database, page, f"{name}_{VOTERS}")


def test_boards_without_javascript(site, voters):
    """RANK-01 WEB-01: links lead to every board, period and page."""
    name, _ = voters
    page = site.context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto("/leaderboard")
    page.get_by_role("link", name="Voters", exact=True).click()
    page.get_by_role("link", name="7 days").click()
    expect(page.locator(".podium > li")).to_have_count(3)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("[data-rows] tr").filter(has_text=re.compile(rf"{name}_1(?!\d)"))).to_have_count(1)
    expect(page.get_by_role("link", name="Sign in").first).to_be_hidden()
    page.get_by_role("link", name="Back to the top").click()
    expect(page.locator(".podium > li").first).to_contain_text(f"{name}_{VOTERS}")


@pytest.fixture
def between_seasons(database):
    """The season that runs is over for the length of a test."""
    [(season,)] = database.execute("select id from seasons where status = 'active'").fetchall()
    database.execute("update seasons set status = 'finished', finished_at = now() where id = %s", (season,))
    yield
    database.execute("update seasons set status = 'active', finished_at = null where id = %s", (season,))
    database.execute("delete from genre_votes")


def test_genre_vote(site, axe, shots, member, between_seasons, database):
    """FILM-12: a member votes, changes the vote and removes it; others see the percentages follow."""
    visitor = site.context(viewport=PHONE).new_page()
    # It learns of votes that are cast after its stream is open.
    with visitor.expect_response("**/api/events/slot"):
        visitor.goto("/genre")
    ready(visitor)
    expect(visitor.get_by_role("link", name="Sign in to vote")).to_have_attribute("href", "/sign-in?next=/genre")
    expect(visitor.locator("[data-genres] button")).to_have_count(0)
    page = site.page("/genre", storage_state=member)
    ready(page)
    genres = page.locator("[data-genres] > li")
    expect(genres.locator("b")).to_have_text(["Thriller", "Comedy", "Action", "Sci-Fi", "Romance", "Animation", "Horror"])
    page.get_by_role("button", name=re.compile("^Thriller")).click()
    announced(page, "You voted for Thriller.")
    expect(genres.first).to_contain_text("100 %")
    expect(page.get_by_role("button", name=re.compile("^Thriller"))).to_have_attribute("aria-pressed", "true")
    expect(visitor.locator("[data-genres] > li").first).to_contain_text("100 %")
    horror = page.get_by_role("button", name=re.compile("^Horror"))
    horror.focus()
    page.keyboard.press("Enter")
    announced(page, "You voted for Horror.")
    expect(genres.first).to_contain_text("0 votes")
    expect(genres.last).to_contain_text("Your vote")
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        judge(page, axe, shots, f"genre-{size}", full_page=True)
    judge(visitor, axe, shots, "genre-visitor-390", full_page=True)
    page.get_by_role("button", name="Remove my vote").click()
    announced(page, "Your vote is removed.")
    expect(page.locator("[data-total]")).to_have_text("0 votes")
    expect(page.get_by_role("button", name="Remove my vote")).to_be_hidden()


def test_genre_vote_is_closed_by_a_season(site, axe, shots, member):
    """FILM-12: while a season runs the page says why no one can vote."""
    page = site.page("/genre", storage_state=member, viewport=PHONE)
    expect(page.get_by_text(re.compile("Voting is closed while .* runs"))).to_be_visible()
    expect(page.locator("[data-genres] button")).to_have_count(0)
    judge(page, axe, shots, "genre-closed-390", full_page=True)
