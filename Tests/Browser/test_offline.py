"""What a browser shows when there is no connection."""

import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, until

KEPT = """async (name) => {
    const kept = await (await caches.open(name)).keys();
    return kept.map(({ url }) => new URL(url).pathname).sort().join(" ");
}"""
KEPT_SOME = """async () => (await (await caches.open("stills")).keys()).length > 1"""
SHELL = "/assets/0/errors/slate-3.css /assets/0/js/offline.js /offline"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_reload_without_a_connection(site, shots, axe, size):
    """WEB-03 WEB-05 a page says so in place of the browser's own; no other page is kept, and it is never shown otherwise"""
    site.allow("Failed to load resource")
    page = site.context(viewport=size, service_workers="allow").new_page()
    page.goto("/about")
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
    assert page.evaluate(KEPT, "offline") == SHELL
    page.context.set_offline(True)
    for path in ("/about", "/story", "/nowhere"):
        page.goto(path)
        expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
        assert page.url.endswith(path)
    assert page.evaluate("getComputedStyle(document.body).display") == "grid", "its style is there too"
    axe(page)
    shots.of(page, f"offline-{size['width']}.png")
    page.goto("/about")
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="You are offline")).to_have_count(0)
    expect(page).to_have_title("About · Dailies")
    # What the site says of an address comes from the site.
    site.allow("404")
    page.goto("/nowhere")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert page.evaluate(KEPT, "offline") == SHELL


def test_stills_are_kept(site, shots):
    """WEB-03 the stills that were seen are there without a connection"""
    site.allow("Failed to load resource")
    page = site.context(viewport=PHONE, service_workers="allow").new_page()
    page.goto("/about")
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
    page.goto("/discover")
    until(page, KEPT_SOME)
    assert all(path.startswith("/media/clips/") for path in page.evaluate(KEPT, "stills").split())
    page.context.set_offline(True)
    page.goto("/discover")
    expect(page.get_by_role("heading", name="Takes you have seen")).to_be_visible()
    until(page, "() => [...document.querySelectorAll('[data-stills] img')].some((image) => image.naturalWidth > 0)")
    shots.of(page, "offline-stills-390.png")


def test_a_new_release_is_offered(site):
    """WEB-03 an open page says that another tab has loaded a newer release, and loads it when asked"""
    page = site.context(service_workers="allow").new_page()
    page.goto("/about")
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
    page.goto("/about")
    until(page, "() => Boolean(navigator.serviceWorker.controller)")
    page.evaluate("() => navigator.serviceWorker.register('/offline-worker.js?0123456789ab')")
    expect(page.get_by_text("A new version of the site is ready.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Reload").click()


def test_installing_is_offered_where_it_is_possible(site):
    """WEB-03 the account menu has the button once the browser says that the site can be installed"""
    page = site.page("/about")
    button = page.locator("#account-menu [data-install]")
    page.get_by_role("button", name="Profile and appearance").click()
    expect(button).to_be_hidden()
    page.evaluate("""() => {
        const event = new Event("beforeinstallprompt", { cancelable: true });
        event.prompt = async () => { document.title = "asked"; };
        dispatchEvent(event);
    }""")
    button.click()
    expect(page).to_have_title("asked")
    expect(button).to_be_hidden()


def test_manifest(site, url):
    """WEB-03 the manifest names icons and shortcuts that exist"""
    page = site.page("/about")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    manifest = page.request.get(address).json()
    assert manifest["start_url"] and manifest["display"] == "standalone" and manifest["lang"] == "en"
    for path in [icon["src"] for icon in manifest["icons"]] + [one["url"] for one in manifest["shortcuts"]]:
        assert page.request.get(path).status == 200, path
