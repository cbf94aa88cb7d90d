"""The admin's page of seasons: the list, the film as a strip, and acts on slots and seasons."""

import re
import secrets

import films
import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, comes_true, judge, ready, told

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def finished(database):
    """A finished season of three slots beside the running one, with a fourth clip that never won."""
    label = f"Over {secrets.token_hex(4)}"
    season = films.create(database, label, 3)
    clips = [
        films.add_clip(database, season, min(place, 3), f"Take {place} {label}", "locked" if place < 4 else "eliminated")
        for place in range(1, 5)
    ]
    for place in range(3):
        films.lock(database, season, place + 1, [clips[place], clips[3]])
    database.execute(
        "update seasons set status = 'finished', activated_at = now(), finished_at = now() where id = %s", (season,)
    )
    yield {"id": season, "label": label, "clips": clips}
    films.delete(database, season, label, clips)


def open_season(site, admin, season, slot=1, **options):
    page = site.page(f"/admin/seasons?season={season}&slot={slot}", storage_state=admin, **options)
    ready(page)
    return page


@pytest.mark.parametrize("size", SIZES)
def test_page(site, axe, shots, admin, size):
    """ADM-03: the seasons, the running film slot by slot, and what a slot is."""
    page = site.page("/admin/seasons", viewport=SIZES[size], storage_state=admin)
    ready(page)
    expect(page.locator("[data-summary]")).to_contain_text("is running")
    expect(page.locator("[data-slot]")).to_have_count(75)
    expect(page.locator('[data-slot][data-status="locked"]').first).to_contain_text("Locked")
    expect(page.locator('[data-slot][data-status="voting"]')).to_contain_text("Voting")
    judge(page, axe, shots, f"admin-seasons-{size}", full_page=True)
    detail = page.locator("[data-chosen-slot]")
    if size == "390":
        expect(detail).to_be_hidden()
        page.locator('[data-slot][data-status="voting"]').click()
        expect(page.get_by_role("dialog", name="Selected slot")).to_be_visible()
        judge(page, axe, shots, f"admin-seasons-sheet-{size}", within="[data-sheet]")
    expect(detail.get_by_role("button", name="Close the round now…")).to_be_visible()
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    detail.get_by_role("button", name="Close the round now…").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Close slot"))
    expect(dialog.locator("[data-consequences]")).to_contain_text(re.compile(r"Slot \d+ is locked|goes under review"))
    judge(page, axe, shots, f"admin-seasons-dialog-{size}", within="[data-confirmation]")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(page.locator('[data-slot][data-status="voting"]')).to_have_count(1)


def test_strip_by_keyboard(site, admin, finished):
    """ADM-03 WEB-02: one stop for the whole film, and arrows within it."""
    page = open_season(site, admin, finished["id"])
    expect(page.locator("[data-slot]")).to_have_count(3)
    expect(page.locator('[data-slot][tabindex="0"]')).to_have_count(1)
    page.locator('[data-slot="1"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-slot="2"]')).to_be_focused()
    expect(page.get_by_role("heading", name="Slot 2")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="Slot 3")).to_be_visible()
    expect(page.get_by_role("button", name="Unlock the slot…")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.get_by_role("heading", name="Slot 1")).to_be_visible()
    expect(page.get_by_role("button", name="Unlock the slot…")).to_have_count(0)
    expect(page).to_have_url(re.compile("slot=1"))


def test_winner_by_keyboard(site, axe, shots, admin, finished, database):
    """FILM-10 ADM-03: another winner of a finished film, after its consequences were shown; the result says by whom."""
    site.allow(r"Failed to load resource")
    page = open_season(site, admin, finished["id"], slot=2)
    dialog = page.get_by_role("dialog", name="Assign the winner of slot 2")
    page.get_by_role("button", name="Assign another winner…").press("Enter")
    confirm = dialog.get_by_role("button", name="Assign the winner")
    expect(confirm).to_be_disabled()
    expect(dialog.get_by_role("option", name=re.compile("^2. Take 4"))).to_be_attached()
    dialog.get_by_label("Take", exact=True).select_option(finished["clips"][3])
    expect(dialog.locator("[data-consequences]")).to_contain_text("The finished film is assembled again.")
    expect(confirm).to_be_enabled()
    confirm.press("Enter")
    expect(dialog.get_by_text("Say why. The reason is published with the result.")).to_be_visible()
    judge(page, axe, shots, "admin-seasons-assign", within="[data-confirmation]")
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    dialog.get_by_label("Reason, published with the result").fill("The sound was stolen")
    confirm.press("Enter")
    told(page, f"“Take 4 {finished['label']}” replaces “Take 2 {finished['label']}” in the film")
    expect(page.locator("[data-chosen-slot]")).to_contain_text("The sound was stolen")
    [(winner,)] = database.execute(
        "select winner_clip_id from story_slots where season_id = %s and position = 2", (finished["id"],)
    ).fetchall()
    assert str(winner) == finished["clips"][3]
    page.get_by_role("link", name="Public result").click()
    expect(page.get_by_text("The sound was stolen")).to_be_visible()
    expect(page.get_by_text("by admin")).to_be_visible()
    expect(page.get_by_text("In the film")).to_be_visible()


def test_changed_meanwhile(site, shots, admin, finished, database):
    """FILM-10: what another admin has done since is named, and nothing is overwritten."""
    site.allow(r"Failed to load resource")
    page = open_season(site, admin, finished["id"], slot=1)
    page.get_by_role("button", name="Assign another winner…").click()
    dialog = page.get_by_role("dialog", name="Assign the winner of slot 1")
    dialog.get_by_label("Take", exact=True).select_option(finished["clips"][3])
    expect(dialog.locator("[data-consequences]")).to_contain_text("replaces")
    database.execute("select * from take_down_winner(null, %s, 'Copyright')", (finished["clips"][0],))
    dialog.get_by_label("Reason, published with the result").fill("Better")
    dialog.get_by_role("button", name="Assign the winner").click()
    expect(dialog.get_by_role("alert").filter(has_text=re.compile("Slot 1 has changed|already"))).to_be_visible()
    shots.of(page, "admin-seasons-changed.png")


def test_take_down_leaves_a_gap(site, axe, shots, admin, finished):
    """FILM-10: where no other clip can take the place, the strip and the result say so."""
    page = open_season(site, admin, finished["id"], slot=3)
    for place, left in ((3, False), (4, True)):
        page.get_by_role("button", name="Take the clip down…").click()
        dialog = page.get_by_role("dialog", name=re.compile(f"^Take “Take {place}"))
        expect(dialog.locator("[data-consequences]")).to_contain_text("title card" if left else "replaces")
        dialog.get_by_label("Reason, published with the result").fill("Copyright")
        dialog.get_by_role("button", name="Take it down").click()
        expect(dialog).to_be_hidden()
        expect(page.locator('[data-slot="3"]')).to_contain_text("Removed" if left else "Locked")
        # The strip said that it is locked before, too.
        expect(page.locator("[data-chosen-slot]")).to_contain_text("The film shows a title card." if left else "Take 4")
    judge(page, axe, shots, "admin-seasons-gap")
    page.get_by_role("link", name="Public result").click()
    expect(page.get_by_text("The film shows a title card in this slot.")).to_be_visible()
    expect(page.get_by_text("Removed take").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_create_change_and_delete(site, axe, shots, admin, database, size):
    """FILM-01 FILM-10 ADM-03: a draft is made and changed, and deleted only when its name is typed."""
    label = f"Draft {secrets.token_hex(4)}"
    page = site.page("/admin/seasons", viewport=SIZES[size], storage_state=admin)
    ready(page)
    page.get_by_role("button", name="New season…").click()
    dialog = page.get_by_role("dialog", name="New season")
    judge(page, axe, shots, f"admin-seasons-new-{size}", within="[data-confirmation]")
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    dialog.get_by_role("button", name="Create the season").click()
    expect(dialog.get_by_text("Enter a name of 1 to 80 characters.")).to_be_visible()
    dialog.get_by_label("Name").fill(label)
    dialog.get_by_label("Slots").fill("4")
    dialog.get_by_label("Length of a round").fill("90")
    dialog.get_by_label("Unit").select_option("minutes")
    dialog.get_by_role("button", name="Create the season").click()
    told(page, f"{label} is a draft")
    expect(page.get_by_role("heading", name=label)).to_be_visible()
    expect(page.locator("[data-slot]")).to_have_count(4)
    page.get_by_role("button", name="Settings…").click()
    settings = page.get_by_role("dialog", name="Season settings")
    expect(settings.get_by_label("Length of a round")).to_have_value("90")
    settings.get_by_label("Genre").select_option("Horror")
    settings.get_by_label("Rounds after which a take is eliminated").fill("3")
    settings.get_by_role("button", name="Save the settings").click()
    told(page, "The settings are saved")
    row = page.locator("[data-season-row]").filter(has_text=label)
    expect(row).to_contain_text("Horror")
    expect(page.get_by_role("button", name="Reset…")).to_have_count(0)
    page.get_by_role("button", name="Delete…").click()
    ending = page.get_by_role("dialog", name="Delete the season")
    expect(ending.locator("[data-consequences]")).to_contain_text("deleted for good")
    confirm = ending.get_by_role("button", name="Delete the season")
    expect(confirm).to_be_disabled()
    ending.get_by_label(re.compile("^Type the season’s name")).fill(label)
    expect(confirm).to_be_enabled()
    ending.get_by_label("Reason, for the audit log").fill("A trial")
    confirm.click()
    announced(page, "deleted for good")
    expect(row).to_have_count(0)
    [(left,)] = database.execute("select count(*) from seasons where label = %s", (label,)).fetchall()
    assert left == 0


def test_refusals_are_told(site, shots, admin, finished):
    """FILM-10: an act that is not possible says why in place of its consequences, and cannot be confirmed."""
    site.allow(r"Failed to load resource")
    page = open_season(site, admin, finished["id"], slot=3)
    page.get_by_role("button", name="Unlock the slot…").click()
    dialog = page.get_by_role("dialog", name="Unlock slot 3")
    expect(dialog.locator("[data-consequences]")).to_contain_text("Another season is running.")
    expect(dialog.get_by_role("button", name="Unlock the slot")).to_be_disabled()
    shots.of(page, "admin-seasons-refused.png")


def test_film_of_a_season(site, axe, shots, admin, finished, database):
    """FILM-09 ADM-03: the work on the film, why it failed, and ending and requesting it; nothing is reloaded by hand."""
    season = finished["id"]
    page = open_season(site, admin, season)
    panel = page.locator("[data-film-state]")
    expect(panel).to_contain_text("Not made")
    database.execute(
        """
        insert into film_builds (season_id, state, step, progress, problem, requested_at, changed_at)
        values (%s, 'running', 'streams', 0.42, null, now(), now())
        """,
        (season,),
    )
    page.reload()
    expect(panel).to_contain_text("42 %, making the streams")
    judge(page, axe, shots, "admin-film-1440", within="[data-film]")
    database.execute("update film_builds set progress = 0.77 where season_id = %s", (season,))
    expect(panel).to_contain_text("77 %")
    page.get_by_role("button", name="Cancel the work").press("Enter")
    announced(page, "The work on the film is ended")
    expect(panel).to_have_attribute("data-film-state", "cancelled")
    expect(page.get_by_role("button", name="Make the film")).to_be_focused()
    database.execute(
        "update film_builds set state = 'failed', problem = 'The disk is full.' where season_id = %s", (season,)
    )
    page.reload()
    expect(panel).to_contain_text("The disk is full.")
    page.get_by_role("button", name="Make the film").click()
    told(page, "The film is requested")
    expect(panel).to_have_attribute("data-film-state", re.compile("waiting|running|done"))
    [(acts,)] = database.execute(
        "select array_agg(action order by id) from audit_log where action like 'film.%%' and subject_id = %s", (season,)
    ).fetchall()
    assert acts == ["film.cancel", "film.build"]


def test_cover_and_genre_vote(site, axe, shots, admin, finished, database):
    """FILM-01 FILM-12: a moment of a take becomes the cover; a new season's form shows what members want"""
    page = open_season(site, admin, finished["id"], viewport=PHONE)
    page.get_by_role("button", name="Cover…").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Cover of"))
    dialog.get_by_label("Take").select_option(index=2)
    dialog.get_by_label("Moment").fill("1.2")
    judge(page, axe, shots, "admin-cover-390", within="[data-confirmation]")

    def once_made(route):
        cover = "select cover_key from seasons where id = %s"
        comes_true(page, lambda: database.execute(cover, (finished["id"],)).fetchone()[0], "the picture is made")
        route.continue_()

    # The page looks for the picture for a quarter of a minute, and a slow machine may make it in a longer time.
    page.route("**/api/admin/slots?*", once_made)
    dialog.get_by_role("button", name="Use this picture").click()
    expect(page.locator("img[data-cover]")).to_have_attribute("src", re.compile(r"/films/.*/cover[0-9a-f]+-poster\.webp"))
    library = page.request.get("/api/films").json()["films"]
    assert any("/cover" in (film["coverUrl"] or "") for film in library)

    def vote(route):
        body = route.fetch().json()
        body["total"] = 4
        for share in body["genres"]:
            share["votes"] = {"Horror": 3, "Comedy": 1}.get(share["genre"], 0)
            share["percent"] = share["votes"] * 25
        route.fulfill(json=body)

    page.route("**/api/genre-vote", vote)
    page.get_by_role("button", name="New season…").click()
    tally = page.locator("[data-tally] li")
    expect(tally).to_have_text([re.compile("Horror.*75 %"), re.compile("Comedy.*25 %")])
    judge(page, axe, shots, "admin-genre-390", within="[data-confirmation]")
