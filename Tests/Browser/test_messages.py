"""What admins do with the messages of visitors."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, judge, ready, told

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture
def messages(run):
    """Three messages of one test, found by the word that it returns; the third has no subject and a long text."""
    word = f"w{secrets.token_hex(4)}"
    texts = [
        ("Ada Lovelace", "Rights & wrongs?", f"Who owns the rights?\n\n{word}"),
        ("Bo", "Sound", f"My clip has no sound. {word}"),
        ("Cy", "", f"{word} " + "averylongwordwithoutanyblanks" * 20),
    ]
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        for name, subject, text in texts:
            connection.execute(
                "insert into contact_messages (name, email, subject, message) values (%s, %s, %s, %s)",
                (name, f"{word}@example.org", subject, text),
            )
        yield word
        connection.execute("delete from contact_messages where email = %s", (f"{word}@example.org",))


@pytest.mark.parametrize("size", SIZES)
def test_page(site, axe, shots, admin, messages, size):
    """OPS-08"""
    page = site.page(f"/admin/messages?search={messages}", viewport=SIZES[size], storage_state=admin)
    ready(page)
    current = page.get_by_role("navigation", name="Admin").locator("[aria-current]")
    expect(current).to_have_attribute("href", "/admin/messages")
    expect(page.locator("[data-message]")).to_have_count(3)
    if size == "1440":
        lines = page.get_by_text(f"{messages}@example.org").first.evaluate("(element) => element.getClientRects().length")
        assert lines == 1, "the address is broken"
    for select in ("Cy", "Bo"):
        page.get_by_label(f"Select the message of {select}").check()
    judge(page, axe, shots, f"admin-messages-{size}", full_page=True)
    page.get_by_label("Name, address, subject or text").fill("no such words")
    expect(page.get_by_role("heading", name="No match")).to_be_visible()
    axe(page)


def test_read_answer_and_undo(site, admin, messages):
    """OPS-08: a message is read whole, answered by mail, marked, and marked back from the toast."""
    page = site.page(f"/admin/messages?search={messages}", storage_state=admin)
    ready(page)
    detail, rows = page.locator("[data-detail]"), page.locator("[data-message]")
    expect(detail.get_by_role("heading")).to_have_text("No subject")
    page.get_by_role("button", name="Cy").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Ada Lovelace")).to_be_focused()
    page.keyboard.press("Enter")
    expect(detail.get_by_role("heading")).to_have_text("Rights & wrongs?")
    expect(detail.locator(".quote")).to_have_text(f"Who owns the rights?\n\n{messages}", use_inner_text=True)
    expect(page).to_have_url(re.compile(r"message=\d+"))
    reply = detail.get_by_role("link", name="Reply by mail")
    expect(reply).to_have_attribute("href", f"mailto:{messages}%40example.org?subject=Re%3A%20Rights%20%26%20wrongs%3F")

    detail.get_by_role("button", name="Mark as answered").click()
    announced(page, "1 message marked as answered")
    expect(rows).to_have_count(2)
    expect(detail.get_by_role("heading")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    announced(page, "1 message restored")
    expect(rows).to_have_count(3)


def test_many_at_once(site, admin, messages):
    """OPS-08: many messages change together, each returns to the state that it had, and the tabs count them."""
    page = site.page(f"/admin/messages?state=all&search={messages}", storage_state=admin)
    ready(page)
    rows, bulk = page.locator("[data-message]"), page.get_by_role("toolbar", name="Selection")
    archived = page.get_by_role("tab", name=re.compile("^Archived"))
    page.get_by_label("Select the message of Bo").check()
    expect(bulk.get_by_role("button", name="Mark as new")).to_be_hidden()
    bulk.get_by_role("button", name="Mark as answered").click()
    told(page, "1 message marked as answered")
    expect(rows.filter(has_text="Bo").locator(".badge")).to_have_text("Answered")
    before = int(archived.locator("[data-count]").inner_text())
    page.get_by_label("Select all 3").check()
    bulk.get_by_role("button", name="Archive").click()
    told(page, "3 messages marked as archived")
    expect(archived.locator("[data-count]")).to_have_text(str(before + 3))
    expect(bulk).to_be_hidden()
    page.get_by_role("status").filter(has_text="3 messages").get_by_role("button", name="Undo").click()
    announced(page, "3 messages restored")
    expect(rows.locator(".badge")).to_have_text(["New", "Answered", "New"])

    archived.click()
    expect(page).to_have_url(re.compile("state=archived"))
    expect(page.get_by_role("heading", name="No match")).to_be_visible()
    page.goto("/admin/audit?action=message")
    ready(page)
    expect(page.locator("[data-entry]").first).to_contain_text("Answered a message")


def test_refusal_changes_nothing(site, admin, messages):
    """OPS-08: what the server refuses is told, and the list stays."""
    site.allow(r"Failed to load resource")
    page = site.page(f"/admin/messages?search={messages}", storage_state=admin)
    ready(page)
    page.route(
        "**/api/admin/messages",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    page.locator("[data-detail]").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("alert")).to_contain_text("Could not save. Nothing was changed.")
    expect(page.locator("[data-message]")).to_have_count(3)
