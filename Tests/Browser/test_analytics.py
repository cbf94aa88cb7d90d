"""Analytics: charts with their tables, the board, filters and files; what the page weighs."""

import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, comes_true, judge

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture(scope="module")
def figures(run):
    """Fourteen models with runs of sixty days, videos in a comparison, votes and battles."""
    mark = secrets.token_hex(3)
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:
        connection.execute("""
            insert into models (
                slug, model_id, name, maker, provider, capabilities, durations, aspect_ratios, cost_per_second, pricing
            )
            select format('%%s-%%s', %(mark)s::text, number), format('%%s-%%s', %(mark)s::text, number),
                (array['Aurora', 'Borealis 2', 'Cinder Pro', 'Dune', 'Ember Turbo', 'Fjord', 'Gale 1.5', 'Harbour', 'Iris',
                    'Juniper', 'Kestrel', 'Lumen', 'Marrow', 'Nimbus'])[number] || ' ' || %(mark)s,
                'Maker', provider, capabilities, durations, aspect_ratios, cost_per_second, pricing
            from models cross join generate_series(1, 14) number where slug = 'local'
            """, {"mark": mark})  # fmt: skip
        connection.execute("""
            insert into generation_runs (
                generation_id, run, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome, ended_at,
                cost_usd, video_ms, took_ms, has_source
            )
            select gen_random_uuid(), 1, models.id, 'local', 5000, 'standard', ends, 0,
                case when (4 * day + step) %% (8 + number) = 0 then 'failed' else 'completed' end, ends, number * 0.04,
                5000 + 200 * number, 20000 + 6000 * number + (step * 7919) %% (2000 * number), number %% 3 = 0
            from (select id, row_number() over (order by slug) as number from models where slug like %(mark)s || '-%%') models
            cross join generate_series(1, 60) day
            cross join generate_series(1, 4) step
            cross join lateral (select now() - day * interval '1 day' as ends) moment
            where step <= 1 + (day + number) %% 4
            """, {"mark": mark})  # fmt: skip
        connection.execute("""
            insert into battles (
                pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
            )
            select gen_random_uuid(), gen_random_uuid(), one.id, other.id, gen_random_uuid(), gen_random_uuid(), false,
                case when one.slug < other.slug then 'left' else 'right' end, now()
            from models one
            join models other on other.slug <> one.slug and other.slug in (%(mark)s || '-1', %(mark)s || '-2', %(mark)s || '-3')
            cross join generate_series(1, 30)
            where one.slug in (%(mark)s || '-1', %(mark)s || '-2', %(mark)s || '-3')
            """, {"mark": mark})  # fmt: skip
        connection.execute("""
            with made as (
                insert into comparisons (
                    slug, title, kind, prompt, duration_ms, quality, seed, words, created_at, updated_at
                )
                values (%(mark)s || '-votes', 'Votes', 'text-to-video', 'p', 5000, 'standard', 1, '', now(), now())
                returning id
            ), videos as (
                insert into generations (
                    user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits,
                    cost_usd, original_key, video_key, small_key, poster_key, video_ms, created_at, updated_at, finished_at
                )
                select (select id from users order by created_at limit 1), id, name, 'local', 'local', 'completed', 'p', 5000,
                    'standard', 1, 0, 0.35, 'o', 'v', 's', 'p', 5000, now(), now(), now()
                from models
                where slug like %(mark)s || '-%%'
                returning id, model_id
            )
            insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
            select videos.id, made.id, videos.model_id, now() from videos cross join made
            """, {"mark": mark})  # fmt: skip
        connection.execute("""
            insert into video_votes (video_id, voter_key, device_key, network, created_at)
            select generation_id, 'voter ' || voter, 'd', 'n', now()
            from (
                select generation_id, row_number() over (order by models.slug) as number
                from comparison_videos
                join models on models.id = comparison_videos.model_id
                where models.slug like %(mark)s || '-%%'
            ) videos
            cross join lateral generate_series(1, 3 + number * 7 %% 23) voter
            """, {"mark": mark})  # fmt: skip
        yield connection, mark
        connection.execute("delete from comparisons where slug = %s", (mark + "-votes",))
        made = "(select id from models where slug like %s)"
        for rows in (
            "battles where left_model_id", "generation_runs where model_id", "generations where model_id", "models where id"
        ):  # fmt: skip
            connection.execute(f"delete from {rows} in {made}", (mark + "-%",))


def drawn(page):
    comes_true(page, lambda: page.locator("[data-plot]:not([data-drawn])").count() == 0, "every chart is drawn")


def test_charts_tables_and_board(figures, run, site, axe, shots):
    """ANLY-01 ANLY-02 ANLY-03 counted by the job; ten models a chart, tooltips, both themes, and 90 kB at most"""
    connection, _ = figures
    known = "select exists (select from jobs where kind = 'count_model_days') and count(*) = 0 from model_day_changes"
    counted = lambda: connection.execute("select fold_model_days()") and connection.execute(known).fetchone()[0]  # noqa: E731
    # Pages that nginx keeps are those of another address.
    path = f"/analytics?fresh={secrets.token_hex(4)}"
    page = site.page("/about")
    comes_true(page, counted, "the job runs, and everything is counted")
    page.goto(path)
    drawn(page)
    assert page.evaluate("document.querySelectorAll('canvas').length") == 7
    sizes = page.evaluate("""() => Object.fromEntries(
        ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
            .filter(({ name }) => /\\.(js|css)$|\\/analytics\\?/.test(name))
            .map(({ name, encodedBodySize }) => [name, encodedBodySize]))""")
    assert any("analytics/library.js" in url for url in sizes), "the library is a file of its own with the release in its address"
    assert 60_000 < sum(sizes.values()) <= 90_000, sizes
    print(sum(sizes.values()), sizes)
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        judge(page, axe, shots, f"analytics-{size}", full_page=True)

    tables = page.locator("table[data-chart='bar']")
    for number in range(tables.count()):
        assert 1 <= tables.nth(number).locator("tbody tr").count() <= 10
    success = page.locator("section", has=page.locator("#success")).locator("tbody tr").first
    assert re.search(r"\d+(\.\d)? %", success.inner_text())
    # A tooltip says what the table says.
    plot = page.locator("section", has=page.locator("#time")).locator("canvas")
    plot.scroll_into_view_if_needed()
    assert page.evaluate("""() => {
        const canvas = document.querySelector('#time').closest('section').querySelector('canvas');
        return canvas.width > 0 && canvas.getAttribute('aria-hidden') === 'true';
    }""")
    plain = plot.screenshot()
    plot.hover(position={"x": plot.bounding_box()["width"] * 0.6, "y": 24})
    comes_true(page, lambda: plot.screenshot() != plain, "a tooltip is shown")

    board = page.locator("#board")
    expect(board.get_by_role("row", name=re.compile("Aurora"))).to_be_visible()
    expect(board.locator(".formulas")).to_contain_text("√((Σt² − (Σt)² ÷ n) ÷ (n − 1))")
    board.get_by_role("link", name="Speed").click()
    expect(page).to_have_url(re.compile(r"by=speed"))
    times = [
        float(text.split()[0].replace(",", ""))
        for text in page.locator("#board tbody td:nth-child(4)").all_inner_texts() if text != "–"
    ]  # fmt: skip
    assert times == sorted(times) and len(times) >= 14
    page.get_by_role("navigation", name="Type").get_by_role("link", name="Image to video").click()
    expect(page).to_have_url(re.compile("type=image-to-video"))
    expect(page.locator("#board tbody tr")).to_have_count(4)
    page.get_by_role("navigation", name="Period").get_by_role("link", name="Year").click()
    expect(page.get_by_role("heading", name="Videos a month")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    assert file.value.suggested_filename.startswith("analytics-year-image-to-video-")

    light = site.page(path, theme="light", viewport=DESK)
    drawn(light)
    judge(light, axe, shots, "analytics-light", full_page=True)
    assert site.unexpected() == []


def test_without_scripts_and_without_figures(figures, site, axe, shots):
    """ANLY-01 the tables need no script; a library that does not load leaves them"""
    plain = site.page("/analytics", java_script_enabled=False)
    expect(plain.locator("table[data-chart='bar']").first).to_be_visible()
    expect(plain.locator("[data-plot]").first).to_be_hidden()
    broken = site.context(viewport=PHONE).new_page()
    broken.route("**/analytics/library.js", lambda route: route.abort())
    site.allow("ERR_FAILED")
    broken.goto("/analytics")
    expect(broken.locator("[data-plot]")).to_have_count(0)
    expect(broken.locator("table[data-chart='line']")).to_be_visible()
