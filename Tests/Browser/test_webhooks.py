"""Webhooks, and tiers of API keys, as admins and members handle them."""

import re
import secrets
import sys
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect
from standardwebhooks.webhooks import Webhook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Peers"))

from conftest import DESK, PHONE, announced, comes_true, judge, ready, told
from webhook_receiver import WebhookReceiver

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture
def receiver():
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def connection(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute("delete from webhooks")
        yield connection
        connection.execute("delete from webhooks")
        connection.execute("delete from webhook_events")


def test_empty_state(site, axe, admin, connection):
    """RT-02: without webhooks the page says what they are for."""
    page = site.page("/admin/webhooks", storage_state=admin, viewport=PHONE)
    ready(page)
    expect(page.get_by_role("heading", name="No webhooks")).to_be_visible()
    expect(page.locator("[data-summary]")).to_have_text("0 webhooks.")
    axe(page)


def test_create_test_and_look_at_deliveries(site, axe, shots, admin, connection, receiver):
    """RT-02: a webhook is created with the keyboard, its secret is shown once and verifies what arrives; a failed delivery is
    sent again; pausing, editing and deleting work, and each is in the audit log."""
    site.allow(r"status of 422")
    page = site.page("/admin/webhooks", storage_state=admin)
    ready(page)
    detail, dialog = page.locator("[data-detail]"), page.locator("[data-confirmation]")
    page.get_by_role("button", name="New webhook…").press("Enter")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_role("button", name="Create").press("Enter")
    expect(dialog.get_by_text("Enter a name.")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Press office")
    dialog.get_by_label("Address").fill("http://10.0.0.7/hook")
    dialog.get_by_label("Season finished").uncheck()
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_text("The address must begin with https://.")).to_be_visible()
    dialog.get_by_label("Address").fill(receiver.url + "/hook")
    axe(page, within="[data-confirmation]")
    dialog.get_by_role("button", name="Create").click()
    announced(page, "Press office is created.")
    expect(detail.get_by_role("heading", name="Press office")).to_be_visible()
    secret = detail.locator("[data-secret]").inner_text()
    assert secret.startswith("whsec_")

    receiver.body = b"<b>thank you</b>"
    detail.get_by_role("button", name="Send a test event").click()
    told(page, "The test event is on its way.")
    delivery = detail.locator("[data-delivery]")
    expect(delivery).to_have_attribute("data-state", "delivered")
    (message,) = receiver.messages
    assert Webhook(secret).verify(message.body, message.headers)["type"] == "webhook.test"
    delivery.get_by_text("Attempts and message").click()
    expect(delivery).to_contain_text("<b>thank you</b>")
    expect(delivery).to_contain_text(message.id)
    judge(page, axe, shots, "admin-webhooks-secret-1440", full_page=True)

    # A real event that fails, and is sent again when the target is back.
    receiver.answers["/hook"] = 500
    connection.execute("select emit_webhook_event('slot.won', '{\"slot\": 7}')")
    receiver.until(lambda: len(receiver.messages) == 2)
    comes_true(page, lambda: connection.execute("select failures from webhooks").fetchone() == (1,), "it has failed")
    # The next attempt would come within seconds, before a slow machine has looked at this one.
    connection.execute("update webhooks set held_until = now() + interval '1 hour'")
    page.reload()
    ready(page)
    expect(detail.locator("[data-secret]")).to_have_count(0)
    expect(page.locator("[data-summary]")).to_have_text("1 webhook, 1 needs attention.")
    expect(detail.get_by_role("note")).to_contain_text("1 attempt failed since")
    row = detail.locator("[data-delivery]").filter(has_text="Slot won")
    expect(row).to_have_attribute("data-state", "waiting")
    expect(row).to_contain_text("1 attempt; the last: status 500.")
    connection.execute(
        "update webhook_deliveries set state = 'failed', next_attempt_at = null, finished_at = now() where state = 'waiting'")
    connection.execute("update webhooks set held_until = null")
    receiver.answers.clear()
    detail.get_by_label("State").select_option("failed")
    expect(detail.locator("[data-delivery]")).to_have_count(1)
    row.get_by_role("button", name="Send again").click()
    announced(page, "The event is sent again.")
    expect(detail.get_by_text("Nothing was sent yet, or nothing matches.")).to_be_visible()
    comes_true(page, lambda: connection.execute("select failures from webhooks").fetchone() == (0,), "it arrived")
    assert len({message.id for message in receiver.messages[1:]}) == 1

    detail.get_by_role("button", name="New secret…").click()
    dialog.get_by_role("button", name="Make a new secret").click()
    announced(page, "The webhook has a new secret.")
    expect(detail.locator("[data-secret]")).not_to_have_text(secret)
    expect(detail).to_contain_text("also signs until")
    detail.get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Name").fill("Press desk")
    dialog.get_by_role("button", name="Save").click()
    announced(page, "Press desk is changed.")
    detail.get_by_role("button", name="Pause").click()
    announced(page, "Press desk is paused.")
    expect(page.locator("[data-webhook] .badge")).to_have_text("Paused")
    detail.get_by_role("button", name="Resume").click()
    announced(page, "Press desk is on.")
    detail.get_by_role("button", name="Delete…").click()
    dialog.get_by_role("button", name="Delete").click()
    announced(page, "Press desk is deleted.")
    expect(page.get_by_role("heading", name="No webhooks")).to_be_visible()
    page.goto("/admin/audit?action=webhook")
    ready(page)
    entries = page.locator("[data-entry]")
    for text in ("Deleted a webhook", "Changed a webhook", "Made a new secret for a webhook", "Sent a test event to a webhook"):
        expect(entries.filter(has_text=text).first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_page(site, axe, shots, admin, connection, size):
    """RT-02: webhooks in every state, at both sizes and in both themes; failed events are sent again together."""
    connection.execute("""
        insert into webhooks (
            id, name, url, events, secret, created_at, updated_at, enabled, disabled_reason, failures, failing_since
        )
        select gen_random_uuid(), name, 'https://example.org/a-long-path/that-goes-on/' || repeat('x', 60),
            array['slot.won', 'video.done'], 'x', now(), now(), enabled, reason, failures,
            case when failures > 0 then now() - interval '2 days' end
        from (
            values ('Archive', true, null, 0), ('Billing', false, 'failing', 9), ('Chat', true, null, 3),
                ('Dormant', false, null, 0)
        ) made (name, enabled, reason, failures)
    """)
    connection.execute("""
        with event as (
            insert into webhook_events (type, body, created_at)
            select 'slot.won', '{"type":"slot.won","timestamp":"x","data":{"slot":3}}', now() - number * interval '1 minute'
            from generate_series(1, 25) number
            returning id, created_at
        ), sent as (
            insert into webhook_deliveries (webhook_id, event_id, state, attempts, created_at, finished_at)
            select webhooks.id, event.id, 'failed', 1, event.created_at, now()
            from webhooks
            cross join event
            where name = 'Archive'
            returning id
        )
        insert into webhook_attempts (delivery_id, number, started_at, duration_ms, status, fault, answer)
        select id, 1, now(), 1234, null, 'no answer in time', null from sent
    """)
    page = site.page("/admin/webhooks", storage_state=admin, viewport=SIZES[size])
    ready(page)
    expect(page.locator("[data-webhook]")).to_have_count(4)
    expect(page.locator("[data-webhook] .badge")).to_have_text(["On", "Switched off", "Failing", "Paused"])
    expect(page.locator("[data-summary]")).to_have_text("4 webhooks, 2 need attention.")
    if size == "390":
        page.get_by_role("button", name="Archive").click()
        expect(page.locator("[data-sheet]")).to_be_visible()
    detail = page.locator("[data-chosen-webhook]")
    expect(detail.locator("[data-delivery]")).to_have_count(20)
    expect(detail.locator("[data-delivery]").first).to_contain_text("no answer in time")
    judge(page, axe, shots, f"admin-webhooks-{size}", full_page=size == "1440")
    detail.get_by_role("button", name="Load more").click()
    expect(detail.locator("[data-delivery]")).to_have_count(25)
    detail.get_by_role("button", name="Send failed ones again…").click()
    dialog = page.locator("[data-confirmation]")
    expect(dialog.get_by_label("Failed, and created since (UTC)")).to_be_focused()
    dialog.get_by_role("button", name="Send again").click()
    announced(page, "25 events are sent again.")
    expect(dialog).to_be_hidden()
    if size == "390":
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Billing").click()
    else:
        page.get_by_role("button", name="Billing").press("Enter")
    expect(page.locator("[data-chosen-webhook]").get_by_role("note")).to_contain_text("Every attempt of three days failed.")
    axe(page)


def test_keys_have_tiers_and_usage(site, axe, shots, run, admin, member, connection):
    """AUTH-06: members see the limits and requests of each key; admins give a key a tier, and its own limits."""
    name = f"robot {secrets.token_hex(4)}"
    ((key, owner),) = connection.execute(
        """
        with made as (
            insert into api_keys (user_id, token_hash, name, scopes)
            select id, sha256(%s::bytea), %s, array['read'] from users where username = 'juror'
            returning id, user_id
        ), days as (
            insert into key_days (key_id, day, requests, refused)
            select id, (now() at time zone 'utc')::date - number, 100 * (number + 1), number
            from made
            cross join generate_series(0, 2) number
        )
        select id, user_id from made
        """, (name, name)).fetchall()  # fmt: skip
    try:
        page = site.page(f"/admin/users?user={owner}", storage_state=admin)
        ready(page)
        row = page.locator(f'[data-key="{key}"]')
        expect(row).to_contain_text("600 requests in 30 days, 3 refused")
        row.get_by_role("button", name=f"Change the tier of {name}").click()
        dialog = page.locator("[data-confirmation]")
        expect(dialog.get_by_label("Reads")).to_be_hidden()
        dialog.get_by_label("Tier").select_option("own")
        dialog.get_by_label("Reads").fill("777")
        axe(page, within="[data-confirmation]")
        shots.of(page, "key-tier-1440-dark.png")
        dialog.get_by_role("button", name="Save").click()
        announced(page, f"{name} is in the tier own limits.")
        expect(row.locator(".badge")).to_have_text("Own limits")
        expect(row).to_contain_text("reads 777")
        judge(page, axe, shots, "admin-user-keys-1440", full_page=True, within="[data-detail]")

        for size, viewport in SIZES.items():
            page = site.page("/settings", storage_state=member, viewport=viewport)
            ready(page)
            row = page.locator("[data-keys] li").filter(has_text=name)
            expect(row).to_contain_text("Limits of its own: 777 reads")
            row.get_by_text("600 requests in 30 days").click()
            expect(row.get_by_role("row")).to_have_count(4)
            expect(row.get_by_role("row").nth(3)).to_contain_text(re.compile(r"300\s*2$"))
            row.scroll_into_view_if_needed()
            judge(page, axe, shots, f"settings-keys-{size}", within="[data-keys]")
    finally:
        connection.execute("delete from api_keys where id = %s", (key,))
