"""The admin's pages of battles and of votes for videos: suspicious ones, voids, and their undoing."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, judge, told

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def flagged_battles(database):
    """Battles of five voters with a network of their own, as the watch flags them."""
    network = secrets.token_hex(16)
    rows = database.execute(
        """
        with fought as (
            insert into battles (
                pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
            )
            select gen_random_uuid(), gen_random_uuid(), models.ids[1], models.ids[2], gen_random_uuid(), gen_random_uuid(),
                false, 'left', now()
            from (select array_agg(id) as ids from (select id from models order by slug limit 2) two) models
            cross join generate_series(1, 5)
            returning id
        )
        insert into battle_evidence (battle_id, device_key, network, flags)
        select id, 'device_' || id, %s, '{one_model}' from fought
        returning battle_id
        """,
        (network,),
    ).fetchall()
    assert len(rows) == 5
    yield network
    database.execute("delete from battles where id = any (%s)", ([row[0] for row in rows],))


@pytest.fixture
def flagged_votes(database):
    """Three votes of one new network for one video of the demo."""
    network = secrets.token_hex(16)
    [(video,)] = database.execute(
        "select generation_id from comparison_videos videos join comparisons on comparisons.id = videos.comparison_id"
        " where is_public and archived_at is null order by generation_id limit 1"
    ).fetchall()
    database.execute(
        """
        insert into video_votes (video_id, voter_key, device_key, network, flags, created_at)
        select %s, 'device_' || md5(%s || number), 'device_' || md5(%s || number), %s, '{new_devices}', now()
        from generate_series(1, 3) number
        """,
        (video, network, network, network),
    )
    yield network
    database.execute("delete from video_votes where network = %s", (network,))
    database.execute("delete from voided_video_votes where network = %s", (network,))


def undo(page, what, reason):
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name=re.compile(f"Undo the void of {what}: {reason}")).first.press("Enter")
    dialog.get_by_label("Reason").fill("A mistake")
    dialog.get_by_role("button", name="Undo", exact=True).press("Enter")


@pytest.mark.parametrize("size", SIZES)
def test_battles(site, axe, shots, admin, database, flagged_battles, size):
    """ARENA-08: flagged battles with their evidence; a network's are voided by keyboard with a reason, and come back."""
    page = site.page("/admin/battles", viewport=SIZES[size], storage_state=admin)
    rows = page.locator("[data-rows] tr").filter(has_text=flagged_battles[:8])
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("Favors one model")
    judge(page, axe, shots, f"admin-battles-{size}", full_page=True)
    rows.first.get_by_role("button", name="Show network").press("Enter")
    expect(page.locator("[data-chips]")).to_contain_text(f"Only network {flagged_battles[:8]}")
    expect(page.locator("[data-rows] tr")).to_have_count(5)
    if size == "390":
        for place in range(5):
            page.locator("[data-tick]").nth(place).check()
    else:
        page.get_by_label("Select all").check()
    page.get_by_role("button", name="Void…").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Flagged: Favors one model")
    dialog.get_by_role("button", name="Void", exact=True).press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    reason = f"One room {secrets.token_hex(3)}"
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Void", exact=True).press("Enter")
    told(page, "5 battles voided")

    def voided():
        return database.execute(
            "select count(*) from battles join battle_evidence on battle_id = id where network = %s and void_id is not null",
            (flagged_battles,),
        ).fetchone()[0]

    assert voided() == 5
    page.get_by_role("tab", name="Voided").click()
    expect(page.locator("tr[data-void]")).to_have_count(5)
    if size == "390":
        page.get_by_role("button", name=re.compile("^Voids")).click()
    undo(page, "5 battles", reason)
    told(page, "5 votes count again")
    assert voided() == 0


@pytest.mark.parametrize("size", SIZES)
def test_video_votes(site, axe, shots, admin, database, flagged_votes, size):
    """ARENA-04: flagged votes for videos; what is selected is voided, nothing else, and comes back."""
    page = site.page("/admin/video-votes", viewport=SIZES[size], storage_state=admin)
    rows = page.locator("[data-rows] tr").filter(has_text=flagged_votes[:8])
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("3 voters in its network")
    judge(page, axe, shots, f"admin-video-votes-{size}", full_page=True)
    for place in range(2):
        rows.nth(place).get_by_role("checkbox").check()
    page.get_by_role("button", name="Void…").click()
    reason = f"Bought {secrets.token_hex(3)}"
    page.get_by_role("dialog").get_by_label("Reason").fill(reason)
    page.get_by_role("dialog").get_by_role("button", name="Void", exact=True).click()
    told(page, "2 votes voided")
    left = database.execute("select count(*) from video_votes where network = %s", (flagged_votes,)).fetchone()[0]
    assert left == 1
    if size == "390":
        page.get_by_role("button", name=re.compile("^Voids")).click()
    undo(page, "2 video votes", reason)
    told(page, "2 votes count again")
