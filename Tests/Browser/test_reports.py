"""Reports from the arena to the answer, decisions with their appeal, and the terms of use."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, comes_true, judge, ready, sign_in_link, told, use_link

SIZES = {"390": PHONE, "1440": DESK}

CLIP = """
    insert into tournament_clips (
        user_id, title, genre, rights_confirmed_at, status, processing, video_key, poster_key, width, height, duration_ms,
        season_id, slot_position, activated_at
    )
    select users.id, %s, 'Sci-Fi', now(), 'active', 'ready', shown.video_key, shown.poster_key, 1080, 1920, 7900,
        shown.season_id, shown.slot_position, now()
    from users, (
        select clips.*
        from tournament_clips clips
        join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
        where clips.status = 'active' and slots.status = 'voting'
        order by clips.id
        limit 1
    ) shown
    where users.username = %s
    returning id
"""


@pytest.fixture
def creator(site, run):
    """A member with one clip in the open round: name, title, id of the clip, and what keeps the member signed in."""
    name = f"maker_{secrets.token_hex(4)}"
    context = site.context()
    page = context.new_page()
    use_link(page, sign_in_link(run, "--user", name))
    title = f"Loud {secrets.token_hex(3)}"
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        [(clip,)] = connection.execute(CLIP, (title, name)).fetchall()
        connection.execute("select announce_change('clips', 'made')")
        feed = f"/api/vote?limit=1&firstId={clip}"
        comes_true(page, lambda: str(clip) in page.request.get(feed).text(), "the clip is in the arena")
        yield name, title, str(clip), context.storage_state()
        connection.execute("delete from tournament_clips where id = %s", (clip,))
        connection.execute("delete from users where username = %s", (name,))
        connection.execute("select announce_change('clips', 'gone')")


def test_from_the_arena_to_the_appeal(site, axe, shots, admin, member, creator, run):
    """SOC-03 ADM-01: reported beside the clip, decided by an admin, answered to both, appealed and granted."""
    _, title, clip, state = creator
    page = site.page(f"/dashboard?take={clip}", storage_state=member, viewport=PHONE)
    ready(page)
    expect(page.locator("[data-deck] .frame[data-place='0']")).to_contain_text(title)
    page.get_by_role("button", name="Report this take").press("Enter")
    dialog = page.get_by_role("dialog", name=f"Report “{title}”")
    dialog.get_by_role("button", name="Send report").click()
    expect(dialog.get_by_text("Choose what is wrong.")).to_be_visible()
    dialog.get_by_label("Something else").check()
    dialog.get_by_role("button", name="Send report").click()
    expect(dialog.get_by_text("Say in your own words what is wrong.")).to_be_visible()
    axe(page)
    shots.of(page, "report-dialog-390.png")
    dialog.get_by_label("In your own words").fill("It is an advertisement <b>.")
    dialog.get_by_role("button", name="Send report").click()
    told(page, "Report sent.")
    expect(page.get_by_role("button", name="Report this take")).to_be_focused()

    desk = site.page("/admin/clips?status=active", storage_state=admin)
    ready(desk)
    desk.get_by_role("button", name=title).click()
    expect(desk.locator("[data-reports]")).to_contain_text("It is an advertisement <b>.")
    desk.locator("[data-reports]").get_by_role("link", name="Decide on them").click()
    ready(desk)
    detail = desk.locator("[data-detail]")
    expect(detail.get_by_role("heading", name=title)).to_be_visible()
    expect(detail.get_by_label(title, exact=True)).to_have_attribute("src", re.compile("/media/"))
    expect(detail).to_contain_text("by juror")
    detail.get_by_role("button", name="I am looking at it").click()
    told(desk, "Marked as being looked at.")
    detail.get_by_role("button", name="Take the clip down…").click()
    question = desk.get_by_role("dialog", name="Take the clip down")
    question.get_by_role("button", name="Take the clip down").click()
    expect(question.get_by_text("Choose a rule.")).to_be_visible()
    question.get_by_label("Rule that is broken").select_option("spam")
    question.get_by_label("Reason that the member will read").fill("It advertises a shop.")
    axe(desk)
    shots.of(desk, "admin-reports-dialog.png")
    question.get_by_role("button", name="Take the clip down").click()
    told(desk, "The clip is taken down.")

    page.goto("/profile/decisions")
    expect(page.get_by_role("listitem").filter(has_text="Acted on").first).to_be_visible()

    theirs = site.context(storage_state=state).new_page()
    theirs.goto("/profile/clips")
    theirs.get_by_role("link", name="The reasons, and how to appeal").click()
    expect(theirs.get_by_text("It advertises a shop.")).to_be_visible()
    theirs.get_by_text("Appeal…").click()
    theirs.get_by_label("Why the decision is wrong").fill("The shop is mine, and it is closed.")
    shots.of(theirs, "decisions-1440.png", full_page=True)
    axe(theirs)
    theirs.get_by_role("button", name="Send appeal").click()
    expect(theirs.get_by_text("Your appeal was sent.")).to_be_visible()

    # Where there are several admins, another one has to decide.
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute("update statements_of_reasons set decided_by = null where clip_id = %s", (clip,))
    desk.get_by_role("tab", name=re.compile("^Appeals")).click()
    desk.get_by_role("button", name=title).click()
    expect(detail).to_contain_text("The shop is mine, and it is closed.")
    detail.get_by_role("button", name="Grant the appeal…").click()
    answer = desk.get_by_role("dialog", name="Grant the appeal")
    answer.get_by_label("Answer that the member will read").fill("You are right.")
    answer.get_by_role("button", name="Grant the appeal").click()
    told(desk, "The appeal is granted.")
    theirs.goto("/profile/decisions")
    expect(theirs.get_by_text("You are right.")).to_be_visible()
    theirs.goto("/profile/clips")
    expect(theirs.locator("[data-own-clips]")).to_contain_text("LIVE in slot")


@pytest.mark.parametrize("size", SIZES)
def test_pages(site, axe, shots, admin, member, creator, run, size):
    """SOC-03 GEN-08: lists, details and forms on a phone and on a desk, in both themes."""
    _, title, clip, state = creator
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        for reason, words in (("spam", "Twice a day"), ("other", "averylongwordwithoutanyblanks" * 12)):
            connection.execute(
                "select report_thing(%s, null, null, null, %s, %s, %s)", (clip, f"device_{secrets.token_hex(8)}", reason, words))
        [(case,)] = connection.execute("select id from moderation_cases where clip_id = %s", (clip,)).fetchall()
    page = site.page(f"/admin/reports?case={case}", viewport=SIZES[size], storage_state=admin)
    ready(page)
    current = page.get_by_role("navigation", name="Admin").locator("[aria-current]")
    expect(current).to_have_attribute("href", "/admin/reports")
    place = page.locator("[data-sheet]") if size == "390" else page.locator("[data-detail]")
    expect(place.get_by_role("heading", name=title)).to_be_visible()
    expect(place.get_by_text("Twice a day")).to_be_visible()
    judge(page, axe, shots, f"admin-reports-{size}")

    page = site.page("/admin/terms", viewport=SIZES[size], storage_state=admin)
    ready(page)
    expect(page.locator("[data-version]").first).to_contain_text("In force")
    judge(page, axe, shots, f"admin-terms-{size}", full_page=True)

    page = site.page(f"/report?clip={clip}", viewport=SIZES[size], storage_state=member)
    ready(page)
    judge(page, axe, shots, f"report-{size}", full_page=True)
    page.get_by_label("Spam").check()
    page.get_by_role("button", name="Send report").click()
    expect(page.get_by_role("heading", name="Report sent")).to_be_focused()

    page = site.page("/terms/accept", viewport=SIZES[size], storage_state=state)
    ready(page)
    judge(page, axe, shots, f"terms-accept-{size}", full_page=True)


def test_terms_before_the_first_upload(site, creator):
    """GEN-08 CLIP-09: the upload leads to the terms and back, by keyboard."""
    page = site.page("/upload", storage_state=creator[3])
    page.wait_for_url("**/terms/accept?next=/upload")
    page.get_by_role("button", name="Accept the terms").press("Enter")
    expect(page).to_have_url(re.compile("/terms/accept"))
    page.get_by_label("I have read the terms").press("Space")
    page.get_by_role("button", name="Accept the terms").press("Enter")
    page.wait_for_url("**/upload")
    ready(page)
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible()


def test_publishing_terms(site, axe, shots, admin):
    """GEN-08: a version with a date is published, corrected and withdrawn."""
    page = site.page("/admin/terms", storage_state=admin)
    ready(page)
    page.get_by_role("button", name="New version…").click()
    dialog = page.locator("[data-confirmation]")
    expect(dialog.get_by_label("Text")).to_have_value(re.compile("## Using the site"))
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_text("Say what is new.")).to_be_visible()
    dialog.get_by_label("What is new").fill("Shorter sentences.")
    dialog.get_by_label("In force from").fill("2098-12-31T12:00")
    axe(page)
    shots.of(page, "admin-terms-dialog.png")
    dialog.get_by_role("button", name="Publish").click()
    announced(page, "The version is published.")
    first = page.locator("[data-version]").first
    expect(first).to_contain_text("To come")
    expect(page.get_by_role("button", name="New version…")).to_be_disabled()
    first.get_by_role("button").click()
    page.get_by_role("button", name="Change…").click()
    dialog.get_by_label("What is new").fill("Even shorter sentences.")
    dialog.get_by_role("button", name="Save").click()
    told(page, "is changed.")
    expect(first).to_contain_text("Even shorter")
    page.get_by_role("button", name="Withdraw…").click()
    dialog.get_by_role("button", name="Withdraw").click()
    told(page, "is withdrawn.")
    expect(page.locator("[data-version]").first).to_contain_text("In force")
