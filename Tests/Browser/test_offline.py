"""What a browser shows when there is no connection."""

import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, until

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    }
    return found.sort().join(" ");
}"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_reload_without_a_connection(site, shots, axe, size):
    """WEB-05 a page says so in place of the browser's own; it is all that is kept, and is never shown otherwise"""
    site.allow("Failed to load resource")
    page = site.context(viewport=size, service_workers="allow").new_page()
    page.goto("/about")
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
    assert page.evaluate(KEPT) == "/assets/0/errors/slate-2.css /offline"
    page.context.set_offline(True)
    for path in ("/about", "/story", "/nowhere"):
        page.goto(path)
        expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
        assert page.url.endswith(path)
    assert page.evaluate("getComputedStyle(document.body).display") == "grid", "its style is there too"
    axe(page)
    page.screenshot(path=shots / f"offline-{size['width']}.png")
    page.goto("/about")
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="You are offline")).to_have_count(0)
    expect(page).to_have_title("About · Dailies")
    # What the site says of an address comes from the site.
    site.allow("404")
    page.goto("/nowhere")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert page.evaluate(KEPT) == "/assets/0/errors/slate-2.css /offline"
