"""What admins do beyond clips: members, flags, the audit log. Also what a banned member sees."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, comes_true, judge, ready, sign_in_link, told, use_link

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture
def newcomer(chromium, run, url):
    """A member of one's own for one test: the name, and what keeps the browser signed in."""
    name = f"new_{secrets.token_hex(4)}"
    context = chromium.new_context(base_url=url)
    use_link(context.new_page(), sign_in_link(run, "--user", name))
    yield name, context
    context.close()


@pytest.fixture
def tour_is_on(run):
    """The flag that tests turn, as it was installed, also after a test that failed."""
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute("update feature_flags set enabled = true, rollout_percent = 100 where key = 'spotlight_tour'")
        connection.execute("select announce_change('flags', 'spotlight_tour')")


def hold_posts(page, pattern):
    """Lets requests to these addresses through except POST, which it keeps in the list that it returns."""
    held = []
    page.route(pattern, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    return held


def feature_comes(page, key, is_on):
    """A flag holds once every process has received the notification and nginx's cache is cleared."""
    features = lambda: page.request.get("/api/features").json()["features"]  # noqa: E731
    comes_true(page, lambda: features()[key] is is_on, f"{key} is {is_on}")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/admin", "/admin/users", "/admin/flags", "/admin/audit"])
def test_page(site, axe, shots, admin, path, size):
    """ADM-02 ADM-04 ADM-05 FLAG-01"""
    page = site.page(path, viewport=SIZES[size], storage_state=admin)
    ready(page)
    current = page.get_by_role("navigation", name="Admin").locator("[aria-current]")
    expect(current).to_have_attribute("href", path)
    if path == "/admin/users":
        page.locator("[data-rows] .clip-name").first.click()
        expect(page.locator("[data-chosen-member]")).to_be_visible()
    if path == "/admin/audit":
        expect(page.locator("[data-entry]").first).to_be_visible()
    judge(page, axe, shots, f"{path[1:].replace('/', '-')}-{size}")


@pytest.mark.parametrize("path", ["/admin/users", "/admin/flags", "/admin/audit"])
def test_only_admins(site, member, path):
    """ADM-02 ADM-04 FLAG-01"""
    site.allow(r"Failed to load resource.*404")
    expect(site.page(path)).to_have_url(f"{site.url}/sign-in?next={path}")
    page = site.page(path, storage_state=member)
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()


def test_ban_appeal_and_return(site, axe, shots, admin, newcomer):
    """ADM-02: the ban holds on the next page, its reason is read, the appeal arrives, and all is undone."""
    name, context = newcomer
    page = site.page(f"/admin/users?search={name}", storage_state=admin)
    ready(page)
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Ban…").click()
    page.get_by_role("button", name="Ban", exact=True).click()
    expect(page.get_by_text("Enter a reason.")).to_be_visible()
    page.get_by_label("Reason that the member will read").fill("Twelve copies of one clip.")
    axe(page)
    shots.of(page, "admin-users-dialog.png")
    page.get_by_role("button", name="Ban", exact=True).click()
    told(page, f"{name} is banned")
    expect(page.locator("[data-rows]").get_by_text("Banned")).to_be_visible()
    expect(page.locator("[data-detail]").get_by_text("Banned a member")).to_be_visible()
    # The process that answers this is another one than that which banned.
    comes_true(page, lambda: context.request.get("/api/auth/session").json()["user"] is None, "the session has ended")

    theirs = context.new_page()
    site.watch(theirs)
    use_link(theirs, sign_in_link_of(site, name))
    theirs.goto("/about")
    note = theirs.get_by_role("region", name="Your account is banned")
    expect(note).to_contain_text("Twelve copies of one clip.")
    note.get_by_text("Appeal", exact=True).click()
    theirs.get_by_label("Why the ban is wrong").fill("They were different takes.")
    ready(theirs)
    axe(theirs)
    shots.of(theirs, "banned.png")
    theirs.get_by_role("button", name="Send appeal").click()
    expect(theirs.get_by_text("Your appeal was sent. An admin")).to_be_visible()

    page.reload()
    expect(page.get_by_text("They were different takes.")).to_be_visible()
    page.get_by_role("button", name="Lift the ban").click()
    page.locator("dialog").get_by_role("button", name="Lift the ban").click()
    told(page, "no longer banned")
    theirs.reload()
    expect(theirs.get_by_role("button", name="Profile").first).to_be_visible()
    expect(theirs.get_by_role("region", name="Your account is banned")).to_have_count(0)


def sign_in_link_of(site, name):
    return sign_in_link(site.run, "--user", name)


@pytest.fixture(autouse=True)
def facts_for(site, run):
    site.run = run


def test_rename_by_keyboard_and_refusals(site, admin, newcomer):
    """ADM-02: the dialog stays with what is wrong, and the own account offers nothing."""
    site.allow(r"Failed to load resource.*(409|422)")
    name, _ = newcomer
    page = site.page(f"/admin/users?search={name}", storage_state=admin)
    ready(page)
    page.get_by_role("button", name=name).press("Enter")
    page.get_by_role("button", name="Rename…").press("Enter")
    field = page.get_by_label("New name")
    expect(field).to_be_focused()
    field.fill("Not A Name")
    field.press("Enter")
    expect(page.get_by_text("A username is 3 to 20 lowercase letters")).to_be_visible()
    field.fill(f"{name}_b")
    field.press("Enter")
    expect(page.get_by_role("heading", name=f"{name}_b")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Former names")).to_be_visible()

    page.get_by_label("Name or e-mail begins with").fill("nobody at all")
    expect(page.get_by_role("heading", name="No members found")).to_be_visible()
    expect(page).to_have_url(re.compile("search=nobody"))
    own = page.request.get("/api/auth/session").json()["user"]["id"]
    page.goto(f"/admin/users?user={own}")
    expect(page.get_by_text("This is you.")).to_be_visible()


def test_switches_turn_and_turn_back(site, admin, tour_is_on):
    """FLAG-01: a switch shows the change at once, and what it was when the server refuses."""
    site.allow(r"Failed to load resource")
    page = site.page("/admin/flags", storage_state=admin)
    ready(page)
    tour = page.get_by_role("switch", name="Spotlight tour")
    item = page.locator('[data-flag="spotlight_tour"]')
    expect(tour).to_be_checked()
    tour.press("Space")
    expect(item).to_contain_text("Off")
    expect(item).to_contain_text(re.compile(r"Changed .* by (?!the operator)"))
    announced(page, "Spotlight tour: Off")
    feature_comes(page, "spotlight_tour", False)
    tour.check()
    announced(page, re.compile("Spotlight tour: On$"))
    item.get_by_label("Members, in %").fill("40")
    item.get_by_label("Members, in %").press("Enter")
    expect(item).to_contain_text("On for 40 % of the members")
    announced(page, "Spotlight tour: On for 40 %")
    item.get_by_label("Members, in %").fill("100")
    item.get_by_label("Members, in %").press("Enter")
    expect(item).not_to_contain_text("40 %")
    announced(page, re.compile("Spotlight tour: On$"))
    expect(page.locator('[data-flag="voting_enabled"]')).to_contain_text("Same for everyone")

    page.route("**/api/admin/feature-flags", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    tour.click()
    expect(page.get_by_role("alert")).to_contain_text("Spotlight tour was not changed")
    expect(tour).to_be_checked()


def test_typing_is_kept_while_a_change_is_being_saved(site, admin, tour_is_on):
    """FLAG-01: the answer to one change of a flag leaves alone what is typed for the next one."""
    page = site.page("/admin/flags", storage_state=admin)
    ready(page)
    held = hold_posts(page, "**/api/admin/feature-flags")
    item = page.locator('[data-flag="spotlight_tour"]')
    share = item.get_by_label("Members, in %")
    share.fill("60")
    share.press("Enter")
    comes_true(page, lambda: held, "the change is sent")
    share.fill("30")
    held[0].continue_()
    announced(page, "Spotlight tour: On for 60 %")
    expect(share).to_have_value("30")
    share.press("Enter")
    comes_true(page, lambda: len(held) == 2, "the second change is sent")
    share.fill("100")
    share.press("Enter")
    expect(item).not_to_contain_text("% of")
    # Two processes might take two changes in either order.
    assert len(held) == 2, "the third change waits for the answer to the second"
    held[1].continue_()
    announced(page, "Spotlight tour: On for 30 %")
    expect(share).to_have_value("100")
    comes_true(page, lambda: len(held) == 3, "the third change is sent")
    held[2].continue_()
    announced(page, re.compile("Spotlight tour: On$"))
    expect(item).not_to_contain_text("% of")


def test_changes_that_fail_return_to_what_the_server_knows(site, admin, tour_is_on):
    """FLAG-01: however many changes of a flag are open, those that fail leave nothing of themselves on the page."""
    site.allow(r"Failed to load resource")
    page = site.page("/admin/flags", storage_state=admin)
    ready(page)
    held = hold_posts(page, "**/api/admin/feature-flags")
    item = page.locator('[data-flag="spotlight_tour"]')
    tour, share = item.get_by_role("switch"), item.get_by_label("Members, in %")

    def faults_told(count):
        """Each message takes the place of the one before."""
        expect(page.get_by_role("alert")).to_have_count(1)
        comes_true(
            page,
            lambda: sum("was not changed" in text for text in page.evaluate("window.told")) == count,
            f"{count} faults are told",
        )

    def turn_off_and_share(percent):
        """Two changes, the second before the first is answered."""
        held.clear()
        tour.press("Space")
        comes_true(page, lambda: held, "the first change is sent")
        share.fill(percent)
        share.press("Enter")
        expect(tour).not_to_be_checked()

    turn_off_and_share("40")
    held[0].abort()
    faults_told(1)
    comes_true(page, lambda: len(held) == 2, "the second change is sent")
    assert held[1].request.post_data_json == {"key": "spotlight_tour", "rolloutPercent": 40}
    share.fill("25")
    held[1].abort()
    faults_told(2)
    expect(tour).to_be_checked()
    expect(item).not_to_contain_text("% of")
    expect(share).to_have_value("25")
    # What is typed in the end is what was refused: no change to the browser, and not what holds.
    share.fill("40")
    share.blur()
    expect(share).to_have_value("100")

    turn_off_and_share("60")
    held[0].continue_()
    announced(page, "Spotlight tour: Off")
    comes_true(page, lambda: len(held) == 2, "the second change is sent")
    held[1].fulfill(status=503, json={"title": "No", "status": 503, "code": "unavailable", "detail": "No."})
    faults_told(3)
    expect(share).to_have_value("100")
    expect(tour).not_to_be_checked()
    page.reload()
    ready(page)
    expect(tour).not_to_be_checked()
    expect(share).to_have_value("100")


def test_vote_ring_follows_its_flag(site, admin):
    """FLAG-01: the ring of the vote button goes and comes without a restart."""
    office = site.page("/admin/flags", storage_state=admin)
    ready(office)
    switch = office.get_by_role("switch", name="Vote progress")
    item = office.locator('[data-flag="vote_button_progress"]')
    try:
        switch.click()
        expect(item).to_contain_text("Off")
        feature_comes(office, "vote_button_progress", False)
        page = site.page("/dashboard")
        expect(page.locator("[data-vote][data-plain]")).to_have_count(1)
    finally:
        switch.check()
        expect(item).not_to_contain_text("Off")
        feature_comes(office, "vote_button_progress", True)
    page.reload()
    ready(page)
    expect(page.locator("[data-vote][data-plain]")).to_have_count(0)


def test_the_address_contains_the_filters_of_the_audit_log(site, admin, newcomer):
    """ADM-04"""
    name, _ = newcomer
    office = site.page(f"/admin/users?search={name}", storage_state=admin)
    ready(office)
    office.get_by_role("button", name=name).click()
    office.get_by_role("button", name="Rename…").click()
    office.get_by_label("New name").fill(f"{name}_c")
    office.get_by_role("button", name="Rename", exact=True).click()
    office.get_by_role("link", name="Full history in the audit log").click()
    ready(office)
    entry = office.locator("[data-entry]")
    expect(entry).to_have_count(1)
    expect(entry.locator("del")).to_have_text(name)
    expect(entry.locator("ins")).to_have_text(f"{name}_c")
    office.get_by_role("button", name="remove this filter").click()
    office.get_by_label("Action").select_option("member.rename")
    expect(office).to_have_url(re.compile(r"/admin/audit\?action=member.rename$"))
    office.get_by_label("Contains").fill(f"{name}_c")
    expect(office).to_have_url(re.compile(r"text="))
    expect(entry).to_have_count(1)
    again = site.page(office.url, storage_state=admin)
    ready(again)
    expect(again.get_by_label("Action")).to_have_value("member.rename")
    expect(again.locator("[data-entry]")).to_have_count(1)
    again.get_by_label("Contains").fill("nothing like it")
    expect(again.get_by_role("heading", name="No match")).to_be_visible()


def test_a_choice_is_in_the_address_at_once(site, admin):
    """WEB-01, ADM-04: an answer that arrives just after the choice cannot put the old one back"""
    page = site.page("/admin/audit", storage_state=admin)
    ready(page)
    expect(page.get_by_label("Action").locator("option").nth(1)).to_be_attached()
    address = page.evaluate(
        """() => {
            const select = document.querySelector("#action");
            select.value = select.options[1].value;
            select.dispatchEvent(new Event("input", { bubbles: true }));
            return location.search === `?action=${select.options[1].value}`;
        }"""
    )
    assert address


def test_lists_keep_their_view(site, admin):
    """WEB-01: the address contains tabs, filters and the order; reload keeps them and back returns to those before."""
    page = site.page("/admin/votes", storage_state=admin)
    ready(page)
    page.get_by_role("tab", name="Voided").click()
    expect(page).to_have_url(re.compile(r"/admin/votes\?view=voided$"))
    page.reload()
    ready(page)
    expect(page.get_by_role("tab", name="Voided")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.get_by_role("tab", name="Flagged")).to_have_attribute("aria-selected", "true")

    page.goto("/admin/users")
    ready(page)
    page.locator("[data-sort]", has_text="Member").click()
    expect(page).to_have_url(re.compile("sort=name$"))
    expect(page.get_by_role("columnheader", name="Member")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_label("Sort by")).to_have_value("name")
    names = page.locator("[data-rows] .clip-name")
    expect(names.nth(1)).to_be_visible()
    names.first.focus()
    page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()


def test_list_that_fails_and_returns(site, admin):
    """WEB-05"""
    site.allow(r"Failed to load resource")
    page = site.context(storage_state=admin).new_page()
    page.route("**/api/admin/clips**", lambda route: route.abort())
    page.goto("/admin/clips")
    expect(page.get_by_role("heading", name="The clips did not load")).to_be_visible()
    page.unroute("**/api/admin/clips**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="The clips did not load")).to_have_count(0)
    page.get_by_role("tab", name="Active").click()
    ticks = page.locator("[data-tick]")
    expect(ticks.nth(3)).to_be_visible()
    ticks.nth(0).click()
    ticks.nth(2).click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Reject…").click()
    page.get_by_label("Reason the creators will read").select_option("Another reason…")
    page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("Say why, so that the creator can do better.")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("[data-bulk]")).to_be_hidden()
