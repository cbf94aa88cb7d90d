"""The bell, the list of notifications, what to learn of in the settings, push, and the end of digests."""

import json
import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, comes_true, ready, sign_in_link, until, use_link

SIZES = {"390": PHONE, "1440": DESK}
FACTS = {
    "clip_approved": {"title": "Ash over the river", "slot": 31, "path": "/profile/clips"},
    "clip_rejected": {"title": "Fog", "reason": "The picture is too dark to see anything in the second half."},
    "clip_won": {"title": "Low tide", "slot": 30, "name": "Season 3", "path": "/story"},
    "comment": {"title": "Low tide", "text": "The cut at second four, though: I have watched it ten times."},
    "follower": {}, "achievement": {"name": "100 votes"}, "daily_goal": {},
    "generation_done": {"title": "A lighthouse keeper in a storm", "name": "Local"},
    "generation_failed": {"title": "A lighthouse", "reason": "The prompt is too long."},
}  # fmt: skip


class Member:
    """A signed-in member, whose notifications the test makes."""

    def __init__(self, site, run, **options):
        site.allow(r"Failed to load resource.*404")
        self.run, self.name = run, f"news_{secrets.token_hex(4)}"
        self.context = site.context(**options)
        self.page = self.context.new_page()
        use_link(self.page, sign_in_link(run, "--user", self.name))
        self.sql("update users set email = username || '@example.org' where id = {id}")

    def sql(self, text):
        with psycopg.connect(
            host=self.run["sockets"]["postgres"], user="postgres", dbname="dailies", autocommit=True
        ) as connection:
            found = connection.execute("select id from users where username = %s", (self.name,)).fetchone()
            cursor = connection.execute(text.replace("{id}", f"'{found[0]}'"))
            return cursor.fetchall() if cursor.description else []

    def wants_no_rounds(self):
        """Those of other tests begin at any moment, and would be one more that is unread."""
        self.sql("insert into notification_choices (user_id, kind, in_app) values ({id}, 'new_round', false)")

    def notify(self, kind, days=0, **facts):
        facts = json.dumps(facts or FACTS[kind]).replace("'", "''")
        key = secrets.token_hex(8)
        self.sql(f"select notify_member({{id}}, '{kind}', '{key}', '{facts}')")
        if days:
            self.sql(f"update notifications set created_at = now() - interval '{days} days' where event_key = '{key}'")

    @property
    def unread(self):
        return self.sql("select count_unread({id})")[0][0]


@pytest.mark.parametrize("size", SIZES)
def test_list_and_bell(site, axe, run, shots, size):
    """NOTE-01 the bell counts at once, also what another tab has read; the list is by day and is read by opening or at once"""
    member = Member(site, run, viewport=SIZES[size], has_touch=size == "390")
    member.wants_no_rounds()
    page = member.page
    page.goto("/notifications")
    expect(page.get_by_role("heading", name="No notifications yet")).to_be_visible()
    axe(page)
    shots.of(page, f"notifications-none-{size}.png")
    for place, kind in enumerate(FACTS):
        member.notify(kind, days=(len(FACTS) - place) // 3)
    # The open page learns of it by the member's own stream.
    expect(page.locator(".news__item")).to_have_count(len(FACTS))
    count = str(len(FACTS))
    bell = page.locator(".topbar [data-bell]")
    if size == "1440":
        expect(bell).to_have_attribute("aria-label", f"Notifications, {count} unread")
    day = re.compile(r"^\d+ \w+ \d{4}$")
    expect(page.locator("[data-day] h2")).to_have_text(["Today", "Yesterday", day, day])
    expect(page.locator("[data-unread-words]")).to_have_text(f"{count} unread.")
    ready(page)
    for theme in ("dark", "light"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        axe(page)
        shots.of(page, f"notifications-{size}-{theme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    # Another tab of the same browser shows the number too, and has no stream of its own.
    other = member.context.new_page()
    other.goto("/about")
    if size == "390":
        expect(other.locator(".tabbar .bell__dot")).to_be_visible()
        other.get_by_role("button", name="Profile").click()
        expect(other.get_by_role("link", name=f"Notifications, {count} unread")).to_be_visible()
        shots.of(other, "bell-menu-390.png")
    else:
        expect(other.locator(".topbar .bell__count")).to_have_text(count)
        shots.of(other, "bell-1440.png")
    # By the keyboard alone.
    first = page.locator(".news__item").first
    first.get_by_role("button", name="Mark as read").focus()
    page.keyboard.press("Enter")
    expect(first).not_to_have_attribute("data-new", "")
    expect(first.get_by_role("link")).to_be_focused()
    expect(page.locator("[data-unread-words]")).to_have_text(f"{len(FACTS) - 1} unread.")
    expect(other.locator(".bell__count").first).to_have_text(str(len(FACTS) - 1))
    # Opening one reads it.
    page.get_by_role("link", name="Your take “Low tide” won slot 30").click()
    expect(page).to_have_url(re.compile("/story"))
    comes_true(page, lambda: member.unread == len(FACTS) - 2, "it is read")
    page.go_back()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("[data-unread-words]")).to_have_text("You have read everything.")
    expect(page.locator("[data-new]")).to_have_count(0)
    expect(other.locator(".bell__count").first).to_be_hidden()
    assert member.unread == 0
    other.close()


def test_news_is_shown_whatever_is_known_late(site, run):
    """NOTE-01 neither a process whose count is old nor an answer that comes late hides it"""
    member = Member(site, run, viewport=DESK)
    member.wants_no_rounds()
    page = member.page
    member.notify("comment")
    # The stream of the page before would count as that of the list.
    page.goto("about:blank")
    with page.expect_response("**/api/events/user"):
        page.goto("/notifications")
    member.notify("clip_approved")
    expect(page.locator(".topbar [data-bell]")).to_have_attribute("aria-label", "Notifications, 2 unread")
    expect(page.locator(".news__item")).to_have_count(2)

    def knows_nothing(route):
        body = route.fetch().json()
        body["user"]["unread"] = 0
        route.fulfill(json=body)

    page.route("**/api/auth/session", knows_nothing)
    member.notify("achievement")
    expect(page.locator(".topbar [data-bell]")).to_have_attribute("aria-label", "Notifications, 3 unread")
    expect(page.locator(".news__item")).to_have_count(3)
    # The list as it is now is answered after the next news has come.
    held = []

    def hold(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/notifications", hold)
    member.notify("daily_goal")
    comes_true(page, lambda: held, "the list is asked for")
    member.notify("follower")
    expect(page.locator(".topbar [data-bell]")).to_have_attribute("aria-label", "Notifications, 5 unread")
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(page.locator(".news__item")).to_have_count(5)


def test_many_are_loaded_below(site, run):
    """NOTE-01 further pages follow below, a day of two pages under one heading"""
    member = Member(site, run, viewport=DESK)
    member.sql(
        "select notify_member({id}, 'comment', number::text, jsonb_build_object('title', number::text))"
        " from generate_series(1, 40) number"
    )
    page = member.page
    page.goto("/notifications")
    expect(page.locator(".news__item[data-kind=comment]")).to_have_count(30)
    page.get_by_role("link", name="Load more").click()
    expect(page.locator(".news__item[data-kind=comment]")).to_have_count(40)
    expect(page.get_by_role("heading", name="Today")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
def test_settings(site, axe, run, shots, size):
    """NOTE-02 NOTE-03 each choice is saved as it is made; push that is blocked is explained in words"""
    member = Member(site, run, viewport=SIZES[size], has_touch=size == "390")
    page = member.page
    page.goto("/settings#notifications")
    section = page.locator("section", has=page.get_by_role("heading", name="Notifications", exact=True))
    expect(section.locator("[data-push-state]")).to_have_text(re.compile("blocked|cannot receive"))
    expect(page.get_by_role("button", name="Turn on push")).to_be_hidden()
    for theme in ("dark", "light"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        axe(page)
        shots.of(section, f"settings-notifications-{size}-{theme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    page.get_by_label("Someone follows you: on the site").uncheck()
    page.get_by_label("A new round opens: by push").check()
    comes_true(
        page, lambda: set(member.sql("select kind, in_app, push from notification_choices where user_id = {id}")) >= {
            ("follower", False, False), ("new_round", True, True), ("comment", True, False)}, "it is saved")  # fmt: skip
    page.reload()
    expect(page.get_by_label("Someone follows you: on the site")).not_to_be_checked()
    expect(page.get_by_label("A new round opens: by push")).to_be_checked()
    # What is not saved is taken back.
    site.allow("Failed to load resource")
    page.route(
        "**/api/notifications/preferences",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())  # fmt: skip
    page.get_by_label("Someone follows you: by push").click()
    expect(page.get_by_label("Someone follows you: by push")).not_to_be_checked()


def test_push(site, run, shots):
    """NOTE-02 WEB-03 permission is asked for after a click alone; the worker shows a message, opens its page and reads it"""
    member = Member(site, run, viewport=DESK, service_workers="allow")
    page = member.page
    # No browser of a test has a push service: what follows its answer is the site's own.
    page.add_init_script(
        """(() => {
        window.asked = 0;
        let permission = "default", subscription = null;
        Object.defineProperty(Notification, "permission", { get: () => permission });
        Notification.requestPermission = async () => { window.asked += 1; return permission = "granted"; };
        const made = (key) => ({
            endpoint: "https://fcm.googleapis.com/fcm/send/browser-of-a-test", options: { applicationServerKey: null },
            toJSON() {
                const keys = { p256dh: key, auth: "BTBZMqHH6r4Tts7J_aSIgg" };
                return { endpoint: this.endpoint, expirationTime: null, keys };
            },
            async unsubscribe() { subscription = null; return true; },
        });
        PushManager.prototype.getSubscription = async () => subscription;
        PushManager.prototype.subscribe = async (options) => (subscription = made(options.applicationServerKey));
        })()"""
    )
    page.goto("/settings")
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
    page.reload()
    expect(page.get_by_text("Push is off in this browser.")).to_be_visible()
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Turn on push").click()
    expect(page.get_by_text("Nothing is pushed yet: choose at least one kind")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    page.get_by_label("Someone comments on a take of yours: by push").check()
    expect(page.get_by_text("Push is on in this browser.", exact=True)).to_be_visible()
    shots.of(page.locator("[data-push]"), "push-on-1440.png")
    assert member.sql("select endpoint from push_subscriptions where user_id = {id}") == [
        ("https://fcm.googleapis.com/fcm/send/browser-of-a-test",)
    ]
    member.notify("comment", title="Low tide", path="/about")
    ((number,),) = member.sql("select id from notifications where user_id = {id} and kind = 'comment'")

    # The browser of the tests shows no notifications and has no window to focus; what the worker asks of it is written down.
    worker = member.context.service_workers[0]
    worker.evaluate(
        """() => {
        self.shown = [];
        ServiceWorkerRegistration.prototype.showNotification = async (title, options) => self.shown.push({ title, ...options });
        WindowClient.prototype.focus = async function () { return this; };
        }"""
    )
    client = member.context.new_cdp_session(page)
    registrations = []
    client.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    client.send("ServiceWorker.enable")
    comes_true(page, lambda: registrations, "the worker is known")
    message = {"id": number, "kind": "comment", "title": "Someone commented on “Low tide”", "body": "", "path": "/about"}
    for data in (json.dumps(message), "no JSON"):
        client.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": site.url, "registrationId": registrations[0]["registrationId"], "data": data})  # fmt: skip
    comes_true(page, lambda: worker.evaluate("self.shown.length") == 2, "the messages are shown")
    shown, unreadable = worker.evaluate("self.shown")
    assert (shown["title"], shown["tag"], shown["data"]["path"]) == (message["title"], f"n{number}", "/about")
    assert unreadable["title"] == "News" and unreadable["data"]["path"] == "/notifications"
    # The press on it.
    worker.evaluate(
        """() => {
        const event = new ExtendableEvent("notificationclick");
        event.notification = { data: self.shown[0].data, close() {} };
        event.waitUntil = () => {};
        self.dispatchEvent(event);
        }"""
    )
    comes_true(page, lambda: member.unread == 0, "it is read")
    page.wait_for_url("**/about")
    page.goto("/settings")
    page.get_by_role("button", name="Remove Chrome").click()
    comes_true(page, lambda: member.sql("select 1 from push_subscriptions where user_id = {id}") == [], "it is removed")


def test_digests_end(site, axe, run, shots):
    """NOTE-03 the page of the link asks first, and needs no sign-in"""
    page = site.context(viewport=PHONE).new_page()
    site.allow("404")
    page.goto("/unsubscribe/" + "x" * 43)
    axe(page)
    shots.of(page, "unsubscribe-390.png")
    page.get_by_role("button", name="Stop the digest").click()
    expect(page.get_by_role("alert")).to_contain_text("This link is incomplete")
    axe(page)


def test_without_scripts(site, run):
    """NOTE-01 NOTE-02 WEB-01 the list is read and the choices are saved without JavaScript"""
    member = Member(site, run)
    member.wants_no_rounds()
    member.notify("comment")
    state = member.context.storage_state()
    page = site.context(java_script_enabled=False, storage_state=state).new_page()
    page.goto("/notifications")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("Everything is marked as read.")).to_be_visible()
    expect(page.get_by_text("You have read everything.")).to_be_visible()
    page.goto("/settings")
    page.get_by_label("Someone follows you: on the site").uncheck()
    page.locator("[data-notification-choices]").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    expect(page.get_by_label("Someone follows you: on the site")).not_to_be_checked()
    expect(page.get_by_label("Someone comments on a take of yours: on the site")).to_be_checked()
