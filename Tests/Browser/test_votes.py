"""The admin's page of votes and the public page of a round."""

import re
import uuid
from pathlib import Path

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
def flagged(database):
    """Six flagged votes of one network for the clip that is last in the open round."""
    [(season, slot, clip)] = database.execute(
        """
        select clips.season_id, clips.slot_position, clips.id
        from tournament_clips clips
        join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
        where slots.status = 'voting' and clips.status = 'active'
        order by clips.weighted_score, clips.id
        limit 1
        """
    ).fetchall()
    database.execute("update seasons set review_flagged = false where id = %s", (season,))
    network = uuid.uuid4().hex
    for _ in range(6):
        key = f"device_{uuid.uuid4().hex}"
        database.execute(
            "select * from cast_votes(array[%s], array[%s]::uuid[], array['standard'], array[%s], array[''], array[%s],"
            " array['missing_headers'], 200)",
            (key, clip, key, network),
        )
    yield {"season": season, "slot": slot, "clip": clip, "network": network}
    database.execute("delete from votes where network = decode(%s, 'hex')", (network,))
    database.execute("select * from repair_counters()")
    database.execute("update seasons set review_flagged = true where id = %s", (season,))


@pytest.mark.parametrize("size", SIZES)
def test_votes_page(site, axe, shots, admin, flagged, size):
    """VOTE-08 VOTE-12: flagged votes with their evidence, groups, standing."""
    page = site.page("/admin/votes", viewport=SIZES[size], storage_state=admin)
    expect(page.locator("[data-tick]").nth(5)).to_be_visible()
    if size == "390":
        judge(page, axe, shots, f"admin-votes-list-{size}", full_page=True)
        page.get_by_role("button", name="The round").click()
    expect(page.get_by_role("heading", name="Vote groups")).to_be_visible()
    judge(page, axe, shots, f"admin-votes-{size}", full_page=True)


def test_void_and_undo(site, axe, shots, admin, flagged, database):
    """VOTE-12: a group is voided with a reason and comes back, by keyboard."""
    def count():
        return database.execute(
            "select vote_count from tournament_clips where id = %s", (flagged["clip"],)
        ).fetchone()[0]

    before = count()
    page = site.page("/admin/votes", storage_state=admin)
    name = f"Network {flagged['network'][:8]}"
    page.get_by_role("button", name=f"Void {name}", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(re.compile("Reason"))).to_be_focused()
    dialog.get_by_role("button", name="Void", exact=True).press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    shots.of(page, "admin-votes-dialog.png")
    axe(page)
    dialog.get_by_label(re.compile("Reason")).fill("Bought in one room")
    dialog.get_by_role("button", name="Void", exact=True).press("Enter")
    told(page, "6 votes voided")
    assert count() == before - 6

    page.get_by_role("tab", name="Voided").click()
    expect(page.locator("tr[data-void]").nth(5)).to_be_visible()
    judge(page, axe, shots, "admin-votes-voided", full_page=True)
    page.get_by_role("button", name=re.compile("Undo the void of 6 votes: Bought in one room")).first.press("Enter")
    dialog.get_by_label(re.compile("Reason")).fill("They were a class")
    dialog.get_by_role("button", name="Undo", exact=True).press("Enter")
    told(page, "6 votes count again")
    assert count() == before


@pytest.mark.parametrize("size", SIZES)
def test_void_of_a_ban(site, axe, shots, admin, database, size):
    """ADM-02 VOTE-12: whose ban it is, a way to it, and no undoing beside it."""
    [(slot, clip)] = database.execute(
        "select slot_position, id from tournament_clips where status = 'active' order by id limit 1"
    ).fetchall()
    name = f"bot_{uuid.uuid4().hex[:12]}"
    [(member,)] = database.execute("insert into users (username) values (%s) returning id", (name,)).fetchall()
    database.execute(
        "select * from cast_votes(array[%s], array[%s]::uuid[], array['standard'], array['device_bot'], array[''],"
        " array['ab'], array[''], 200)",
        (f"user_{member}", clip),
    )
    database.execute("select ban_member(null, %s, 'Bots')", (member,))
    try:
        page = site.page("/admin/votes", viewport=SIZES[size], storage_state=admin)
        if size == "390":
            page.get_by_role("button", name="The round").click()
        panel = page.locator("section").filter(has=page.get_by_role("heading", name="Voids", exact=True))
        line = panel.get_by_role("listitem").filter(has_text=name)
        expect(line).to_contain_text(f"1 vote, slot {slot}")
        expect(line).to_contain_text(f"Ban of {name}. The votes come back when it is lifted.")
        expect(line.get_by_role("button")).to_have_count(0)
        judge(page, axe, shots, f"admin-votes-ban-{size}", full_page=True)
        line.get_by_role("link").click()
        page.wait_for_url(f"**/admin/users?search={name}")
        expect(page.get_by_text(name).first).to_be_visible()
    finally:
        database.execute("select * from lift_ban(null, %s, null)", (member,))
    page = site.page("/admin/votes", storage_state=admin)
    expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text("Ban lifted, 1 vote came back")
    database.execute("delete from votes where voter_key = %s", (f"user_{member}",))
    database.execute("select * from repair_counters()")


@pytest.mark.parametrize("size", SIZES)
def test_round_page(site, axe, shots, database, size):
    """FILM-07 FILM-13: ranks, interventions, the export with its hash, a receipt."""
    [(number, slot)] = database.execute(
        "select seasons.number, min(slots.position) from seasons join story_slots slots on slots.season_id = seasons.id"
        " where slots.status = 'locked' group by seasons.number order by seasons.number limit 1"
    ).fetchall()
    # The takes are short: one that plays would give way to the next, and the link with it.
    page = site.page(f"/story?season={number}&slot={slot}", viewport=SIZES[size], reduced_motion="reduce")
    page.get_by_role("link", name=re.compile("won with")).click()
    expect(page).to_have_url(re.compile(f"/rounds/{number}/{slot}$"))
    expect(page.get_by_text("In the film")).to_be_visible()
    expect(page.locator(".round__hash").first).to_have_text(re.compile("^[0-9a-f]{64}$"))
    expect(page.get_by_text("This browser has no votes in this round.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the export").click()
    assert page.locator(".round__hash").first.inner_text() in Path(download.value.path()).read_text()
    judge(page, axe, shots, f"round-{size}", full_page=True)


def test_review(site, axe, shots, admin, database):
    """VOTE-13: a contested round asks for a decision, which takes one click and a reason."""
    [(season, slot, clip)] = database.execute(
        """
        select clips.season_id, clips.slot_position, clips.id
        from tournament_clips clips
        join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
        where slots.status = 'voting' and clips.status = 'active'
        order by clips.weighted_score, clips.created_at desc, clips.id desc
        limit 1
        """
    ).fetchall()
    [(best,)] = database.execute(
        "select max(weighted_score) from tournament_clips where season_id = %s and slot_position = %s and status = 'active'",
        (season, slot),
    ).fetchall()
    for _ in range(best + 2):
        key = f"device_{uuid.uuid4().hex}"
        database.execute(
            "select * from cast_votes(array[%s], array[%s]::uuid[], array['standard'], array[%s], array[''], array[%s],"
            " array['missing_headers'], 200)",
            (key, clip, key, uuid.uuid4().hex),
        )
    database.execute("select from advance_now(null)")

    visitor = site.page("/dashboard")
    expect(visitor.get_by_text("is under review").first).to_be_visible()
    page = site.page("/admin/votes", storage_state=admin)
    expect(page.get_by_text(f"Slot {slot} is under review.")).to_be_visible()
    judge(page, axe, shots, "admin-votes-review", full_page=True)
    page.get_by_role("button", name="Void the flagged votes").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("Reason")).fill("Six machines")
    dialog.get_by_role("button", name="Void and lock").press("Enter")
    told(page, "The slot is locked")
    [(status, winner)] = database.execute(
        "select status, winner_clip_id from story_slots where season_id = %s and position = %s", (season, slot)
    ).fetchall()
    assert status == "locked" and winner != clip
    result = site.page(f"/rounds/{season}/{slot}")
    expect(result.get_by_text("Six machines")).to_be_visible()
    judge(result, axe, shots, "round-reviewed", full_page=True)
