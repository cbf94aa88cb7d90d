"""What an admin does with clips: keys, the sheet on phones, reasons, undo."""

import itertools
import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, comes_true, judge, ready, told, until

SIZES = {"390": PHONE, "1440": DESK}

TOUCH = {"viewport": PHONE, "has_touch": True}

PLAYS = """() => [...document.querySelectorAll("[data-chosen-clip] video")].some(
    (video) => !video.paused && video.muted && video.loop && video.currentTime > 0)"""


# The focused element where it is on the page behind the sheet.
BEHIND = """() => [document.activeElement]
    .filter((element) => element !== document.body && !element.closest("[data-sheet]"))
    .map((element) => element.outerHTML)"""


class Queue:
    """Pending clips of one test, made of the files of a clip of the demo."""

    def __init__(self, connection):
        self.connection = connection
        self.word = f"q{secrets.token_hex(4)}"

    def make(self, count, like_another=False):
        """The titles in the order of the queue."""
        titles = [f"{self.word} {number:02}" for number in range(count)]
        for number, title in enumerate(titles):
            self.connection.execute(
                """
                insert into tournament_clips (
                    season_id, user_id, title, genre, rights_confirmed_at, processing, video_key, poster_key, width, height,
                    duration_ms, perceptual_hash, created_at
                )
                select season_id, user_id, %s, genre, now(), processing, video_key, poster_key, width, height, duration_ms,
                    case when %s then perceptual_hash end, now() - make_interval(mins => %s)
                from tournament_clips
                where status = 'active' and video_key is not null and perceptual_hash is not null
                order by id
                limit 1
                """,
                (title, like_another, 1000 - number),
            )
        return titles

    def states(self):
        """The status and the reason of each clip, in the order of the titles."""
        return self.connection.execute(
            "select status, rejection_reason from tournament_clips where title like %s order by title", (f"{self.word} %",)
        ).fetchall()

    def remove(self):
        self.connection.execute("delete from tournament_clips where title like %s", (f"{self.word} %",))
        self.connection.execute("select announce_change('clips', 'rejected')")


@pytest.fixture
def queue(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        queue = Queue(connection)
        yield queue
        queue.remove()


@pytest.fixture
def office(site, admin, queue):
    """The queue of one test as an admin sees it."""

    def open_office(count, like_another=False, query="", **options):
        titles = queue.make(count, like_another)
        page = site.page(f"/admin/clips?search={queue.word}{query}", storage_state=admin, **options)
        ready(page)
        expect(page.locator("[data-rows] .clip-name")).to_have_count(count)
        return page, titles

    return open_office


def heading(page):
    return page.locator("[data-chosen-clip] h2")


def test_twenty_clips_with_twenty_keys(office, queue):
    """ADM-01 CLIP-05 WEB-02: keys are not lost, however fast they come, and each decides on the next clip."""
    page, titles = office(20)
    expect(heading(page)).to_have_text(titles[0])
    page.keyboard.press("a")
    expect(heading(page)).to_have_text(titles[1])
    expect(heading(page)).to_be_focused()
    for _ in range(19):
        page.keyboard.press("a")
    expect(page.get_by_role("heading", name="No match")).to_be_focused()
    comes_true(page, lambda: queue.states() == [("active", None)] * 20, "all are approved")
    told(page, f"“{titles[19]}” approved for slot")
    answer = page.request.get(f"/api/admin/clips?status=pending&search={queue.word}").json()
    assert answer["clips"] == []


def test_reject_and_move_by_keys(office, queue):
    """ADM-01 WEB-02: R leads to the reasons, a digit chooses, Enter rejects; J and K go through the queue."""
    page, titles = office(4)
    page.keyboard.press("j")
    expect(heading(page)).to_have_text(titles[1])
    expect(heading(page)).to_be_focused()
    page.keyboard.press("k")
    expect(heading(page)).to_have_text(titles[0])
    page.keyboard.press("k")
    announced(page, "This is the first one.")

    page.keyboard.press("r")
    choice = page.get_by_label("Reason the creator will read")
    expect(choice).to_be_focused()
    expect(page.get_by_text("Keys 1 to 5 choose, Enter rejects, Esc goes back.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choose a reason.", exact=True)).to_be_visible()
    page.keyboard.press("2")
    expect(choice).to_have_value("Not suitable for everyone")
    page.keyboard.press("Escape")
    expect(heading(page)).to_be_focused()
    assert queue.states()[0] == ("pending", None)
    page.keyboard.press("r")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(titles[1])
    expect(heading(page)).to_be_focused()
    comes_true(page, lambda: queue.states()[0] == ("rejected", "The rights are unclear"), "the first is rejected")

    # The letters of a reason of one's own decide nothing.
    page.keyboard.press("r")
    page.keyboard.press("5")
    expect(page.get_by_label("Your reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Say why, so that the creator can do better.")).to_be_visible()
    page.keyboard.type("a jury knows ?")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(titles[2])
    comes_true(page, lambda: queue.states()[1] == ("rejected", "a jury knows ?"), "the second is rejected")
    assert [state for state, _ in queue.states()[2:]] == ["pending", "pending"]


def test_undo(site, office, queue):
    """ADM-01: U and the toast take a decision back on the server; what would lose votes is refused and explained."""
    page, titles = office(3)
    page.keyboard.press("a")
    expect(heading(page)).to_have_text(titles[1])
    page.keyboard.press("u")
    announced(page, f"“{titles[0]}” is pending again")
    expect(heading(page)).to_have_text(titles[0])
    expect(heading(page)).to_be_focused()
    assert queue.states()[0] == ("pending", None)
    page.keyboard.press("u")
    told(page, "Nothing to undo")

    for key in ("r", "1", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    announced(page, f"“{titles[0]}” is pending again")
    comes_true(page, lambda: queue.states()[0] == ("pending", None), "the rejection is undone")
    expect(heading(page)).to_have_text(titles[0])

    # Two presses are taken back one by one, the last one first.
    for _ in range(2):
        page.keyboard.press("a")
    expect(heading(page)).to_have_text(titles[2])
    comes_true(page, lambda: [state for state, _ in queue.states()] == ["active", "active", "pending"], "two are approved")
    queue.connection.execute("update tournament_clips set vote_count = 1 where title = %s", (titles[0],))
    page.keyboard.press("u")
    comes_true(page, lambda: [state for state, _ in queue.states()] == ["active", "pending", "pending"], "one is back")
    page.keyboard.press("u")
    expect(page.get_by_role("alert")).to_contain_text("was not undone: the clip has votes. Reject it instead.")
    assert queue.states()[0] == ("active", None)

    page.goto("/admin/audit?action=clip.undo")
    ready(page)
    expect(page.locator("[data-entry]").first).to_contain_text("Undid a decision on a clip")


def test_no_reason_is_chosen_for_the_admin(office, queue):
    """ADM-01: without a reason nothing can be rejected, neither one clip nor many."""
    page, _ = office(2)
    panel = page.locator("[data-chosen-clip]")
    choice, reject = panel.get_by_label("Reason the creator will read"), panel.get_by_role("button", name="Reject")
    expect(choice).to_have_value("")
    expect(choice.locator("option:checked")).to_have_text("Choose a reason…")
    expect(reject).to_be_disabled()
    choice.select_option("Does not fit this film")
    expect(reject).to_be_enabled()

    page.get_by_label("Select all 2").check()
    page.get_by_role("button", name="Reject…").click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="Reject")
    expect(confirm).to_be_disabled()
    dialog.get_by_label("Reason the creators will read").select_option("The rights are unclear")
    confirm.click()
    told(page, "2 clips rejected")
    comes_true(page, lambda: queue.states() == [("rejected", "The rights are unclear")] * 2, "both are rejected")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    comes_true(page, lambda: queue.states() == [("pending", None)] * 2, "both are pending again")
    expect(page.locator("[data-rows] .clip-name")).to_have_count(2)


def test_near_duplicate_has_its_reason(office):
    """ADM-01: where the server has found a near-duplicate, its reason is chosen, and both clips are seen."""
    page, _ = office(1, like_another=True)
    panel = page.locator("[data-chosen-clip]")
    expect(panel.get_by_label("Reason the creator will read")).to_have_value("Copy of another clip")
    expect(panel.get_by_role("button", name="Reject")).to_be_enabled()
    expect(panel.locator("video")).to_have_count(2)


def test_keys_can_be_switched_off_and_leave_fields_alone(office, queue):
    """WEB-02: `?` lists the keys and switches them; letters typed into a field decide nothing."""
    page, titles = office(2)
    search = page.get_by_label("Title or creator")
    search.focus()
    search.press("End")
    page.keyboard.type(" a")
    expect(search).to_have_value(f"{queue.word} a")
    search.fill(queue.word)
    expect(page.locator("[data-rows] .clip-name")).to_have_count(2)
    page.locator("[data-tick]").first.focus()
    page.keyboard.press("j")
    expect(heading(page)).to_have_text(titles[1])

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    for label in ("Approve", "Choose a reason, then reject", "Undo the last decision", "Next", "Previous"):
        expect(keys.get_by_text(label, exact=True)).to_be_visible()
    page.keyboard.press("a")
    keys.get_by_label("Turn shortcuts on").uncheck()
    keys.get_by_role("button", name="Close").click()
    for key in ("a", "k", "r"):
        page.keyboard.press(key)
    expect(heading(page)).to_have_text(titles[1])
    assert queue.states() == [("pending", None)] * 2
    page.keyboard.press("?")
    keys.get_by_label("Turn shortcuts on").check()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("k")
    expect(heading(page)).to_have_text(titles[0])


def test_the_chosen_clip_plays(office):
    """ADM-01 WEB-02: without sound and in a loop; P pauses it, and the panel of the next clip plays too."""
    page, _ = office(2)
    until(page, PLAYS)
    page.keyboard.press("p")
    until(page, "() => [...document.querySelectorAll('[data-chosen-clip] video')].every((video) => video.paused)")
    page.keyboard.press("j")
    until(page, PLAYS)
    page.evaluate("document.querySelector('[data-chosen-clip] video').isSame = true")
    page.keyboard.press("m")
    until(page, "() => !document.querySelector('[data-chosen-clip] video').muted")
    # News of the list leave the video alone.
    with page.expect_response(re.compile("/api/admin/clips")):
        page.get_by_role("tab", name=re.compile("^Pending")).click()
    ready(page)
    assert page.evaluate("document.querySelector('[data-chosen-clip] video').isSame")


def test_reduced_motion_waits_for_a_press(office):
    """WEB-02: nothing plays until its button is pressed."""
    page, titles = office(1, reduced_motion="reduce")
    play = page.get_by_role("button", name=f"Play {titles[0]}")
    expect(play).to_be_visible()
    until(page, "() => document.querySelector('[data-chosen-clip] video').readyState > 0")
    assert page.evaluate("document.querySelector('[data-chosen-clip] video').paused")
    play.press("Enter")
    until(page, PLAYS)
    expect(play).to_be_hidden()
    assert page.evaluate("document.activeElement.localName") == "video"


def test_refused_decision_brings_the_clip_back(site, office, queue):
    """ADM-01: what the server did not take is in the list again, and can be tried again from the message."""
    site.allow(r"Failed to load resource")
    page, titles = office(2)
    page.route("**/api/admin/bulk", lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text(f"“{titles[0]}” was not approved.")
    expect(page.locator("[data-rows] .clip-name")).to_have_count(2)
    assert queue.states() == [("pending", None)] * 2
    page.unroute("**/api/admin/bulk")
    page.get_by_role("button", name="Try again").click()
    comes_true(page, lambda: queue.states() == [("active", None), ("pending", None)], "the first is approved")
    expect(page.locator("[data-rows] .clip-name")).to_have_count(1)


def test_sheet_on_a_phone(office, queue):
    """ADM-01 WEB-01: the clip opens over the list, which stays where it is; decisions go on to the next clip."""
    page, titles = office(12, **TOUCH)
    sheet = page.get_by_role("dialog", name="Selected clip")
    expect(page.locator("[data-chosen-clip]")).to_be_hidden()
    # Nothing is decided on a clip that is not seen.
    page.keyboard.press("a")
    expect(page.locator("[data-rows] .clip-name")).to_have_count(12)
    row = page.get_by_role("button", name=titles[6])
    row.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 100

    row.tap()
    expect(sheet).to_be_visible()
    expect(heading(page)).to_have_text(titles[6])
    expect(heading(page)).to_be_focused()
    until(page, PLAYS)
    for name in ("Reject", "Approve", "Next"):
        expect(sheet.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(sheet.locator("video")).to_be_in_viewport(ratio=.95)
    expect(sheet.get_by_text("7 of 12")).to_be_visible()
    # The page behind cannot be reached: every stop of Tab is in the sheet.
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(BEHIND) == []

    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).to_be_hidden()
    expect(row).to_be_focused()
    assert page.evaluate("scrollY") == place
    until(page, "() => [...document.querySelectorAll('video')].every((video) => video.paused)")

    row.tap()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(row).to_be_focused()
    row.tap()
    sheet.get_by_role("button", name="Next").tap()
    expect(heading(page)).to_have_text(titles[7])
    sheet.get_by_role("button", name="Approve").tap()
    expect(heading(page)).to_have_text(titles[8])
    expect(heading(page)).to_be_focused()
    comes_true(page, lambda: queue.states()[7] == ("active", None), "the clip is approved")
    sheet.get_by_role("button", name="Undo").tap()
    expect(heading(page)).to_have_text(titles[7])
    comes_true(page, lambda: queue.states()[7] == ("pending", None), "the approval is undone")
    expect(sheet).to_be_visible()
    # Beside the sheet, above it.
    page.touchscreen.tap(4, 40)
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name=titles[7])).to_be_focused()
    assert page.evaluate("scrollY") == place


def test_sheet_ends_with_the_last_clip(office, queue):
    """ADM-01: when no clip is left, the list says so and has the focus."""
    page, titles = office(1, **TOUCH)
    page.get_by_role("button", name=titles[0]).tap()
    sheet = page.get_by_role("dialog", name="Selected clip")
    sheet.get_by_role("button", name="Approve").tap()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("heading", name="No match")).to_be_focused()
    comes_true(page, lambda: queue.states() == [("active", None)], "the clip is approved")


def test_edit(site, office, queue):
    """ADM-01 WEB-02: E corrects title, description and genre where the clip is; what another admin corrected meanwhile stays."""
    site.allow(r"Failed to load resource")
    page, titles = office(2)
    before = queue.connection.execute(
        "select genre from tournament_clips where title = %s", (titles[0],)).fetchone()  # fmt: skip
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name=f"Edit “{titles[0]}”")
    title, genre = dialog.get_by_label("Title"), dialog.get_by_label("Genre")
    expect(title).to_be_focused()
    expect(title).to_have_value(titles[0])
    expect(genre).to_have_value(before[0])
    title.fill(" ")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Write a title.")).to_be_visible()
    expect(title).to_be_focused()
    queue.connection.execute("update tournament_clips set description = 'By another admin' where title = %s", (titles[0],))
    title.fill(f"{queue.word} <b>corrected</b>")
    genre.select_option("Horror")
    # What the server refuses is said in the dialog, and what was typed stays.
    page.route("**/api/admin/clips", lambda route: route.abort() if route.request.method == "PUT" else route.fallback())
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Nothing was changed.")
    expect(genre).to_have_value("Horror")
    page.unroute("**/api/admin/clips")
    title.press("Enter")
    expect(dialog).to_be_hidden()
    expect(heading(page)).to_have_text(f"{queue.word} <b>corrected</b>")
    told(page, "The clip is corrected")
    row = queue.connection.execute(
        "select description, genre from tournament_clips where title = %s", (f"{queue.word} <b>corrected</b>",)).fetchone()
    assert row == ("By another admin", "Horror")
    # In the genre that the list shows it is there, and in another it is not.
    page.get_by_role("search").get_by_label("Genre").select_option("Horror")
    expect(page.locator("[data-rows] .clip-name")).to_have_count(1 if before[0] != "Horror" else 2)
    page.reload()
    expect(page.get_by_role("search").get_by_label("Genre")).to_have_value("Horror")
    expect(heading(page)).to_have_text(f"{queue.word} <b>corrected</b>")
    page.get_by_role("search").get_by_label("Genre").select_option("Romance")
    expect(page.get_by_role("heading", name="No match")).to_be_visible()


def test_edit_on_a_phone(office, queue):
    """ADM-01 WEB-01: from the sheet, to which Cancel and Esc lead back; a change that changes nothing sends nothing."""
    page, titles = office(1, **TOUCH)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.get_by_role("button", name=titles[0]).tap()
    sheet = page.get_by_role("dialog", name="Selected clip")
    edit = sheet.get_by_role("button", name="Edit…")
    dialog = page.get_by_role("dialog", name=f"Edit “{titles[0]}”")
    for leave in (lambda: dialog.get_by_role("button", name="Cancel").tap(), lambda: page.keyboard.press("Escape"),
                  lambda: dialog.get_by_role("button", name="Save").tap()):  # fmt: skip
        edit.tap()
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
        leave()
        expect(dialog).to_be_hidden()
        expect(sheet).to_be_visible()
        expect(edit).to_be_focused()
    assert sent == []
    edit.tap()
    dialog.get_by_label("Description").fill("Two lines,\nof a moderator")
    dialog.get_by_role("button", name="Save").tap()
    expect(sheet.get_by_text("Two lines, of a moderator")).to_be_visible()
    row = queue.connection.execute("select description from tournament_clips where title = %s", (titles[0],)).fetchone()
    assert row == ("Two lines,\nof a moderator",)


@pytest.mark.parametrize("size", SIZES)
def test_look(office, axe, shots, size):
    """ADM-01: the list, the chosen clip with the reasons, and the sheet."""
    page, titles = office(6, viewport=SIZES[size])
    page.get_by_label(f"Select {titles[1]}").check()
    judge(page, axe, shots, f"moderation-list-{size}")
    page.get_by_role("button", name="Clear selection").click()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.get_by_role("button", name=titles[2]).click()
    until(page, PLAYS)
    page.keyboard.press("p")
    judge(page, axe, shots, f"moderation-clip-{size}")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.keyboard.press("r")
    judge(page, axe, shots, f"moderation-reasons-{size}", within="[data-chosen-clip]")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.get_by_role("button", name="Edit…").click()
    judge(page, axe, shots, f"moderation-edit-{size}", within="[data-confirmation]")


def test_look_of_a_near_duplicate(office, axe, shots):
    """ADM-01"""
    page, titles = office(1, like_another=True, **TOUCH)
    page.get_by_role("button", name=titles[0]).tap()
    judge(page, axe, shots, "moderation-twin-390", within="[data-sheet]")


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("path", ["/admin/clips", "/admin/messages", "/admin/votes"])
def test_tabs_fit_on_a_phone(site, admin, path, width):
    """WEB-01: all tabs are seen whole and apart."""
    page = site.page(path, storage_state=admin, viewport={"width": width, "height": 700})
    ready(page)
    tabs = page.get_by_role("tab").evaluate_all(
        """(tabs) => tabs.map((tab) => {
            const text = document.createRange();
            text.selectNodeContents(tab);
            const { left, right } = text.getBoundingClientRect();
            return [left, right];
        })""")
    assert tabs[0][0] >= 0 and tabs[-1][1] <= width, tabs
    for (_, end), (start, _) in itertools.pairwise(tabs):
        assert start - end >= 4, tabs


@pytest.mark.parametrize("path", ["/admin/users", "/admin/messages", "/admin/votes"])
def test_sheets_of_other_lists(site, admin, axe, path, run):
    """WEB-01 ADM-02 OPS-08 VOTE-08: what is beside a list on a desk is over it on a phone, also from a link."""
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        word = f"w{secrets.token_hex(4)}"
        for name in ("Ada", "Bo"):
            connection.execute(
                "insert into contact_messages (name, email, subject, message) values (%s, %s, 'Hello', 'Hello')",
                (name, f"{word}@example.org"),
            )
        page = site.page(path, storage_state=admin, **TOUCH)
        ready(page)
        sheet = page.locator("[data-sheet]")
        opener = page.locator("[data-open-side]") if path == "/admin/votes" else page.locator("[data-rows] .clip-name").first
        opener.tap()
        expect(sheet).to_be_visible()
        expect(sheet.get_by_role("heading").first).to_be_visible()
        axe(page, within="[data-sheet]")
        if path != "/admin/votes":
            place = sheet.locator("[data-sheet-place]")
            expect(place).to_have_text(re.compile("^1 of "))
            sheet.get_by_role("button", name="Next").tap()
            expect(place).to_have_text(re.compile("^2 of "))
            again = site.page(page.url, storage_state=admin, **TOUCH)
            expect(again.locator("[data-sheet]")).to_be_visible()
        sheet.get_by_role("button", name="Close").tap()
        expect(sheet).to_be_hidden()
        assert page.evaluate("document.activeElement !== document.body")
        connection.execute("delete from contact_messages where email = %s", (f"{word}@example.org",))
