"""What runs cost, what providers and members are allowed, and what a member learns of it before a run."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, judge, ready, told


@pytest.fixture
def database(run):
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def runs(database, member):
    """Runs of two models with their costs, one of which failed, and a provider that does not work."""

    def forget():
        database.execute("delete from generation_runs where quality = 'standard' and duration_ms in (3000, 5000)")
        database.execute("delete from model_expectations")
        database.execute("delete from provider_states")
        database.execute("delete from provider_minutes")
        database.execute("delete from provider_limits")
        database.execute("delete from member_caps")

    forget()
    for slug, cost, count, failed in (("kling-2.5-turbo-standard", 0.21, 25, 2), ("local", 0, 22, 0)):
        database.execute(
            """
            insert into generation_runs (
                generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome,
                ended_at, cost_usd, video_ms, took_ms
            )
            select gen_random_uuid(), 1, (select id from users where username = 'juror'), models.id, provider,
                case slug when 'local' then 3000 else 5000 end, 'standard', now() - number * interval '1 second', %(cost)s,
                case when number > %(failed)s then 'completed' else 'failed' end, now(), %(cost)s,
                case when number > %(failed)s then 5000 end, number * 1000
            from models, generate_series(1, %(count)s) number
            where slug = %(slug)s
            """, {"slug": slug, "cost": cost, "count": count, "failed": failed})  # fmt: skip
    database.execute("select refresh_expectations()")
    database.execute(
        "insert into provider_states values ('runway', 'open', 'faults', now(), now() + interval '1 hour', '30 s', null, now())")
    database.execute("insert into provider_minutes values ('runway', date_trunc('minute', now()), 12, 9, 1, 24000, 9000)")
    yield
    forget()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_costs(site, axe, shots, admin, runs, database, size):
    """CAT-11 PRICE-04 sums, bars and table by provider, model, member and month; CSV; the cost of a run is entered"""
    page = site.page("/admin/costs", storage_state=admin, viewport=size)
    ready(page)
    row = page.locator('[data-costs="fal.ai"]')
    expect(row).to_contain_text("$5.25")
    expect(row).to_contain_text("$0.42")
    expect(page.locator("[data-bars]")).to_contain_text("fal.ai$5.25")
    expect(page.locator("[data-total]")).to_contain_text("Failed runs$0.42")
    judge(page, axe, shots, f"admin-costs-{size['width']}", full_page=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text()
    assert text.startswith("provider,runs,videos,") and '"fal.ai",25,23,2,0,5.25,' in text
    page.get_by_role("tab", name="Model").click()
    expect(page.locator('[data-costs="kling-2.5-turbo-standard"]')).to_contain_text("$5.25")
    cheaper = page.locator("[data-cheaper]")
    cheaper.get_by_text("Cheaper models").click()
    expect(cheaper).to_contain_text("Luma Ray 2 Flash $0.20 (not rated)")
    page.get_by_role("tab", name="Month").click()
    expect(page.locator("[data-rows] tr")).to_have_count(1)
    page.get_by_role("tab", name="Member").click()
    expect(page.locator("[data-rows] tr").first).to_contain_text("juror")
    if size == PHONE:
        return
    page.get_by_role("tab", name="Runs").click()
    entry = page.locator("[data-run]").filter(has_text="Kling").filter(has_text="Finished").first
    entry.get_by_role("button", name=re.compile("Change the cost")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Cost in dollars").fill("lots")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_text("Enter an amount such as 0.35.")).to_be_visible()
    dialog.get_by_label("Cost in dollars").fill("0.99")
    dialog.get_by_label("Reason").fill("The invoice")
    dialog.get_by_role("button", name="Change").click()
    told(page, "The cost is changed.")
    expect(page.locator("[data-run]").filter(has_text="$0.99")).to_contain_text("entered")
    judge(page, axe, shots, "admin-costs-runs-1440")
    assert database.execute(
        "select reason, after ->> 'costUsd' from audit_log where action = 'video.set_cost' order by id desc limit 1"
    ).fetchone() == ("The invoice", "0.99")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_providers_and_caps(site, axe, shots, admin, runs, database, size):
    """GEN-16 GEN-15 a provider that does not work shows why and its figures; it is sent to again; limits and caps are set"""
    page = site.page("/admin/providers", storage_state=admin, viewport=size)
    ready(page)
    page.locator('[data-provider="runway"]').get_by_role("button").click()
    chosen = page.locator('[data-chosen-provider="runway"]')
    expect(chosen).to_contain_text("12, 9 failed, 1 slow")
    judge(page, axe, shots, f"admin-providers-chosen-{size['width']}")
    if size == PHONE:
        return
    database.execute("update provider_states set breaker = 'open'")
    chosen.get_by_role("button", name="Change its limits").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Dollars a month").fill("12.50")
    dialog.get_by_label("Requests at once").fill("2")
    dialog.get_by_role("button", name="Change").click()
    told(page, "The limits of Runway are changed.")
    expect(page.locator('[data-provider="runway"]')).to_contain_text("$0.00 of $12.50")
    expect(page.locator('[data-provider="runway"]')).to_contain_text("0 of 2")
    page.get_by_role("button", name="Change the cap of all").click()
    dialog.get_by_label("Credits a month").fill("500")
    dialog.get_by_role("button", name="Change").click()
    told(page, "The cap of all members is changed.")
    expect(page.locator("[data-caps]")).to_contain_text("500 credits a month")
    # What one member may spend.
    [(juror,)] = database.execute("select id from users where username = 'juror'").fetchall()
    page.goto(f"/admin/users?user={juror}")
    ready(page)
    page.get_by_role("button", name="Credits…").click()
    dialog.get_by_label("Credits", exact=True).fill("7")
    dialog.get_by_label("Reason").fill("A prize")
    dialog.get_by_role("button", name="Grant").click()
    told(page, "juror has")
    page.get_by_role("button", name="Monthly cap…").click()
    dialog.get_by_label("Seconds a month").fill("40")
    judge(page, axe, shots, "admin-users-cap-1440")
    dialog.get_by_role("button", name="Change").click()
    told(page, "The cap of juror is changed.")
    assert database.execute("select monthly_seconds from member_caps where user_id = %s", (juror,)).fetchall() == [(40,)]


def test_before_a_run(site, axe, shots, member, runs, database):
    """CAT-12 CAT-09 GEN-15 the studio shows what to expect, suggests models with the reason, and a cap before the run; a model's
    page has what to expect"""
    database.execute("insert into member_caps values (null, 500, 30)")
    page = site.page("/studio", storage_state=member, viewport=DESK)
    ready(page)
    expect(page.locator("[data-wallet]")).to_contain_text("Credits to spend this month")
    page.get_by_label("Length").select_option("3")
    expect(page.locator("[data-expected]")).to_have_text("Half are done in 12 s, nine of ten in 20 s. 100 % succeed, of 22 runs.")
    suggested = page.locator("[data-suggestions]")
    expect(suggested).to_contain_text("Cheapest: Local renderer. Free")
    expect(suggested).to_contain_text("Fastest: Local renderer. Half of 22 runs took 12 s at most")
    judge(page, axe, shots, "studio-before-1440", full_page=True)
    database.execute("delete from member_caps")
    database.execute("select announce_change('catalog', 'local')")
    page = site.page("/models/local", storage_state=member, viewport=PHONE)
    ready(page)
    expect(page.get_by_role("region", name="What to expect")).to_contain_text("100 % succeed, of 22 runs.")
    judge(page, axe, shots, "model-expected-390", full_page=True)
