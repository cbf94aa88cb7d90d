"""Acts of admins on a running film, each seen by two of them: the one who acts, and the one who had the same in mind."""

import re
import secrets

import films
import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, judge, ready

PUBLISHED, AUDITED = "Reason, published with the result", "Reason, for the audit log"
# As people write it.
MOMENT = r"\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC"


@pytest.fixture
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def running(database):
    """A season that runs in place of the demo's, with two slots locked, votes in the third, and one to come."""
    label = f"Acts {secrets.token_hex(4)}"
    season = films.create(database, label, 4)
    clips = [films.add_clip(database, season, place, f"{name} {label}", "locked") for place, name in ((1, "Ash"), (2, "Birch"))]
    clips += [films.add_clip(database, season, 3, f"{name} {label}", "active") for name in ("Cedar", "Dogwood")]
    for place in (1, 2):
        films.lock(database, season, place, [clips[place - 1]])
    films.vote(database, season, 1, clips[0], 2)
    films.vote(database, season, 3, clips[2], 3)
    films.vote(database, season, 3, clips[3], 1)
    [(demo,)] = database.execute("select id from seasons where status = 'active'").fetchall()
    with database.transaction():
        database.execute("update seasons set status = 'finished', finished_at = now() where id = %s", (demo,))
        database.execute("update seasons set status = 'active', activated_at = now() where id = %s", (season,))
        database.execute("select * from open_slot(%s, 3)", (season,))
    yield {"id": season, "label": label, "clips": clips}
    with database.transaction():
        database.execute("update seasons set status = 'finished' where id = %s and status = 'active'", (season,))
        database.execute("update seasons set status = 'active', finished_at = null where id = %s", (demo,))
    films.delete(database, season, label, clips)
    database.execute("select announce_change('film', 'test')")


class Admin:
    """An admin's window on a season."""

    def __init__(self, site, admin, season, size):
        self.size = size
        self.page = site.page(f"/admin/seasons?season={season['id']}", viewport=size, storage_state=admin)
        ready(self.page)

    def begin(self, act, title, slot=None):
        """The dialog of an act, whose button is in the sheet of its slot on a phone."""
        sheet = self.page.locator("[data-sheet]")
        if sheet.evaluate("(sheet) => sheet.open") and (slot is None or self.size is DESK):
            self.page.locator("[data-sheet-close]").click()
        if slot is not None and not self.page.get_by_role("heading", name=f"Slot {slot}", exact=True).is_visible():
            if sheet.evaluate("(sheet) => sheet.open"):
                self.page.locator("[data-sheet-close]").click()
            self.page.locator(f'[data-slot="{slot}"]').click()
        self.page.get_by_role("button", name=act, exact=True).click()
        return self.page.get_by_role("dialog", name=title)

    def slot(self, number):
        return self.page.locator(f'[data-slot="{number}"]')


def opens(slot):
    return re.compile(rf"^Slot {slot} opens for a full round, until {MOMENT}\.$")


def expect_lines(dialog, lines):
    expect(dialog.locator("[data-consequences] li")).to_have_text(lines)


def test_acts_on_slots(site, axe, shots, admin, running, database):
    """FILM-10 ADM-03 VOTE-12: votes reset, a round closed, a slot unlocked and a clip taken down: what follows is shown
    before, the reason is asked, and the second of two admins learns what has changed."""
    site.allow(r"Failed to load resource")
    label = running["label"]
    desk, phone = Admin(site, admin, running, DESK), Admin(site, admin, running, PHONE)

    def both(act, title, confirm, slot, lines, name):
        """Both have the dialog open when the one at the desk confirms; returns what the other one is told."""
        first, second = desk.begin(act, title, slot), phone.begin(act, title, slot)
        for dialog in (first, second):
            expect_lines(dialog, lines)
        first.get_by_role("button", name=confirm).click()
        expect(first.get_by_text("Say why. The reason is published with the result.")).to_be_visible()
        if name:
            judge(phone.page, axe, shots, f"admin-acts-{name}-390", within="[data-confirmation]")
            shots.of(desk.page, f"admin-acts-{name}-1440.png")
        first.get_by_label(PUBLISHED).fill(f"{act} {label}")
        first.get_by_role("button", name=confirm).click()
        expect(first).to_be_hidden()
        second.get_by_label(PUBLISHED).fill("The same")
        second.get_by_role("button", name=confirm).click()
        told = second.get_by_role("alert").filter(has_text=re.compile(r"\S"))
        expect(told).to_be_visible()
        text = told.text_content()
        if name:
            shots.of(phone.page, f"admin-acts-{name}-second.png")
        second.get_by_role("button", name="Cancel").click()
        # Neither has to reload to see the film as it is.
        expect(second).to_be_hidden()
        return text

    # Votes are out of the count, and can be brought back.
    told = both(
        "Reset the votes…", "Reset the votes of slot 3", "Reset the votes", 3,
        ["4 votes stop counting.", "The votes stay as evidence, and you can bring them back."], "votes")  # fmt: skip
    assert told == "No counted vote is like that."
    for one in (desk, phone):
        expect(one.page.locator("[data-chosen-slot]")).to_contain_text("2 takes, 0 votes")
    expect(desk.page.locator("[data-chosen-slot]")).to_contain_text(f"Reset the votes… {label}")
    assert database.execute(
        "select count(*) from votes where season_id = %s and slot_position = 3 and voided_at is null", (running["id"],)
    ).fetchall() == [(0,)]
    films.vote(database, running["id"], 3, running["clips"][2], 2)

    # The round ends before its time.
    told = both(
        "Close the round now…", "Close slot 3 now", "Close the round", 3,
        [f"Slot 3 is locked with “Cedar {label}”.", opens(4)], None)  # fmt: skip
    assert told == "This slot is not open: it has been closed already, or its turn has not come. Slot 4 is."
    for one in (desk, phone):
        expect(one.slot(3)).to_have_attribute("data-status", "locked")
        expect(one.slot(4)).to_have_attribute("data-status", "voting")

    # It opens again, and the one after it closes.
    told = both(
        "Unlock the slot…", "Unlock slot 3", "Unlock the slot", 3,
        [f"“Cedar {label}” leaves the film.", "Slot 4 closes again.", "2 clips compete again from zero.",
         "2 votes stop counting.", opens(3)], "unlock")  # fmt: skip
    assert re.match(rf"Slot 3 has changed since you looked. Its round is open until {MOMENT}. Nothing was done.", told), told
    for one in (desk, phone):
        expect(one.slot(3)).to_have_attribute("data-status", "voting")
        expect(one.slot(4)).to_have_attribute("data-status", "upcoming")
    expect(desk.page.locator("[data-chosen-slot]")).to_contain_text(f"Unlock the slot… {label}")
    # Who acted has the focus where the act was.
    assert desk.page.evaluate("() => document.querySelector('[data-detail]').contains(document.activeElement)")

    # A clip that must not be shown leaves the film.
    told = both(
        "Take the clip down…", f"Take “Birch {label}” down", "Take it down", 2,
        [f"“Birch {label}” leaves the film.", "No other clip can take its place, so a title card fills it."], "down")  # fmt: skip
    assert told == "This clip is not in the film."
    for one in (desk, phone):
        expect(one.slot(2)).to_contain_text("Removed")
        expect(one.page.locator("[data-chosen-slot]")).to_contain_text("The film shows a title card.")

    acts = [row[0] for row in database.execute(
        "select action from audit_log where reason like %s order by id", (f"%{label}",)).fetchall()]  # fmt: skip
    assert acts == ["votes.reset", "round.advance", "slot.unlock", "clip.take_down"], acts


def test_ends_of_a_season(site, axe, shots, admin, running, database):
    """FILM-10 ADM-03: a season starts over and is deleted once its name is typed, not twice by two admins."""
    site.allow(r"Failed to load resource")
    label = running["label"]
    desk, phone = Admin(site, admin, running, DESK), Admin(site, admin, running, PHONE)

    def both(act, title, field, lines, name):
        first, second = desk.begin(act, title), phone.begin(act, title)
        for one, dialog in ((desk, first), (phone, second)):
            expect_lines(dialog, lines)
            confirm = dialog.get_by_role("button", name=title)
            typed = dialog.get_by_label(f"Type the season’s name to confirm: {label}")
            for wrong in (label.upper(), label[:-1], ""):
                typed.fill(wrong)
                expect(confirm).to_be_disabled()
            typed.fill(label)
            expect(confirm).to_be_enabled()
            shots.of(one.page, f"admin-acts-{name}-{one.size['width']}.png")
        first.get_by_role("button", name=title).click()
        expect(first.get_by_text(re.compile("^Say why."))).to_be_visible()
        judge(phone.page, axe, shots, f"admin-acts-{name}-390", within="[data-confirmation]")
        first.get_by_label(field).fill(f"{name} {label}")
        first.get_by_label(field).press("Tab")
        desk.page.keyboard.press("Tab")
        first.get_by_role("button", name=title).press("Enter")
        expect(first).to_be_hidden()
        second.get_by_label(field).fill("The same")
        second.get_by_role("button", name=title).click()
        told = second.get_by_role("alert").filter(has_text=re.compile(r"\S"))
        expect(told).to_be_visible()
        text = told.text_content()
        shots.of(phone.page, f"admin-acts-{name}-second.png")
        second.get_by_role("button", name="Cancel").click()
        expect(second).to_be_hidden()
        return text

    told = both("Reset…", "Reset the season", PUBLISHED, [
        "4 clips compete again from zero.", "6 votes stop counting.",
        "2 rounds lose their result. Exports that were published stay.", opens(1), "The season runs."], "reset")  # fmt: skip
    assert told == (f"“{label}” has changed since you looked. It is running, and 0 of its slots are locked. Nothing was done."
                    " Look at it again, then decide.")  # fmt: skip
    for one in (desk, phone):
        expect(one.page.locator("[data-slot][data-status=upcoming]")).to_have_count(3)
        expect(one.slot(1)).to_have_attribute("data-status", "voting")
        expect(one.page.locator("[data-season-head]")).to_contain_text("0 of 4 locked")

    told = both("Delete…", "Delete the season", AUDITED, [
        "The season, its slots, its results and its exports are deleted for good.", "4 clips are deleted with their files.",
        "0 votes stop counting."], "delete")  # fmt: skip
    assert told == "There is no such season."
    for one in (desk, phone):
        expect(one.page.locator("[data-season-row]").filter(has_text=label)).to_have_count(0)
        # The page shows another season in its place.
        expect(one.page.locator("[data-season-head] h2")).not_to_have_text(label)
    announced(desk.page, "deleted for good")
    acts = [row[0] for row in database.execute(
        "select action from audit_log where reason like %s order by id", (f"%{label}",)).fetchall()]  # fmt: skip
    assert acts == ["season.reset", "season.delete"], acts
