"""The API reference: search, links, copying, and sending a request as oneself."""

import json

import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, judge, told, until

SIZES = {"390": PHONE, "1440": DESK}


@pytest.mark.parametrize("size", SIZES)
def test_an_open_operation(site, axe, shots, size):
    """WEB-06 a link to an operation opens it"""
    page = site.page("/api/docs#patch-api-user-settings", viewport=SIZES[size])
    operation = page.locator("#patch-api-user-settings")
    expect(operation).to_have_attribute("open", "")
    expect(operation.get_by_text("Another username.")).to_be_visible()
    expect(operation.get_by_text("curl", exact=False).first).to_be_visible()
    judge(page, axe, shots, f"api-docs-open-{size}", without="[data-group]:not(:has(#patch-api-user-settings))")


def test_search(site):
    """WEB-06"""
    page = site.page("/api/docs")
    search = page.get_by_label("Search")
    search.fill("csrf token")
    expect(page.locator("#get-api-csrf")).to_be_visible()
    expect(page.locator("#get-api-story")).to_be_hidden()
    search.fill("nothing like this")
    expect(page.get_by_text("No operation matches your search.")).to_be_visible()
    search.fill("")
    expect(page.locator("#get-api-story")).to_be_visible()


def test_sending_a_request(site, member):
    """WEB-06 as oneself; what removes something is typed by hand"""
    site.allow(r"Failed to load resource.*(401|422)")
    page = site.page("/api/docs#patch-api-user-settings", storage_state=member)
    operation = page.locator("#patch-api-user-settings")
    body = operation.get_by_label("Body")
    assert set(json.loads(body.input_value())) == {"username", "sound", "motion"}
    body.fill('{"sound": true')
    operation.get_by_role("button", name="Send request").press("Enter")
    expect(operation.get_by_text("The body is not valid JSON.")).to_be_visible()
    body.fill('{"sound": true}')
    operation.get_by_role("button", name="Send request").press("Enter")
    expect(operation.get_by_text("The request succeeded.")).to_be_visible()
    expect(operation.locator("[data-send] pre")).to_contain_text('"username": "juror"')
    page.goto("/api/docs#delete-api-account-delete")
    expect(page.locator("#delete-api-account-delete").get_by_label("Body")).to_have_value("")

    visitor = site.page("/api/docs#get-api-user-settings")
    operation = visitor.locator("#get-api-user-settings")
    operation.get_by_role("button", name="Send request").click()
    expect(operation.get_by_text("The answer has the status 401.")).to_be_visible()
    operation.get_by_label("Address").fill("//example.org/api/")
    operation.get_by_role("button", name="Send request").click()
    expect(operation.get_by_text("The address must begin with /api/.")).to_be_visible()


def test_copying(site):
    """WEB-06"""
    page = site.page("/api/docs#get-api-story", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#get-api-story").get_by_role("button", name="Copy").click()
    told(page, "Copied")
    until(page, "async (url) => (await navigator.clipboard.readText()).includes(`${url}/api/story`)", site.url)


def test_without_scripts(site):
    """WEB-06 reading needs no JavaScript"""
    page = site.page("/api/docs", java_script_enabled=False)
    expect(page.get_by_label("Search")).to_be_hidden()
    page.get_by_role("heading", name="/api/story", exact=True).last.click()
    expect(page.locator("#get-api-story").get_by_role("heading", name="Answers")).to_be_visible()


def test_footer_and_sitemap_link_to_it(site):
    """WEB-06 in the footer and the sitemap"""
    page = site.page("/about")
    page.get_by_role("contentinfo").get_by_role("link", name="API").click()
    expect(page).to_have_url(f"{site.url}/api/docs")
    assert f"{site.url}/api/docs</loc>" in page.request.get("/sitemap.xml?part=pages").text()
