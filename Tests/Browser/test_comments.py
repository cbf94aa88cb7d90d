"""Comments: the sheet over the arena, the sections of pages, what goes wrong, and what admins decide."""

import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, accept_terms, announced, comes_true, judge, ready, sign_in_link, told, until, use_link

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture(scope="module")
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def clip(database):
    """A clip with 23 comments of the demo's people, the newest with seven replies; all that is written on it goes afterwards."""
    [(clip,)] = database.execute(
        "select id::text from tournament_clips where status = 'active' order by created_at desc limit 1").fetchall()
    database.execute("delete from comments where clip_id = %s", (clip,))
    database.execute("delete from rate_windows where key like 'comment %'")
    database.execute(
        """
        with people as (
            select id, row_number() over (order by created_at, id) as place from users
            where username is not null and username <> 'juror' and role = 'member'
        ), written as (
            insert into comments (clip_id, user_id, text, created_at)
            select %s, people.id, 'Comment number ' || number, now() - number * interval '31 minutes'
            from generate_series(1, 23) number
            join people on people.place = 1 + number %% 3
            returning id, created_at, text
        )
        insert into comments (clip_id, parent_id, user_id, text, created_at)
        select %s, written.id, people.id, 'Reply ' || number, written.created_at + number * interval '1 minute'
        from generate_series(1, 7) number
        join people on people.place = 1 + number %% 3
        join written on written.text = 'Comment number 1'
        """, (clip, clip))
    yield clip
    database.execute("delete from comments where clip_id = %s", (clip,))


def open_arena(site, clip, **options):
    page = site.page(f"/dashboard?take={clip}", **options)
    ready(page)
    until(page, "() => !document.querySelector('[data-stage]').hasAttribute('aria-busy')")
    return page


def comment(place, text):
    return place.locator("[data-comment]").filter(has_text=text).last


def like_twice(page, place, database, text):
    """A double click is one like, however slow the machine is; a press after a moment takes it back."""
    changes = []
    page.on("request", lambda request: request.method == "PATCH" and changes.append(request.post_data_json["like"]))
    like = place.locator('[data-act="like"]').first

    def likes():
        [(count,)] = database.execute("select like_count from comments where text = %s", (text,)).fetchall()
        return count

    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 10_000"))
    like.dblclick()
    expect(like).to_have_attribute("aria-pressed", "true")
    comes_true(page, lambda: likes() == 1, "the like is stored")
    like.click()
    page.clock.run_for(500)
    page.clock.resume()
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    comes_true(page, lambda: likes() == 0, "it is taken back")
    assert changes == [True, False]


@pytest.mark.parametrize("size", SIZES)
def test_the_sheet_over_the_arena(site, axe, shots, member, clip, size):
    """CMT-01 CMT-02 the video stays, the list pages and sorts, a member writes, answers, likes, deletes and restores"""
    page = open_arena(site, clip, viewport=SIZES[size], storage_state=member)
    # The feed may be a second old.
    opener = page.locator("[data-comments-button]")
    reads = []
    page.on("request", lambda request: "/api/comments" in request.url and reads.append(request.url))
    assert reads == []
    opener.click()
    sheet = page.get_by_role("dialog", name="Comments")
    expect(sheet.get_by_role("heading", name="Comments 30")).to_be_focused()
    expect(sheet.locator(".comments__list > [data-comment]")).to_have_count(20)
    frame = page.locator(".deck").bounding_box()
    place = sheet.bounding_box()
    assert frame["height"] > 200
    if size == "390":
        assert frame["y"] + frame["height"] <= place["y"]
    else:
        assert frame["x"] + frame["width"] <= place["x"]
    sheet.get_by_role("button", name="Newest").click()
    expect(sheet.locator(".comment__body").first).to_have_text("Comment number 1")
    sheet.get_by_role("button", name="Show 2 more replies").click()
    expect(comment(sheet, "Reply 7")).to_be_visible()
    sheet.get_by_role("button", name="Load more").click()
    announced(page, "3 more comments")
    expect(sheet.locator(".comments__list > [data-comment]")).to_have_count(23)
    expect(sheet.get_by_role("button", name="Load more")).to_have_count(0)

    field = sheet.get_by_label("Add a comment")
    field.fill("I <3 this ")
    sheet.get_by_role("button", name="Insert 🎬").click()
    expect(sheet.get_by_text("11 / 500")).to_be_visible()
    field.press("Enter")
    announced(page, "Comment sent")
    own = comment(sheet, "I <3 this 🎬")
    expect(own.get_by_text("now", exact=True)).to_be_visible()
    expect(sheet.get_by_role("heading", name="Comments 31")).to_be_visible()
    above = comment(sheet, "Comment number 2")
    above.get_by_role("button", name="Reply to").click()
    name = above.locator(".comment__meta bdi").inner_text()
    expect(field).to_be_focused()
    expect(field).to_have_value(f"@{name} ")
    page.keyboard.type("well seen")
    page.keyboard.press("Enter")
    announced(page, "Reply sent")
    expect(above.get_by_text(f"@{name} well seen")).to_be_visible()
    like = above.get_by_role("button", name="Like, 0").first
    like.click()
    expect(above.get_by_role("button", name="Like, 1").first).to_have_attribute("aria-pressed", "true")
    judge(page, axe, shots, f"comments-{size}")
    own.get_by_role("button", name="Delete your comment").click()
    expect(sheet.get_by_text("I <3 this 🎬")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(sheet.get_by_text("I <3 this 🎬")).to_be_visible()
    expect(sheet.get_by_role("heading", name="Comments 32")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Comments, 32")).to_be_focused()


def test_by_keyboard_and_by_finger(site, member, clip):
    """CMT-01 WEB-05 on a phone the focus stays in the sheet, which a finger closes; on a desk a key opens it"""
    page = open_arena(site, clip, viewport=PHONE, storage_state=member, has_touch=True)
    page.locator("[data-comments-button]").click()
    sheet = page.get_by_role("dialog", name="Comments")
    expect(sheet.get_by_role("heading", name="Comments 30")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))")
    head = sheet.locator(".comments__head").bounding_box()
    x, y = head["x"] + 60, head["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=3)
    assert page.evaluate("document.querySelector('[data-comment-sheet]').style.translate").startswith("0")
    page.mouse.move(x, y + 350, steps=4)
    page.mouse.up()
    expect(sheet).to_be_hidden()
    desk = open_arena(site, clip, storage_state=member)
    desk.keyboard.press("c")
    sheet = desk.get_by_role("dialog", name="Comments")
    expect(sheet.get_by_role("heading", name="Comments 30")).to_be_focused()
    # The column beside the video belongs to what plays.
    desk.keyboard.press("ArrowDown")
    expect(sheet.get_by_text("Comment number 1", exact=True)).to_have_count(0)
    desk.keyboard.press("ArrowUp")
    expect(sheet.get_by_text("Comment number 1", exact=True)).to_be_visible()
    sheet.get_by_label("Add a comment").focus()
    desk.keyboard.type("v c k")
    expect(sheet.get_by_label("Add a comment")).to_have_value("v c k")
    desk.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_what_fails_is_taken_back(site, member, clip, database):
    """CMT-01 CMT-02 a server that fails loses nothing: the text returns to the field, likes and deletions are undone"""
    page = site.page(f"/clip/{clip}?comments=1", storage_state=member)
    ready(page)
    section = page.locator("#comments")
    expect(section.locator(".comments__list > [data-comment]")).to_have_count(20)
    site.allow("Failed to load resource.*(503|404|409|500)")
    page.route("**/api/comments", lambda route: route.fulfill(status=503, json={"code": "x", "error": "Not now."}))
    field = section.get_by_label("Add a comment")
    field.fill("This is lost nowhere")
    field.press("Enter")
    expect(section.get_by_text("Not now.")).to_be_visible()
    expect(field).to_have_value("This is lost nowhere")
    expect(section.locator("[data-comment]").filter(has_text="This is lost nowhere")).to_have_count(0)
    first = section.locator("[data-comment]").first
    first.get_by_role("button", name="Like, 0").first.click()
    told(page, "Not now.")
    expect(first.get_by_role("button", name="Like, 0").first).to_have_attribute("aria-pressed", "false")
    page.unroute("**/api/comments")
    field.press("Enter")
    own = comment(section, "This is lost nowhere")
    expect(own.get_by_text("now", exact=True)).to_be_visible()
    page.route("**/api/comments", lambda route: route.fulfill(status=500, json={"code": "x", "error": "Broken."}))
    own.get_by_role("button", name="Delete your comment").click()
    told(page, "Broken.")
    expect(section.get_by_text("This is lost nowhere")).to_be_visible()
    page.unroute("**/api/comments")
    like_twice(page, own, database, "This is lost nowhere")
    field.fill("x" * 501)
    expect(section.get_by_text("501 / 500")).to_be_visible()
    field.press("Enter")
    expect(section.get_by_text("Use at most 500 characters.")).to_be_visible()


def test_visitors_reports_and_blocks(site, run, member, axe, clip, database):
    """CMT-01 CMT-05 SOC-03 a visitor signs in and returns; a comment is reported; a blocked member is not seen and unblocked"""
    visitor = site.page(f"/clip/{clip}")
    ready(visitor)
    section = visitor.locator("#comments")
    section.locator("summary").click()
    section.get_by_role("link", name="Sign in to comment").click()
    visitor.wait_for_url(f"**/sign-in?next=%2Fclip%2F{clip}%3Fcomments%3D1")

    page = site.page(f"/clip/{clip}#comments", storage_state=member)
    ready(page)
    section = page.locator("#comments")
    first = comment(section, "Comment number 3")
    name = first.locator(".comment__meta bdi").inner_text()
    first.get_by_role("button", name=f"More about the comment of {name}").click()
    first.get_by_role("button", name=f"Report the comment of {name}").click()
    dialog = page.get_by_role("dialog", name=f"Report a comment by {name}")
    dialog.get_by_label("Harassment, or a person exposed").check()
    dialog.get_by_role("button", name="Send report").click()
    told(page, "Report sent. An admin will look at it.")
    [(count,)] = database.execute(
        """
        select count(*)
        from moderation_cases cases
        join comments on comments.id = cases.comment_id
        where comments.text = 'Comment number 3'
        """).fetchall()
    assert count == 1
    first = comment(section, "Comment number 3")
    if first.get_by_role("button", name=f"Block {name}").is_hidden():
        first.get_by_role("button", name=f"More about the comment of {name}").click()
    first.get_by_role("button", name=f"Block {name}").click()
    told(page, f"You don't see comments of {name} any more.")
    expect(section.get_by_text("Comment number 3", exact=True)).to_have_count(0)
    page.goto("/settings")
    ready(page)
    row = page.locator("[data-blocked] li").filter(has_text=name)
    expect(row).to_be_visible()
    axe(page, within="[aria-labelledby=blocked]")
    row.get_by_role("button", name=f"Unblock {name}").click()
    expect(page.get_by_text("You have blocked no one.")).to_be_visible()


def test_stories_and_comparisons(site, member, axe, shots, database):
    """CMT-01 the film's sheet and a comparison's section are read when they are opened; an empty one says so"""
    page = site.page("/story", storage_state=member)
    ready(page)
    page.get_by_role("button", name="Comments").click()
    sheet = page.get_by_role("dialog", name="Comments")
    expect(sheet.locator("[data-comment]").first).to_be_visible()
    judge(page, axe, shots, "story-comments-1440")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Comments")).to_be_focused()
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Comments").click()
    expect(sheet.locator("[data-comment]").first).to_be_visible()
    shots.of(page, "story-comments-390-dark.png")

    database.execute("delete from rate_windows where key like 'comment %'")
    page = site.page("/comparisons/something-that-glows", storage_state=member)
    ready(page)
    section = page.locator("#comments")
    section.get_by_role("heading", name="Comments").click()
    expect(section.locator("[data-comment]").first).to_be_visible()
    text = f"Half speed, please {secrets.token_hex(4)}"
    section.get_by_label("Add a comment").fill(text)
    section.get_by_role("button", name="Send comment").click()
    announced(page, "Comment sent")
    expect(section.get_by_text(text)).to_be_visible()
    section.scroll_into_view_if_needed()
    judge(page, axe, shots, "comparison-comments-1440", within="#comments")
    database.execute("delete from comments where text = %s", (text,))


def test_admins_decide(site, admin, run, axe, shots, clip, database):
    """ADM-01 CMT-02 reported comments wait; many are flagged, rejected with a reason and restored; authors read why"""
    name = f"author_{secrets.token_hex(3)}"
    author = site.context()
    reader = author.new_page()
    use_link(reader, sign_in_link(run, "--user", name))
    for number in (1, 2):
        database.execute(
            """
            insert into comments (clip_id, user_id, text, state, created_at)
            select %s, id, %s, %s, now() from users where username = %s
            """, (clip, f"Cheap films {number}", "new" if number == 1 else "reported", name))
    for size, viewport in SIZES.items():
        page = site.page(f"/admin/comments?state=all&search={name}", viewport=viewport, storage_state=admin)
        ready(page)
        expect(page.locator("[data-row]")).to_have_count(2)
        judge(page, axe, shots, f"admin-comments-{size}", full_page=True)
    for box in page.get_by_label(f"Select the comment of {name}").all():
        box.check()
    page.get_by_role("button", name="Reject…").first.click()
    page.get_by_role("button", name="Reject 2 comments").click()
    expect(page.get_by_text("Choose a rule.", exact=True)).to_be_visible()
    page.get_by_label("Rule that is broken").select_option("spam")
    page.get_by_label("Reason that the authors will read").fill("Advertising")
    page.get_by_role("button", name="Reject 2 comments").click()
    told(page, "2 comments rejected")
    expect(page.locator("[data-row]").get_by_text("Removed")).to_have_count(2)
    reader.goto("/profile/decisions")
    expect(reader.get_by_role("heading", name="A comment of yours was removed")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    told(page, "2 decisions undone")
    expect(page.locator("[data-row]").get_by_text("Hidden by reports")).to_have_count(1)
    reader.reload()
    expect(reader.get_by_role("heading", name="A comment of yours was removed")).to_have_count(0)


def test_comments_of_others_while_one_reads(site, run, member, clip, database):
    """CMT-01 WEB-05 a screen reader announces politely what others write meanwhile, and nothing of a blocked member"""
    page = site.context(storage_state=member).new_page()
    page.clock.install()
    page.goto(f"/clip/{clip}?comments=1")
    ready(page)
    section = page.locator("#comments")
    expect(section.locator(".comments__list > [data-comment]")).to_have_count(20)
    page.get_by_role("button", name="Newest").click()
    expect(section.locator(".comment__body").first).to_have_text("Comment number 1")
    announcer = page.locator("[data-announcer]")
    expect(announcer).to_have_attribute("aria-live", "polite")
    other = site.context().new_page()
    use_link(other, sign_in_link(run, "--user", "second_reader"))
    accept_terms(other)

    def write(text):
        other.goto(f"/clip/{clip}?comments=1")
        ready(other)
        place = other.locator("#comments")
        place.get_by_label("Add a comment").fill(text)
        place.get_by_label("Add a comment").press("Enter")
        comes_true(other, lambda: database.execute("select 1 from comments where text = %s", (text,)).fetchall(), "it is stored")

    def look():
        with page.expect_response("**/api/comments?*limit=1"):
            page.clock.run_for(20_000)

    write("I see it too @juror")
    look()
    announced(page, "1 new comment")
    page.get_by_role("button", name="Show 1 new comment").click()
    first = section.locator(".comment__body").first
    expect(first).to_have_text("I see it too @juror")
    # A mention leads to the member's page.
    expect(first.get_by_role("link", name="@juror")).to_have_attribute("href", "/u/juror")
    database.execute(
        """
        insert into user_blocks (user_id, blocked_id, created_at)
        select reader.id, writer.id, now()
        from users reader
        cross join users writer
        where reader.username = 'juror' and writer.username = 'second_reader'
        """)
    try:
        page.get_by_role("button", name="Newest").click()
        expect(first).to_have_text("Comment number 1")
        write("Unread by who has blocked me")
        look()
        expect(page.get_by_role("button", name="new comment")).to_have_count(0)
    finally:
        database.execute(
            "delete from user_blocks where blocked_id = (select id from users where username = 'second_reader')")


def test_mentions(site, member, clip, database):
    """CMT-01 AUTH-03 only names are links, of what is typed nothing else becomes a part of the page; an old name redirects"""
    texts = {
        "Ask @old_name_1, or (@juror)!": ["@old_name_1", "@juror"], "a@juror.example @juror.example @jo @Juror": [],
        '@juror<b onclick="x">': ["@juror"], "é@juror @juror@x https://x.example/@juror": [],
    }
    for number, text in enumerate(texts):
        database.execute(
            """
            insert into comments (clip_id, user_id, text, created_at)
            select %s, id, %s, now() + %s * interval '1 second' from users where username = 'juror'
            """, (clip, text, number))
    page = site.page(f"/clip/{clip}?comments=1", storage_state=member)
    ready(page)
    section = page.locator("#comments")
    section.get_by_role("button", name="Newest").click()
    for text, names in texts.items():
        body = section.locator(".comment__body").filter(has_text=text)
        expect(body).to_have_count(1)
        assert body.get_by_role("link").all_inner_texts() == names, text
        assert body.locator(":not(a)").count() == 0
    database.execute("delete from users where username = 'new_name_1'")
    database.execute("insert into users (username) values ('old_name_1') on conflict do nothing")
    database.execute("update users set username = 'new_name_1' where username = 'old_name_1'")
    section.get_by_role("link", name="@old_name_1").press("Enter")
    page.wait_for_url("**/u/new_name_1")


def test_closed_comments(site, member, clip, axe):
    """CMT-01 FLAG-01 with the flag off comments are read, a line says so, and there is no field that cannot send"""
    for state in (member, None):
        context = site.context(**({"storage_state": state} if state else {}))
        page = context.new_page()

        def flags(route):
            body = route.fetch().json()
            body["features"]["comments_enabled"] = False
            route.fulfill(json=body)

        page.route("**/api/features", flags)
        page.goto(f"/clip/{clip}?comments=1")
        ready(page)
        section = page.locator("#comments")
        expect(section.get_by_text("Comments are closed right now.")).to_be_visible()
        expect(section.locator(".comments__list > [data-comment]")).to_have_count(20)
        expect(section.get_by_label("Add a comment")).to_have_count(0)
        expect(section.get_by_role("link", name="Sign in to comment")).to_have_count(0)
        expect(section.get_by_role("button", name="Reply to")).to_have_count(0)
        expect(section.locator('[data-act="like"]').first).to_be_disabled()
        axe(page, within="#comments")


@pytest.mark.parametrize("size", SIZES)
def test_the_section_of_a_take(site, member, axe, shots, clip, database, size):
    """CMT-01 WEB-05 on a take's page, open with comments and without any"""
    page = site.page(f"/clip/{clip}?comments=1", viewport=SIZES[size], storage_state=member)
    ready(page)
    section = page.locator("#comments")
    expect(section.locator(".comments__list > [data-comment]")).to_have_count(20)
    judge(page, axe, shots, f"clip-comments-{size}", within="#comments")
    database.execute("delete from comments where clip_id = %s", (clip,))
    page.reload()
    ready(page)
    expect(section.get_by_text("No comments yet. What did you notice?")).to_be_visible()
    judge(page, axe, shots, f"clip-comments-none-{size}", within="#comments")


def test_deciding_by_keyboard(site, admin, run, clip, database):
    """ADM-01 WEB-05 an admin selects, rejects and restores a comment by keyboard alone"""
    name = f"author_{secrets.token_hex(3)}"
    author = site.context().new_page()
    use_link(author, sign_in_link(run, "--user", name))
    database.execute(
        """
        insert into comments (clip_id, user_id, text, created_at)
        select %s, id, 'Cheap films', now() from users where username = %s
        """, (clip, name))
    page = site.page(f"/admin/comments?state=all&search={name}", storage_state=admin)
    ready(page)
    expect(page.locator("[data-row]")).to_have_count(1)

    def reach(place):
        """Goes there with the Tab key."""
        for _ in range(120):
            if place.evaluate("(one) => one === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never gets to {place}")

    reach(page.get_by_label(f"Select the comment of {name}"))
    page.keyboard.press("Space")
    reach(page.get_by_role("button", name="Reject…").first)
    page.keyboard.press("Enter")
    rule = page.get_by_label("Rule that is broken")
    expect(rule).to_be_visible()
    reach(rule)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    reach(page.get_by_label("Reason that the authors will read"))
    page.keyboard.type("Advertising")
    reach(page.get_by_role("button", name="Reject 1 comment"))
    page.keyboard.press("Enter")
    told(page, "1 comment rejected")
    expect(page.locator("[data-row]").get_by_text("Removed")).to_have_count(1)
    theirs = (
        "select state from comments where text = 'Cheap films' and user_id = (select id from users where username = %s)"
    )
    assert database.execute(theirs, (name,)).fetchall() == [("rejected",)]
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    reach(undo)
    page.keyboard.press("Enter")
    told(page, "1 decision undone")
