"""Blind battles: two videos without names, judged by button and key, then the names; and the files behind them."""

import os
import secrets
import subprocess
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DEADLINE, DESK, PHONE, announced, comes_true, judge, ready, told

PROMPTS = ["A lighthouse keeper lights the lamp as a storm rolls in", "Fog over the tracks", "A lake in the rain"]
COLUMNS = """
    user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits, cost_usd,
    acknowledged_at, provider_done_at, original_key, video_key, small_key, poster_key, width, height, video_ms, published_at,
    created_at, updated_at, finished_at, group_id, group_kind, group_step
"""


@pytest.fixture(scope="module")
def battles(run, make_video):
    """Three prompts, each with a published video by two models, whose files tell in their metadata who made them."""
    name = f"arena_{secrets.token_hex(4)}"
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        (user,) = connection.execute("insert into users (username) values (%s) returning id", (name,)).fetchone()
        # The demo's videos fight too; here only these shall.
        connection.execute("update models set is_active = false where slug like 'demo-renderer-%'")
        models = connection.execute("select id, name, provider from models where is_active order by name limit 2").fetchall()
        for prompt in PROMPTS:
            group = uuid.uuid4()
            for step, (model, title, provider) in enumerate(models, 1):
                video = uuid.uuid4()
                source = make_video(
                    f"{video}.mp4", source=["testsrc2", "mandelbrot"][step - 1], size=["640x360", "480x360"][step - 1],
                    seconds=2, extra=["-metadata", f"title={title}", "-metadata", "comment=made by a model"])  # fmt: skip
                key = f"videos/{video}/{video.hex}.mp4"
                target = Path(run["directory"]) / "media" / key
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
                place = target.parent.parent.stat()
                for path in (target.parent, target):
                    os.chown(path, place.st_uid, place.st_gid)
                connection.execute(
                    f"""
                    insert into generations (id, {COLUMNS})
                    values (
                        %s, %s, %s, %s, %s, 'x', 'completed', %s, 2000, 'standard', 1, 1, %s, now(),
                        now() + make_interval(secs => %s), %s, %s, %s, %s, 640, 360, 2000, now(), now(), now(), now(), %s,
                        'models', %s
                    )
                    """,
                    (video, user, model, title, provider, prompt, 0.35 * step, 12.5 * step, key, key, key, key, group, step),
                )  # fmt: skip
        # The site may be running the same job: then this one waits for that.
        operate(run, "dailies-jobs", "maintain", "--now")
        deadline = time.monotonic() + DEADLINE
        ready_copies = "select count(*) from battle_videos where generation_id in (select id from generations where user_id = %s)"
        while connection.execute(ready_copies, (user,)).fetchone() != (2 * len(PROMPTS),):
            assert time.monotonic() < deadline, "the copies are not made"
            time.sleep(0.1)
        yield connection, [title for _, title, _ in models]
        connection.execute("delete from battles")
        connection.execute("update models set is_active = true where slug like 'demo-renderer-%'")
        connection.execute("delete from generations where user_id = %s", (user,))
        connection.execute("delete from users where id = %s", (user,))


def operate(run, program, *words, check=True):
    """Runs a command of the operator."""
    directory = Path(run["directory"])
    database = run["databaseURL"].replace("user=postgres", "user=dailies_jobs")
    return subprocess.run(
        [directory / "bin" / program, *words, "--config", directory / "dailies.conf"],
        env={**os.environ, "DATABASE_URL": database}, capture_output=True, text=True, timeout=DEADLINE, check=check)  # fmt: skip


def pair(page):
    return page.locator("[data-pair]").get_attribute("data-pair")


def test_pairs_are_judged_blind(battles, site, axe, shots):
    """ARENA-07 names after the choice only, keys A B T N, the next pair is loaded ahead, and no pair comes twice"""
    connection, names = battles
    # A device is known by what it sends: each run judges as another one.
    page = site.page("/battle", user_agent=f"Mozilla/5.0 Battle/{secrets.token_hex(4)}")
    for size, viewport in {"390": PHONE, "1440": DESK}.items():
        page.set_viewport_size(viewport)
        judge(page, axe, shots, f"battle-{size}")
    content = page.content()
    assert not any(name in content for name in names)
    expect(page.get_by_role("heading", level=1)).to_contain_text("“")
    expect(page.get_by_text("30 more until you have a board of your own.")).to_be_visible()
    comes_true(page, lambda: page.evaluate(
        "[...document.querySelectorAll('video')].every((video) => video.readyState >= 2 && !video.paused && video.muted)"),
        "both play without sound")  # fmt: skip

    # The next pair's files are loaded before this pair is judged.
    comes_true(page, lambda: len(set(page.evaluate(
        "performance.getEntriesByType('resource').map((one) => one.name).filter((name) => name.includes('/media/battles/'))")))
        == 4, "four videos are loaded")  # fmt: skip
    first = pair(page)
    page.keyboard.press("a")
    announced(page, "You chose: A is better.")
    for name in names:
        expect(page.locator("[data-name]").filter(has_text=name)).to_be_visible()
    expect(page.locator('[data-side="left"]')).to_have_attribute("data-chosen", "")
    expect(page.get_by_text("$0.35", exact=True)).to_be_visible()
    expect(page.get_by_text("made in 25.0 s")).to_be_visible()
    expect(page.get_by_text("29 more until")).to_be_visible()
    for size, viewport in {"390": PHONE, "1440": DESK}.items():
        page.set_viewport_size(viewport)
        judge(page, axe, shots, f"battle-judged-{size}")
    # A key that is pressed again changes nothing.
    page.keyboard.press("b")
    assert connection.execute("select outcome from battles where pair_id = %s", (first,)).fetchall() == [("left",)]

    expect(page.get_by_role("button", name="Next pair")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Tie")).to_be_visible()
    second = pair(page)
    assert second != first
    expect(page.locator("[data-name]:visible")).to_have_count(0)
    expect(page.get_by_text("Battle 2.")).to_be_visible()
    page.keyboard.press("t")
    announced(page, "You chose: a tie.")
    page.get_by_role("button", name="Next pair").click()
    page.get_by_role("button", name="Both bad").click()
    announced(page, "You chose: both bad.")
    assert connection.execute(
        "select outcome from battles where pseudonym = (select pseudonym from battles where pair_id = %s) order by id",
        (first,)).fetchall() == [("left",), ("tie",), ("bothBad",)]  # fmt: skip
    page.get_by_role("button", name="Next pair").click()
    expect(page.get_by_role("heading", name="No pairs to judge")).to_be_visible()
    judge(page, axe, shots, "battle-none")


def test_old_pairs_files_and_no_scripts(battles, site, tmp_path):
    """ARENA-07 an old pair is refused in words; a file holds the picture alone, and is for one pair; forms without scripts"""
    connection, names = battles
    site.allow("Failed to load resource.*409")
    page = site.page("/battle", user_agent=f"Mozilla/5.0 Battle/{secrets.token_hex(4)}")
    ready(page)
    address = page.locator("video").first.get_attribute("src")
    answer = page.request.get(address)
    assert answer.status == 200 and answer.headers["content-type"] == "video/mp4"
    assert "etag" not in answer.headers and "last-modified" not in answer.headers
    file = tmp_path / "side.mp4"
    file.write_bytes(answer.body())
    assert not any(name.encode() in answer.body() for name in [*names, "made by a model"])
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", file]
    assert subprocess.run(probe, capture_output=True, text=True, check=True, timeout=DEADLINE).stdout.split() == ["video"]
    part = page.request.get(address, headers={"Range": "bytes=0-99"})
    assert part.status == 206 and len(part.body()) == 100
    assert page.request.get(f"/media/battles/{uuid.uuid4()}.mp4").status == 404

    connection.execute("update battle_pairs set expires_at = now() - interval '1 second' where id = %s", (pair(page),))
    assert page.request.get(address).status == 404
    page.get_by_role("button", name="B is better").click()
    told(page, "This pair has expired. Nothing was counted.")
    page.get_by_role("button", name="Next pair").click()
    expect(page.get_by_role("button", name="Tie")).to_be_visible()

    plain = site.page("/battle", java_script_enabled=False, user_agent=f"Mozilla/5.0 Battle/{secrets.token_hex(4)}")
    before = pair(plain)
    plain.get_by_role("button", name="A is better").click()
    expect(plain.get_by_text("Your choice is counted.")).to_be_visible()
    assert pair(plain) != before
    assert connection.execute("select outcome from battles where pair_id = %s", (before,)).fetchall() == [("left",)]


def test_ratings_are_shown_with_their_intervals(battles, run, site, axe, shots, tmp_path):
    """ARENA-08 tiers by name, rank ranges, side bias and a floor; computed and verified by command; tags; one's own board"""
    connection, _ = battles
    # Those of other tests are of other models.
    connection.execute("delete from battles")
    # Four models of which the first is better, the others are level, and the last has few battles.
    connection.execute("""
        with four as (
            select id, name, row_number() over (order by slug) as place from models order by slug limit 4
        )
        insert into battles (
            pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
        )
        select gen_random_uuid(), gen_random_uuid(), one.id, other.id, gen_random_uuid(), gen_random_uuid(), false,
            case
                when number % 10 = 0 then 'tie'
                when number % 10 = 1 then 'bothBad'
                when 1 in (one.place, other.place) and number % 10 < 9 then case one.place when 1 then 'left' else 'right' end
                when number % 2 = 0 then 'left'
                else 'right'
            end, now()
        from four one
        join four other on other.place <> one.place
        cross join generate_series(1, 100) number
        where 4 not in (one.place, other.place) or number <= 5
        """)
    # All are of a comparison with the tag Night.
    connection.execute("""
        update battles
        set comparison_id = (
            select comparison_id from comparison_tags join tags on tags.id = tag_id where tags.slug = 'night' limit 1
        )
        """)
    operate(run, "dailies", "ratings", "compute")
    assert "Every board is what its battles say." in operate(run, "dailies", "ratings", "verify").stdout
    page = site.page("/ratings")
    for size, viewport in {"390": PHONE, "1440": DESK}.items():
        page.set_viewport_size(viewport)
        judge(page, axe, shots, f"ratings-{size}", full_page=True)
    tiers = page.locator(".tier")
    expect(tiers).to_have_count(3)
    expect(tiers.nth(0)).to_contain_text("Tier A")
    expect(tiers.nth(1)).to_contain_text("Each is below at least one of A with 95 % confidence")
    expect(tiers.nth(2)).to_contain_text("Fewer than the 60 battles that a rank needs")
    ranks = page.locator(".board tbody tr:not(.tier) td:nth-child(3)")
    assert ranks.all_inner_texts() == ["1", "2–3", "2–3", "–"]
    level = page.locator(".board tbody").nth(1).locator("td b").all_inner_texts()
    assert level == sorted(level)
    expect(page.get_by_text("The left side won")).to_be_visible()
    board = page.request.get("/api/ratings").json()["board"]
    assert sum(len(group["models"]) for group in board["groups"]) == 4

    # The export holds every battle that the board counts.
    battles_read, path = 0, "/api/battles?limit=100"
    while path:
        answer = page.request.get(path).json()
        battles_read += len(answer["battles"])
        path = answer["nextCursor"] and f"/api/battles?limit=100&cursor={answer['nextCursor']}"
    # The API's own answer may be a minute old.
    counted = connection.execute("select (document ->> 'battles')::int from rating_boards where name = 'all'").fetchone()
    assert (battles_read,) == counted

    # The same from two files, as anyone can get them.
    files = []
    for name, path in (("battles.csv", "/api/battles/export"), ("board.json", "/api/ratings?board=tag:night")):
        files.append(tmp_path / name)
        files[-1].write_bytes(page.request.get(path).body())
    words = ["ratings", "verify", "--battles", files[0], "--board", files[1], "--name", "tag:night"]
    assert "Every board is what its battles say." in operate(run, "dailies", *words).stdout
    files[0].write_text(files[0].read_text().replace(",left,no,", ",right,no,", 1))
    assert operate(run, "dailies", *words, check=False).returncode == 1
    files[0].write_text("no battles")
    assert "line 1: not a battle" in operate(run, "dailies", *words, check=False).stderr

    page.get_by_role("link", name="Night").click()
    expect(page.get_by_role("link", name="Night")).to_have_attribute("aria-current", "true")
    expect(page.locator(".tier").first).to_contain_text("Tier A")

    connection.execute("update battles set outcome = 'right' where id = (select min(id) from battles where outcome = 'left')")
    found = operate(run, "dailies", "ratings", "verify", check=False)
    assert found.returncode == 1 and "all: differs from its battles" in found.stdout
    page.get_by_role("link", name="Image to video").click()
    expect(page.get_by_role("heading", name="No ratings yet")).to_be_visible()
    page.get_by_role("link", name="My own").click()
    expect(page.get_by_text("Your own board appears after 30 battles")).to_be_visible()
