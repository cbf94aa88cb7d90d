"""The studio: from words and from a picture to a video, with this site's own renderer, and on to a take."""

import contextlib
import re
import secrets
import subprocess
import time

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import (
    DEADLINE,
    DESK,
    PHONE,
    accept_terms,
    comes_true,
    give,
    hold_first,
    judge,
    ready,
    sign_in_link,
    told,
    until,
    use_link,
)

SIZES = {"390": PHONE, "1440": DESK}


@pytest.fixture
def maker(site, run):
    """A new member, as on a fresh site without any key; opens pages of that member."""
    name = f"maker_{secrets.token_hex(4)}"
    first = site.context()
    page = first.new_page()
    use_link(page, sign_in_link(run, "--user", name))
    accept_terms(page)
    state = first.storage_state()
    with psycopg.connect(run["databaseURL"], autocommit=True) as connection:

        def open_page(path="/studio", **options):
            page = site.context(storage_state=state, **options).new_page()
            page.goto(path)
            return page

        open_page.database, open_page.name = connection, name
        yield open_page
        connection.execute(
            "delete from tournament_clips where user_id = (select id from users where username = %s)", (name,))


@contextlib.contextmanager
def held_renderer(database):
    """What is requested meanwhile waits until the page has shown that, as it may be drawn before a slow page is read."""
    database.execute("select pause_jobs(null, 'kind', 'draw_generation', null)")
    try:
        yield
    finally:
        database.execute("select resume_jobs(null, 'kind', 'draw_generation')")


def picture(tmp_path, size="640x480"):
    path = tmp_path / "picture.png"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"mandelbrot=s={size}", "-frames:v", "1", path], check=True,
        timeout=DEADLINE)
    return path


def test_words_and_a_picture_become_videos_and_a_take(maker, tmp_path):
    """GEN-01 GEN-03 GEN-07 GEN-10 GEN-11 GEN-12 GEN-18 without any key: request, progress, video, take; it is private"""
    page = maker()
    ready(page)
    expect(page.get_by_role("radio", name="Local renderer")).to_be_checked()
    page.get_by_label("Prompt").fill("Snow over a frozen station, cyan light, push in")
    page.get_by_label("Length").select_option("3")
    expect(page.locator("[data-price]")).to_contain_text("Free")
    begun = time.monotonic()
    with held_renderer(maker.database):
        page.get_by_role("button", name="Generate").click()
        expect(page.locator("[data-running] progress")).to_be_visible()
    until(page, """() => {
        const bar = document.querySelector("[data-running] progress[value]");
        return !bar || bar.value > 0;
    }""")
    finished = page.locator("[data-history] .take")
    expect(finished).to_have_count(1)
    took = time.monotonic() - begun
    told(page, "Your video is finished.")
    print(f"from the request to the finished video: {took:.1f} s")

    page.get_by_role("button", name="A picture").click()
    page.locator("[data-file]").set_input_files(picture(tmp_path))
    expect(page.get_by_text("picture.png is ready.")).to_be_visible()
    page.get_by_label("Prompt").fill("Slow pan left over the fractal")
    page.get_by_label("Length").select_option("2")
    page.get_by_role("button", name="Generate").click()
    expect(finished).to_have_count(2)
    assert page.locator("[data-wallet]").get_attribute("data-seconds") == "595000"

    # The files are the member's alone, and hold no more than the picture.
    row = maker.database.execute(
        "select id, video_key, small_key, poster_key, original_key, video_ms, source_image_id from generations"
        " where user_id = (select id from users where username = %s) order by created_at", (maker.name,)).fetchall()
    (first, video, small, poster, original, length, _), (_, _, _, _, _, _, source) = row
    assert abs(length - 3000) < 120 and source
    for key in (video, small, poster):
        assert page.request.get("/media/" + key).status == 200
        assert site_request(page, "/media/" + key) == 404
    assert page.request.get("/media/" + original).status == 404
    stored = maker.database.execute("select storage_key from source_images where id = %s", (source,)).fetchone()[0]
    assert page.request.get("/media/" + stored).status == 404

    # Sent in, checked, approved: it can be voted for.
    videos = maker("/my-videos")
    ready(videos)
    card = videos.locator(f"#video-{first}")
    card.get_by_text("Send in as a take").click()
    card.get_by_label("Title").fill("Snow at the frozen station")
    card.get_by_label("Genre").select_option("Sci-Fi")
    card.get_by_role("button", name="Send in").click()
    expect(card.get_by_label("I own the rights")).to_be_focused()
    for label in ("I own the rights", "Everyone shown", "I give the site"):
        card.get_by_label(label).check()
    card.get_by_role("button", name="Send in").click()
    told(videos, "Your take is sent in.")
    expect(card.get_by_text("Sent in.")).to_be_visible()
    comes_true(videos, lambda: maker.database.execute(
        "select processing from tournament_clips where title = 'Snow at the frozen station'").fetchone() == ("ready",),
        "the take is checked")  # fmt: skip
    clip, is_generated = maker.database.execute(
        "select id, ai_generated from tournament_clips where title = 'Snow at the frozen station'").fetchone()
    assert is_generated
    approved = maker.database.execute(
        "select outcome from approve_clips((select id from users where role = 'admin' limit 1), array[%s]::uuid[])",
        (clip,)).fetchone()
    assert approved, "the take competes"
    assert videos.request.get(f"/api/clip/{clip}").json()["status"] in ("active", "LIVE", "live")
    videos.goto(f"/clip/{clip}")
    expect(videos.locator("[data-origin]")).to_contain_text("AI-generated with Local renderer on")


def site_request(page, path):
    """What a visitor without a session gets."""
    context = page.context.browser.new_context(base_url="/".join(page.url.split("/")[:3]))
    context.set_default_timeout(DEADLINE * 1000)
    status = context.request.get(path).status
    context.close()
    return status


def test_the_form_follows_the_model_and_remembers(maker, site):
    """GEN-14 GEN-09 CAT-06 price, parameters and limits before the run; what failed is tried again; a run is used again"""
    page = maker()
    ready(page)
    page.get_by_text(re.compile(r"\d+ models not available to you")).click()
    expect(page.locator(".model[aria-disabled]").first).to_contain_text("not set up here")
    page.get_by_label("Length").select_option("8")
    expect(page.locator("[data-after]")).to_contain_text("592 s")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("Write what the video shows.")).to_be_visible()
    expect(page.get_by_label("Prompt")).to_be_focused()
    page.get_by_role("button", name="New random seed").click()
    expect(page.get_by_label("Seed", exact=True)).to_have_value(re.compile(r"^\d+$"))
    page.get_by_label("Seed", exact=True).fill("4207")
    page.get_by_label("Prompt").fill("A lake in the rain, ripples")
    page.get_by_label("Shape").select_option("1:1")
    page.get_by_label("Length").select_option("2")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("[data-history] .take")).to_have_count(1)
    videos = maker("/my-videos")
    ready(videos)
    videos.get_by_role("link", name="Use again").click()
    videos.wait_for_url("**/studio?remix=*")
    ready(videos)
    for label, value in [("Prompt", "A lake in the rain, ripples"), ("Shape", "1:1"), ("Length", "2")]:
        expect(videos.get_by_label(label)).to_have_value(value)
    expect(videos.get_by_label("Seed", exact=True)).to_have_value("4207")
    site.allow(r"Failed to load resource.*403")
    # A limit that is used up is said before anything is sent.
    maker.database.execute(
        "insert into generation_usage (generation_id, run, user_id, milliseconds, reserved_at)"
        " select gen_random_uuid(), 1, id, 597000, now() from users where username = %s", (maker.name,))
    videos.reload()
    ready(videos)
    videos.get_by_label("Length").select_option("8")
    expect(videos.get_by_text("Your seconds for this period are used up")).to_be_visible()
    videos.get_by_role("button", name="Generate").click()
    expect(videos.get_by_text(re.compile(r"used up: 1 s are left"))).to_be_visible()


def test_chains_comparisons_and_presets(maker, axe, shots):
    """GEN-17 GEN-14 steps that follow each other, several models at once, and forms that are kept under a name"""
    page = maker()
    ready(page)
    page.get_by_label("Prompt").fill("Fog over the tracks")
    page.get_by_label("Length").first.select_option("2")
    page.get_by_label("Seed", exact=True).fill("4207")
    # What is saved before the list has come is not in it.
    with page.expect_response("**/api/presets"):
        page.get_by_text("Presets", exact=True).click()
    page.get_by_role("button", name="Save this form").click()
    expect(page.get_by_text("Write a name of up to 80 characters.")).to_be_visible()
    page.get_by_label("Name of the preset").fill("Fog")
    page.get_by_role("button", name="Save this form").click()
    told(page, "The preset is saved.")
    page.get_by_label("Prompt").fill("Rain")
    page.get_by_label("Seed", exact=True).fill("")
    page.get_by_label("Name of the preset").fill("Mist")
    page.get_by_role("button", name="Rename the preset").click()
    expect(page.get_by_label("Use a preset").locator("option")).to_have_text(["Mist (local)"])
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.get_by_label("Prompt")).to_have_value("Fog over the tracks")
    expect(page.get_by_label("Seed", exact=True)).to_have_value("4207")
    page.get_by_role("button", name="Delete the preset").click()
    told(page, "The preset is deleted.")
    expect(page.get_by_label("Use a preset")).to_be_hidden()
    page.get_by_text("Presets", exact=True).click()

    # Two models need a second one that runs without a key.
    second = maker.name.replace("_", "-")
    maker.database.execute(
        """
        insert into models (
            slug, model_id, name, description, maker, provider, capabilities, durations, qualities, aspect_ratios, parameters,
            default_parameters, cost_per_second, pricing, is_active
        )
        select %s, %s, 'Second renderer', description, maker, provider, capabilities, durations, qualities, aspect_ratios,
            parameters, default_parameters, cost_per_second, pricing, true
        from models where slug = 'local'
        """, (second, second))  # fmt: skip
    try:
        page.reload()
        ready(page)
        page.get_by_label("Prompt").fill("A lake in the rain")
        page.get_by_role("button", name="Compare models").click()
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_text("Choose two models or more")).to_be_visible()
        page.locator(".model", has=page.locator(f"[value={second}]")).click()
        page.get_by_label("Length").select_option("2")
        expect(page.locator("[data-after]")).to_contain_text("596 s")
        page.get_by_role("button", name="Generate").click()
        expect(page.locator("[data-history] .take")).to_have_count(2)
    finally:
        maker.database.execute("delete from generations where prompt = 'A lake in the rain'")
        maker.database.execute("delete from generation_runs where model_id = (select id from models where slug = %s)", (second,))
        maker.database.execute("delete from models where slug = %s", (second,))
    page.reload()
    ready(page)
    page.get_by_role("button", name="A chain").click()
    page.get_by_label("Prompt").fill("Fog over the tracks")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("Write what this step shows.")).to_be_visible()
    page.get_by_label("What this step shows").fill("The fog lifts")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("What this step shows").nth(1).fill("The train leaves")
    for index in range(3):
        page.get_by_label("Length").nth(index).select_option("2")
    expect(page.locator("[data-after]")).to_contain_text("590 s")
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        judge(page, axe, shots, f"studio-chain-{size}", full_page=True)
    page.get_by_role("button", name="Remove").last.click()
    with held_renderer(maker.database):
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_text("waiting for step 1")).to_be_visible()
    expect(page.locator("[data-history] .take")).to_have_count(2)
    steps = maker.database.execute(
        "select group_step, status, source_image_id is not null from generations"
        " where user_id = (select id from users where username = %s) order by group_step", (maker.name,)).fetchall()
    assert steps == [(1, "completed", False), (2, "completed", True)]


def test_a_preset_outlives_a_late_list(maker):
    """GEN-14 what was saved while the list was on its way is in the choice"""
    page = maker()
    ready(page)
    held = hold_first(page, "**/api/presets")
    page.get_by_label("Prompt").fill("Fog over the tracks")
    page.get_by_text("Presets", exact=True).click()
    comes_true(page, lambda: held, "the list is asked for")
    page.get_by_label("Name of the preset").fill("Early")
    page.get_by_role("button", name="Save this form").click()
    told(page, "The preset is saved.")
    give(page, held)
    expect(page.get_by_label("Use a preset").locator("option")).to_have_text([re.compile("^Early ")])


def test_a_video_is_published(maker, axe, shots):
    """GEN-12 GEN-13 GEN-18 everyone sees a published video, where it comes from, and in the size that fits"""
    page = maker()
    ready(page)
    page.get_by_label("Prompt").fill("A lantern burns in a dark carriage")
    page.get_by_label("Length").select_option("2")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("[data-history] .take")).to_have_count(1)
    (video,) = maker.database.execute(
        "update generations set credentials = '{\"manifest\": \"urn:c2pa:1\", \"generator\": \"Maker/1\"}'"
        " where user_id = (select id from users where username = %s) returning id::text", (maker.name,)).fetchone()  # fmt: skip
    path = f"/video/{video}"
    assert site_request(page, path) == 404
    page.goto("/my-videos")
    ready(page)
    card = page.locator(f"#video-{video}")
    expect(card.get_by_text("Content Credentials")).to_be_visible()
    card.get_by_text("Publish…").click()
    card.get_by_role("button", name="Publish this video").click()
    told(page, "Everyone can see the video now.")
    expect(card.get_by_text("Published")).to_be_visible()

    browser = page.context.browser
    base = page.url.split("/my-videos")[0]
    slow = """
        const measured = Object.create(PerformanceResourceTiming.prototype, {
          transferSize: { value: 100000 }, responseStart: { value: 0 }, responseEnd: { value: 1000000 } });
        const real = performance.getEntriesByType.bind(performance);
        performance.getEntriesByType = (type) => type === "resource" ? [measured] : real(type);
    """
    saving = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    for viewport, script, size in (
        (DESK, None, "full"), (PHONE, None, "small"), (DESK, saving, "small"), (DESK, slow, "small"),
    ):  # fmt: skip
        context = browser.new_context(base_url=base, viewport=viewport)
        context.set_default_timeout(DEADLINE * 1000)
        if script:
            context.add_init_script(script)
        visitor = context.new_page()
        visitor.goto(path)
        expect(visitor.locator(f"video[data-chosen={size}]")).to_be_visible()
        assert visitor.locator("video").evaluate("(video) => video.src.endsWith(video.dataset[video.dataset.chosen])")
        if script is None:
            expect(visitor.locator("[data-ai]")).to_have_text("AI-generated")
            expect(visitor.get_by_text("Local renderer ·")).to_be_visible()
            expect(visitor.locator("[data-credentials]")).to_contain_text("Maker/1")
            comes_true(visitor, lambda v=visitor: v.locator("video").evaluate("(video) => video.readyState") > 0, "it loads")
            judge(visitor, axe, shots, f"video-{viewport['width']}", full_page=True)
        context.close()
    card.get_by_role("button", name="Make it private").click()
    expect(card.get_by_text("Finished")).to_be_visible()
    assert site_request(page, path) == 404


def test_a_bad_picture_is_refused(maker, tmp_path):
    """GEN-11 what is no picture is refused with the reason, and the form stays"""
    page = maker()
    ready(page)
    page.get_by_role("button", name="A picture").click()
    wrong = tmp_path / "page.png"
    wrong.write_bytes(b"<!doctype html><script>alert(1)</script>")
    page.locator("[data-file]").set_input_files(wrong)
    expect(page.get_by_text("not a JPEG, PNG or WebP picture")).to_be_visible()
    page.get_by_label("Prompt").fill("Fog")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("Add a picture, or start from words.")).to_be_visible()


def test_both_pages_in_both_sizes(maker, axe, shots):
    """WEB-01 WEB-03 the studio and the videos, on a phone and on a desk, in both themes; delete and cancel"""
    page = maker()
    ready(page)
    for prompt in ("A lantern burns in a dark carriage, pull back", "Neon grid under a violet sky"):
        page.get_by_label("Prompt").fill(prompt)
        page.get_by_label("Length").select_option("2")
        page.get_by_role("button", name="Generate").click()
        expect(page.locator("[data-history] .take").filter(has_text=prompt)).to_have_count(1)
    # One that failed, one that waits and one that is being made.
    maker.database.execute(
        """
        insert into generations (
            user_id, model_id, model_name, provider, endpoint, status, step, prompt, duration_ms, quality, seed, credits,
            charged_credits, progress, error, created_at, updated_at, finished_at
        )
        select users.id, models.id, models.name, models.provider, 'x', made.status, made.step, made.prompt, 5000, 'standard', 1,
            60, case when made.status = 'failed' then 0 end, made.progress, made.error, now(), now(),
            case when made.status = 'failed' then now() end
        from users, models, (
            values
                ('failed', null, 'Meridian skyline through fog', 0, 'prompt too long'),
                ('queued', null, 'Salt flat at dawn, one walker', 0, null),
                ('processing', 'poll', 'Tunnel of coloured arches, a choir', 62, null)
        ) made (status, step, prompt, progress, error)
        where users.username = %s and models.slug = 'ray-flash-2-540p'
        """, (maker.name,))
    # A job that is not due keeps the one that waits from being started.
    maker.database.execute(
        """
        select enqueue_job(
            'submit_generation', jsonb_build_object('id', id, 'run', 1), 'outward', 0, now() + interval '1 day', id || ' 1'
        )
        from generations
        where status = 'queued' and user_id = (select id from users where username = %s)
        """, (maker.name,))
    for size, viewport in SIZES.items():
        for path, name in (("/studio", "studio"), ("/my-videos", "my-videos")):
            page = maker(path, viewport=viewport, has_touch=size == "390")
            ready(page)
            expect(page.get_by_text("Tunnel of coloured arches")).to_be_visible()
            judge(page, axe, shots, f"{name}-{size}", full_page=True)
    page = maker("/my-videos")
    ready(page)
    waiting = page.locator("[data-video]").filter(has_text="Salt flat at dawn")
    waiting.get_by_role("button", name="Cancel").click()
    expect(waiting.get_by_text("Cancelled")).to_be_visible()
    failed = page.locator("[data-video]").filter(has_text="Meridian skyline")
    expect(failed.get_by_text("prompt too long")).to_be_visible()
    failed.get_by_text("Delete…").click()
    failed.get_by_role("button", name="Delete this video").click()
    expect(failed).to_have_count(0)
    maker.database.execute(
        "delete from generations where prompt like 'Tunnel of%%' and user_id = (select id from users where username = %s)",
        (maker.name,))


def test_without_javascript(maker):
    """WEB-01 a video is requested, seen and sent in by plain forms"""
    page = maker(java_script_enabled=False)
    page.get_by_label("Prompt").fill("Frost grows over the window")
    page.get_by_label("Length").select_option("2")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("Your video is being made.")).to_be_visible()
    comes_true(page, lambda: maker.database.execute(
        "select status from generations where user_id = (select id from users where username = %s)",
        (maker.name,)).fetchone() == ("completed",), "it is finished")  # fmt: skip
    page.goto("/my-videos")
    page.get_by_text("Send in as a take").click()
    for label in ("I own the rights", "Everyone shown", "I give the site"):
        page.get_by_label(label).check()
    page.get_by_role("button", name="Send in", exact=True).click()
    page.wait_for_url("**/profile/clips?done=clip-sent")
    expect(page.get_by_text("Your take is sent in.")).to_be_visible()


def test_a_changed_price_is_shown_and_confirmed(site, maker):
    """PRICE-03 GEN-14 a request at a price that has changed makes nothing; the page shows the new one, and the next press
    agrees to it"""
    site.allow(r"Failed to load resource.*409")
    page = maker()
    ready(page)
    page.get_by_label("Prompt").fill("A river under ice")
    page.get_by_label("Length").select_option("2")
    expect(page.locator("[data-price]")).to_contain_text("Free")
    pricing = maker.database.execute("select pricing, cost_per_second from models where slug = 'local'").fetchone()
    try:
        maker.database.execute(
            "update models set pricing = null, cost_per_second = 0.01, updated_at = now() where slug = 'local'")
        page.get_by_role("button", name="Generate").click()
        expect(page.get_by_text(re.compile("The price has changed to [0-9]+ credits?")).first).to_be_visible()
        expect(page.locator("[data-price]")).to_contain_text(re.compile("[0-9]+ credit"))
        made = "select count(*) from generations where user_id = (select id from users where username = %s)"
        assert maker.database.execute(made, (maker.name,)).fetchone() == (0,)
        shown = int(re.search(r"[0-9]+", page.locator("[data-price]").inner_text()).group())
        page.get_by_role("button", name="Generate").click()
        comes_true(page, lambda: maker.database.execute(made, (maker.name,)).fetchone() == (1,), "the request is taken")
        assert maker.database.execute(
            "select credits from generations where user_id = (select id from users where username = %s)",
            (maker.name,)).fetchone() == (shown,)  # fmt: skip
    finally:
        maker.database.execute(
            "update models set pricing = %s, cost_per_second = %s, updated_at = now() where slug = 'local'",
            (pricing[0] and psycopg.types.json.Jsonb(pricing[0]), pricing[1]))


def test_the_studio_says_that_it_is_switched_off(maker):
    """FLAG-01 while generation is off the page says so, and its button cannot be pressed"""
    try:
        maker.database.execute("update feature_flags set enabled = false where key = 'generation_enabled'")
        maker.database.execute("select announce_change('flags', 'test')")
        page = maker()
        deadline = time.monotonic() + DEADLINE
        while not page.locator("[data-off]").count():
            assert time.monotonic() < deadline
            page.reload()
        expect(page.get_by_text("Making videos is switched off at the moment.")).to_be_visible()
        expect(page.get_by_role("button", name="Generate")).to_be_disabled()
    finally:
        maker.database.execute("update feature_flags set enabled = true where key = 'generation_enabled'")
        maker.database.execute("select announce_change('flags', 'test')")
