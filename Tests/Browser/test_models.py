"""The catalog of models for everyone and for admins, and the credits of a member."""

import json
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
def nova(database):
    """A model of the test's own."""

    def forget():
        database.execute("update models set is_default = false where slug = 'nova-test'")
        database.execute("delete from models where slug = 'nova-test'")
        database.execute("update models set is_default = true where slug = 'ray-flash-2-540p'")
        database.execute("select announce_change('catalog', 'nova-test')")

    forget()
    database.execute(
        """
        insert into models (slug, model_id, name, maker, provider, durations, pricing, is_active)
        values ('nova-test', 'nova-test', 'Nova of a test', 'Acme', 'local', '{5, 10}',
            '{"structure": "flat", "flat": "0.30", "isEstimated": true}', true)
        """
    )
    database.execute("select announce_change('catalog', 'nova-test')")
    yield "nova-test"
    forget()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_everyone_reads_the_models(site, axe, shots, nova, size):
    """CAT-03 CAT-06 PRICE-02: what can run comes first, the rest says which setting is missing; one model has its price."""
    page = site.page("/models", viewport=size)
    ready(page)
    usable = page.get_by_role("region", name=re.compile("^Ready to use"))
    expect(usable.get_by_role("link", name="Nova of a test")).to_be_visible()
    card = usable.get_by_role("listitem").filter(has_text="Nova of a test")
    expect(card).to_contain_text("$0.30 for 5 s · 30 credits · estimated")
    others = page.get_by_role("region", name=re.compile("^Not set up on this site"))
    veo = others.get_by_role("listitem").filter(has=page.get_by_role("link", name="Veo 3.1 Fast", exact=True))
    expect(veo).to_contain_text("the setting FAL_KEY is missing")
    judge(page, axe, shots, f"models-{size['width']}")
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Nova of a test", level=1)).to_be_visible()
    ready(page)
    expect(page.get_by_role("row", name=re.compile("^10 s"))).to_contain_text("$0.30")
    expect(page.get_by_text("The price is an estimate.")).to_be_visible()
    judge(page, axe, shots, f"model-{size['width']}")


def test_an_admin_edits_a_model(site, axe, shots, admin, nova, database):
    """CAT-02 CAT-05 CAT-07 CAT-08: faults show as one types, four structures can be edited, pages have the new price at once."""
    page = site.page("/admin/models?search=nova-test", storage_state=admin, viewport=DESK)
    ready(page)
    page.get_by_role("button", name="Nova of a test").click()
    form = page.locator("[data-model-form]")
    expect(form).to_be_visible()
    name = form.get_by_label("Name", exact=True)
    slug = form.get_by_label("Slug", exact=True)
    slug.fill("Nova Test")
    expect(form.get_by_text("Use 1 to 80 lower-case letters, digits, dots or hyphens.")).to_be_visible()
    slug.fill("stats")
    expect(form.get_by_text("This word is reserved.")).to_be_visible()
    slug.fill("nova-test")
    name.fill("")
    expect(form.get_by_text("Enter a name of 1 to 100 characters.")).to_be_visible()
    name.fill("Nova, edited")
    durations = form.get_by_label("Durations in seconds")
    durations.fill("5, ten")
    expect(form.get_by_text("Enter whole seconds from 1 to 600, with commas between them.")).to_be_visible()
    durations.fill("4, 8")

    structure = form.get_by_label("Structure")
    structure.select_option("tiers")
    form.get_by_label("Up to pixels").fill("720")
    dollars = form.get_by_label("Dollars", exact=True)
    dollars.fill("0.12345")
    expect(form.get_by_text("Enter dollars with at most four decimals, such as 0.05.")).to_be_visible()
    dollars.fill("0.2")
    form.get_by_role("button", name="Add a tier").click()
    form.get_by_label("Up to pixels").nth(1).fill("720")
    expect(form.get_by_text("Another tier has this size.")).to_be_visible()
    form.get_by_label("Up to pixels").nth(1).fill("1080")
    dollars.nth(1).fill("0.45")
    form.get_by_label("Counts").nth(1).select_option("flat")
    form.get_by_label("The price is an estimate").uncheck()
    judge(page, axe, shots, "admin-models-1440")
    form.get_by_role("button", name="Save").click()
    told(page, "Nova, edited is saved.")
    [(stored,)] = database.execute("select pricing from models where slug = 'nova-test'").fetchall()
    assert stored == {
        "structure": "tiers", "isEstimated": False,
        "tiers": [
            {"shortSide": 720, "price": "0.2", "unit": "perSecond"}, {"shortSide": 1080, "price": "0.45", "unit": "flat"},
        ],
    }  # fmt: skip
    public = page.request.get("/models/nova-test").text()
    assert "Second at 720p" in public and "Nova, edited" in public

    # Of the other structures, each comes back as it was typed.
    for chosen, fields in [
        ("perSecond", {"Dollars a second": "0.1", "Dollars a second with sound": "0.15"}),
        ("base", {"Dollars for the first seconds": "0.21", "First seconds": "5", "Dollars for each further second": "0.042"}),
        ("flat", {"Dollars a video": "0.49"}),
    ]:
        structure.select_option(chosen)
        if chosen == "perSecond":
            form.get_by_label("Another price with sound").check()
        for label, value in fields.items():
            form.get_by_label(label, exact=True).fill(value)
        with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
            form.get_by_role("button", name="Save").click()
        assert saved.value.ok and saved.value.json()["pricing"]["structure"] == chosen
        for label, value in fields.items():
            expect(form.get_by_label(label, exact=True)).to_have_value(value)

    page.get_by_role("button", name="Make default").click()
    told(page, "Nova, edited is the default.")
    assert database.execute("select slug from models where is_default").fetchall() == [("nova-test",)]
    site.allow("409")
    switch = page.get_by_role("switch", name="Nova, edited is active")
    switch.click()
    told(page, "This is the default model.")
    expect(switch).to_be_checked()


def test_an_admin_adds_imports_and_removes_models(site, axe, shots, admin, database, tmp_path):
    """CAT-05 CAT-10 CAT-06: a new model, a pack with its differences, retiring and deleting; on a phone."""
    slugs = ["zz-added", "zz-packed"]
    database.execute("delete from models where slug = any (%s)", (slugs,))
    try:
        page = site.page("/admin/models?search=zz-", storage_state=admin, viewport=PHONE)
        ready(page)
        expect(page.get_by_role("heading", name="No models found")).to_be_visible()
        page.get_by_role("button", name="New model…").click()
        dialog = page.get_by_role("dialog", name="New model")
        dialog.get_by_label("Name").fill("ZZ added")
        dialog.get_by_label("Maker").fill("Acme")
        dialog.get_by_label("Provider").select_option("local")
        dialog.get_by_role("button", name="Add the model").click()
        told(page, "ZZ added is added.")
        expect(page.get_by_role("switch", name="ZZ added is active")).not_to_be_checked()

        pack = {
            "format": "dailies-catalog", "version": 1,
            "models": [
                {"slug": "zz-added", "name": "ZZ added", "maker": "Acme", "provider": "local", "description": "From a pack"},
                {"slug": "zz-packed", "name": "ZZ packed", "maker": "Acme", "provider": "fal.ai"},
            ],
        }  # fmt: skip
        broken, file = tmp_path / "broken.json", tmp_path / "pack.json"
        broken.write_text("{")
        file.write_text(json.dumps(pack))
        page.get_by_role("button", name="Import a pack…").click()
        dialog = page.get_by_role("dialog", name="Import a pack")
        apply = dialog.get_by_role("button", name="Apply the changes")
        dialog.get_by_label("Pack (JSON)").set_input_files(broken)
        expect(dialog.get_by_text("This file is not JSON.")).to_be_visible()
        expect(apply).to_be_disabled()
        dialog.get_by_label("Pack (JSON)").set_input_files(file)
        expect(dialog.get_by_text("From a pack")).to_be_visible()
        expect(dialog.get_by_text("New, inactive")).to_be_visible()
        expect(dialog.locator("[data-origin]")).to_have_text("This pack is not signed. Anyone may have made it or changed it.")
        expect(apply).to_be_disabled()
        dialog.get_by_label("Apply it although no key that this site trusts has signed it").check()
        judge(page, axe, shots, "catalog-pack-390")
        apply.click()
        told(page, "2 models are imported.")
        expect(page.get_by_role("button", name="ZZ packed")).to_be_visible()

        page.get_by_role("button", name="ZZ packed").click()
        sheet = page.locator("[data-sheet]")
        expect(sheet.get_by_role("heading", name="ZZ packed")).to_be_visible()
        judge(page, axe, shots, "admin-model-390")
        sheet.get_by_role("button", name="Retire…").click()
        page.get_by_role("dialog", name="Retire ZZ packed").get_by_role("button", name="Retire", exact=True).click()
        told(page, "ZZ packed is retired.")
        sheet.get_by_role("button", name="Delete…").click()
        page.get_by_role("dialog", name="Delete ZZ packed").get_by_role("button", name="Delete", exact=True).click()
        told(page, "ZZ packed is deleted.")
        assert database.execute("select slug from models where slug = any (%s)", (slugs,)).fetchall() == [("zz-added",)]
    finally:
        database.execute("delete from models where slug = any (%s)", (slugs,))
        database.execute("select announce_change('catalog', 'zz')")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_providers_say_what_they_lack(site, axe, shots, admin, size):
    """CAT-06: each provider is ready, or names the setting that is missing."""
    page = site.page("/admin/providers", storage_state=admin, viewport=size)
    ready(page)
    expect(page.locator('[data-provider="fal.ai"]')).to_contain_text("the setting FAL_KEY is missing")
    expect(page.locator('[data-provider="local"]')).to_contain_text("Ready")
    expect(page.locator('[data-provider="manual"]')).to_contain_text("By hand")
    judge(page, axe, shots, f"admin-providers-{size['width']}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
def test_a_member_reads_the_ledger(site, axe, shots, member, database, size):
    """PRICE-05: the balance, what came and went, and older entries when asked for."""
    page = site.page("/settings", storage_state=member, viewport=size)
    ready(page)
    [(user,)] = database.execute("select id from users where username = 'juror'").fetchall()
    section = page.locator("section", has=page.get_by_role("heading", name="Credits", exact=True))
    for number in range(10):
        reference = f"{user} {size['width']} {number}"
        database.execute("select * from reserve_credits(%s, %s, 5)", (user, reference))
        database.execute("select * from release_credits(%s)", (reference,))
    page.reload()
    ready(page)
    balance = page.request.get("/api/credits").json()
    expect(section.locator("[data-credits]")).to_have_text(f"{balance['balance']:,}")
    rows = section.locator("[data-ledger] tbody tr")
    expect(rows).to_have_count(8)
    judge(page, axe, shots, f"settings-credits-{size['width']}")
    section.get_by_role("button", name="Show older").click()
    expect(rows.filter(has_text="Monthly credits")).to_have_count(1)
    assert rows.count() > 20
    # The studio has the same history, folded in below what was made.
    page.goto("/studio")
    ready(page)
    history = page.locator("details", has=page.get_by_text("Credit history", exact=True)).last
    expect(history.locator("[data-credits]")).to_be_hidden()
    history.locator("summary").click()
    expect(history.locator("[data-credits]")).to_have_text(f"{balance['balance']:,}")
    expect(history.locator("[data-ledger] tbody tr")).to_have_count(8)
    judge(page, axe, shots, f"studio-credits-{size['width']}")
    history.get_by_role("button", name="Show older").click()
    expect(history.locator("[data-ledger] tbody tr").filter(has_text="Monthly credits")).to_have_count(1)
