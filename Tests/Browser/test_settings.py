"""The settings page, the question about storage, and leaving."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from conftest import DEADLINE, DESK, PHONE, SHIFTS, comes_true, give, hold_first, ready, sign_in_link, until, use_link

SIZES = {"390": PHONE, "1440": DESK}


def person(site, run, name, **options):
    """A page of somebody who has just signed in."""
    # A site without sign-in providers has no list of them.
    site.allow(r"Failed to load resource.*404")
    page = site.context(**options).new_page()
    use_link(page, sign_in_link(run, "--user", name))
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_settings_page(site, axe, run, shots, size, theme):
    """AUTH-02 AUTH-04 GDPR-01"""
    page = person(site, run, f"set_{theme}_{size}", viewport=SIZES[size], theme=theme, has_touch=size == "390")
    page.goto("/settings")
    expect(page.get_by_text("This device", exact=True)).to_be_visible()
    expect(page.get_by_text("You have no keys.")).to_be_visible()
    ready(page)
    shots.of(page, f"settings-{size}-{theme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    axe(page)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("with all files.")).to_be_visible()
    shots.of(page, f"settings-delete-{size}-{theme}.png")
    axe(page)


@pytest.mark.parametrize("size", SIZES)
def test_lists_have_their_room_before_they_come(site, run, shots, size):
    """WEB-02 AUTH-02 nothing moves when sessions and keys arrive, however late they do"""
    # A page that is loaded anew while a field has the focus.
    site.allow("Autofocus processing was blocked")
    name = f"many_{secrets.token_hex(4)}"
    for _ in range(4):
        page = person(site, run, name, viewport=SIZES[size], has_touch=size == "390")
    for number in range(2):
        page.goto("/settings")
        page.get_by_label("Name of a new key").fill(f"key {number}")
        page.get_by_role("button", name="Create key").click()
        expect(page.get_by_text("This is your new key.")).to_be_visible()
    page.add_init_script(SHIFTS)
    held = []
    page.route(re.compile("/api/(auth/sessions|auth/identities|keys)$"), lambda route: held.append(route))
    page.goto("/settings")
    comes_true(page, lambda: len(held) >= 3, "the lists are asked for")
    page.evaluate("document.fonts.ready")
    shots.of(page, f"settings-room-{size}.png", full_page=True)
    for route in held:
        route.continue_()
    expect(page.get_by_role("button", name="Sign out Chrome on Linux")).to_have_count(3)
    expect(page.get_by_role("button", name=re.compile("^Revoke key"))).to_have_count(2)
    assert page.evaluate("window.shifted") <= 0.02


def test_settings_are_for_members(site):
    """AUTH-02"""
    page = site.page("/settings")
    expect(page).to_have_url(f"{site.url}/sign-in?next=/settings")


def test_sessions_end_elsewhere(site, run):
    """AUTH-02 one sees one's devices and ends them"""
    desk = person(site, run, "devices_of_two")
    phone = person(site, run, "devices_of_two", user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Safari/604.1")
    desk.goto("/settings")
    expect(desk.get_by_text("Safari on iPhone")).to_be_visible()
    desk.get_by_role("button", name="Sign out Safari on iPhone").press("Enter")
    # What is announced to screen readers names the device once more.
    expect(desk.locator("[data-sessions]").get_by_text("Safari on iPhone")).to_have_count(0)
    # Each process learns of it separately. A page of one that does not know it yet would ask another one, which refuses.
    gate = f"{site.url}/sign-in?next=/settings"
    comes_true(phone, lambda: phone.request.get("/settings").url == gate, "the other device is signed out")
    phone.goto("/settings")
    expect(phone).to_have_url(gate)


def test_key_is_made_shown_once_and_revoked(site, axe, run, shots):
    """AUTH-04"""
    page = person(site, run, "key_maker")
    page.goto("/settings")
    page.get_by_label("Name of a new key").fill("my script")
    page.get_by_label("write").check()
    page.get_by_role("button", name="Create key").click()
    secret = page.locator("[data-key-text]")
    expect(secret).to_have_text(re.compile(r"^dly_[A-Za-z0-9_-]{43}$"))
    expect(page.get_by_text("read, write")).to_be_visible()
    shots.of(page, "settings-new-key.png", full_page=True)
    axe(page)
    program = site.context().request
    header = {"Authorization": f"Bearer {secret.inner_text()}"}
    assert program.get("/api/user/settings", headers=header).json()["username"] == "key_maker"
    assert program.get("/api/keys", headers=header).status == 403
    page.reload()
    expect(page.get_by_text("my script")).to_be_visible()
    assert page.locator("[data-key-text]").inner_text() == ""
    page.get_by_role("button", name="Revoke my script").click()
    expect(page.get_by_text("You have no keys.")).to_be_visible()

    def refused():
        answer = program.get("/api/user/settings", headers=header)
        return answer if answer.status == 401 else None

    answer = comes_true(page, refused, "the key is refused")
    assert answer.json()["code"] == "key_invalid"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_name_and_choices_are_kept(site, run):
    """PROF-01"""
    page = person(site, run, "name_before")
    page.goto("/settings")
    expect(page.get_by_label("Username")).to_have_value("name_before")
    page.get_by_label("Username").fill("admin")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_text("This username is reserved.")).to_be_visible()
    site.allow(r"Failed to load resource.*(422|409)")
    page.get_by_label("Username").fill("name_after")
    page.get_by_role("button", name="Change").click()
    expect(page.locator("[data-who]")).to_contain_text("name_after")
    with page.expect_response(lambda one: one.url.endswith("/api/user/settings") and one.request.method == "PATCH"):
        page.get_by_label("Play videos and animations automatically").uncheck()
    page.reload()
    expect(page.get_by_label("Play videos and animations automatically")).not_to_be_checked()
    expect(page.locator("#username-hint")).to_contain_text("You can change it again on")
    other = person(site, run, "name_after")
    assert other.evaluate("localStorage.getItem('still')") == "1"


def test_a_choice_outlives_a_late_answer(site, run):
    """PROF-01 what was chosen while the choices of the account were on their way stays chosen"""
    page = person(site, run, f"early_{secrets.token_hex(4)}")
    held = hold_first(page, "**/api/user/settings")
    page.goto("/settings")
    comes_true(page, lambda: held, "the choices are asked for")
    choice = page.get_by_label("Play videos and animations automatically")
    with page.expect_response(lambda one: one.url.endswith("/api/user/settings") and one.request.method == "PATCH"):
        choice.click()
    chosen = choice.is_checked()
    # As the account had it before.
    give(page, held, json=held[0][1].json() | {"motion": not chosen})
    assert choice.is_checked() == chosen


def test_leaving_needs_the_words(site, run):
    """GDPR-01"""
    page = person(site, run, "wants_to_leave")
    page.goto("/settings")
    page.get_by_role("button", name="Delete my account").click()
    dialog = page.get_by_role("dialog", name="Delete your account?")
    expect(dialog.get_by_role("button", name="Keep my account")).to_be_focused()
    button = dialog.get_by_role("button", name="Delete my account")
    field = dialog.get_by_label("Type DELETE MY ACCOUNT")
    field.fill("delete my account")
    expect(button).to_be_disabled()
    field.press("Enter")
    expect(dialog).to_be_visible()
    field.fill("DELETE MY ACCOUNT")
    expect(button).to_be_enabled()
    button.press("Enter")
    page.wait_for_url(f"{site.url}/")
    assert page.request.get("/api/auth/session").json()["user"] is None


def test_old_sign_in_is_offered_anew(site, run):
    """AUTH-02 wherever a recent sign-in is needed"""
    page = person(site, run, "was_here_before")
    page.goto("/settings")
    expect(page.get_by_text("You have no keys.")).to_be_visible()
    site.allow(r"Failed to load resource.*403")
    page.route(
        "**/api/keys",
        lambda route: route.fulfill(
            status=403,
            content_type="application/problem+json",
            body='{"code":"sign_in_again","error":"Your sign-in was a while ago."}',
        ),
    )
    page.get_by_label("Name of a new key").fill("late")
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="Sign in again").click()
    page.wait_for_url(re.compile(r"/sign-in\?next=%2Fsettings"))
    expect(page.get_by_role("heading", name="Sign in again")).to_be_visible()


def stored(page):
    return page.evaluate("Object.keys(localStorage).sort()")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_cookie_notice(site, axe, chromium, shots, answer, size):
    """GDPR-02 nothing is noted before the answer, which is remembered; the notice moves nothing"""
    context = chromium.new_context(base_url=site.url, viewport=SIZES[size])
    context.set_default_timeout(DEADLINE * 1000)
    site.contexts.append(context)
    page = context.new_page()
    site.watch(page)
    page.goto("/")
    notice = page.get_by_role("region", name="Cookies")
    expect(notice).to_be_visible()
    ready(page)
    assert stored(page) == []
    shift = page.evaluate(
        "new Promise((done) => new PerformanceObserver("
        "(list) => done(list.getEntries().reduce((sum, one) => sum + one.value, 0)))"
        ".observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"
    )
    # A figure is a few pixels wider once its font has come; a notice that pushes the page would be a hundred times this.
    assert shift < 0.001
    shots.of(page, f"cookies-{size}.png")
    axe(page)
    assert notice.bounding_box()["height"] <= 45, "one line"
    notice.get_by_role("link").focus()
    expect(notice.get_by_role("link", name="We store only what the site needs.")).to_be_focused()
    notice.get_by_role("button", name=answer).press("Enter")
    expect(notice).to_be_hidden()
    assert stored(page) == ["cookies"]
    page.goto("/about")
    expect(page.get_by_role("heading", name="About")).to_be_visible()
    expect(notice).to_be_hidden()
    page.goto("/")
    until(page, "() => document.readyState === 'complete'")
    assert stored(page) == (["cookies", "intro"] if answer == "Yes" else ["cookies"])
    page.goto("/cookies")
    page.locator("main").get_by_role("button", name="No").click()
    expect(page.locator("[data-consent-now]")).to_have_text("You said no. Only what the site needs is stored.")
    assert stored(page) == ["cookies"]
