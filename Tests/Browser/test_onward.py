"""Where signing in leads to."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from conftest import sign_in_link

# A browser resolves the dots of the first two, after which they name another server.
ELSEWHERE = ["/..//evil.example/x", "/.//evil.example", "//evil.example", "https://evil.example/", "http://[", "\\\\evil.example"]


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_sign_in_never_leads_to_another_site(site, run, member, wish):
    """AUTH-01 neither by the page that ends a sign-in nor by the one that comes after it"""
    page = site.page(f"/onboarding?next={quote(wish, safe='')}", storage_state=member)
    expect(page).to_have_url(re.compile(rf"^{re.escape(site.url)}/dashboard"))
    link = sign_in_link(run, "--user", "juror").replace("/sign-in", f"/sign-in?next={quote(wish, safe='')}", 1)
    page = site.page(link.removeprefix(site.url))
    page.get_by_role("button", name="Sign in on this device").click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(site.url)}/dashboard"))
