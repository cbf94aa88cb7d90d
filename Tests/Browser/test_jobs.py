"""What admins see of the queue, and do with it."""

import json
import re
import secrets

import psycopg
import pytest
from playwright.sync_api import expect

from conftest import DESK, PHONE, announced, judge, ready

SIZES = {"390": PHONE, "1440": DESK}

MAKE = """
    select id
    from create_generation(
        (select id from users where username = %(member)s),
        (
            select jsonb_build_object(
                'model_id', id, 'prompt', 'A lantern in the fog', 'duration_ms', 5000, 'quality', 'standard', 'seed', 7,
                'parameters', '{}'::jsonb, 'credits', 60
            )
            from models where slug = 'ray-flash-2-540p'
        ), (select updated_at from models where slug = 'ray-flash-2-540p'), 600000, null, null, 1000
    )
"""


class Queue:
    """Jobs of one test: kinds that no program knows, and videos at a provider that was never called."""

    def __init__(self, database, kind):
        self.database, self.kind, self.member = database, kind, f"maker_{secrets.token_hex(4)}"
        database.execute("insert into users (username) values (%s)", (self.member,))

    def job(self, state="queued"):
        (number,) = self.database.execute("select enqueue_job(%s, '{\"note\": \"nothing\"}')", (self.kind,)).fetchone()
        if state == "failed":
            error = [{"attempt": 1, "at": "2026-01-01T00:00:00.000Z", "worker": "a", "error": "The relay is away"}]
            self.database.execute(
                "update jobs set state = 'failed', attempt = 1, finished_at = now(), errors = %s where id = %s",
                (json.dumps(error), number))
        return str(number)

    def video(self, state):
        """In one transaction, so that no program begins it."""
        with self.database.transaction():
            (video,) = self.database.execute(MAKE, {"member": self.member}).fetchone()
            for _ in range({"queued": 0, "uncertain": 2}.get(state, 1)):
                self.database.execute("select begin_submission(%s, 1, 500, interval '1 day')", (video,))
            if state == "failed":
                answer = '{"detail": "The prompt is too long", "code": 422}'
                self.database.execute("update generation_attempts set answer = %s where generation_id = %s", (answer, video))
                self.database.execute(
                    "select stop_generation(%s, 1, 'failed', '422', 'The prompt is too long', false, 5)", (video,))
            if state == "running":
                self.database.execute(
                    "select record_submission(%s, 1, 1, 'r-9', '{}', '{}', interval '1 day')", (video,))
                self.database.execute("select record_progress(%s, 1, 62, null, true)", (video,))
            # Its steps are not due, since the provider is not set up here.
            self.database.execute(
                "update jobs set run_at = now() + interval '1 day' where state = 'queued' and unique_key = %s", (f"{video} 1",))
        return str(video)


@pytest.fixture
def queue(run, site):
    with psycopg.connect(run["databaseURL"], autocommit=True) as database:
        made = Queue(database, f"errand_{''.join(secrets.choice('abcdefgh') for _ in range(8))}")
        yield made
        # An open page would ask for what is deleted now.
        site.close()
        database.execute("delete from jobs where kind = %s", (made.kind,))
        database.execute("delete from job_pauses where name = %s or scope = 'provider'", (made.kind,))
        for (video,) in database.execute(
            "select id from generations where user_id = (select id from users where username = %s)", (made.member,)
        ).fetchall():
            database.execute("select delete_generations(user_id, array[id]) from generations where id = %s", (video,))


@pytest.mark.parametrize("size", SIZES)
def test_page(site, axe, shots, admin, queue, size):
    """ARENA-06 GEN-16 JOB-05: the whole queue at a glance, one job in full with every attempt, by keyboard too."""
    queue.job()
    queue.job("failed")
    videos = {state: queue.video(state) for state in ("running", "uncertain", "failed")}
    page = site.page("/admin/jobs", viewport=SIZES[size], storage_state=admin)
    ready(page)
    expect(page.get_by_role("navigation", name="Admin").locator("[aria-current]")).to_have_attribute("href", "/admin/jobs")
    expect(page.get_by_text("Connected, live")).to_be_visible()
    row = {state: page.locator(f'[data-job="{video}"]') for state, video in videos.items()}
    expect(row["running"].get_by_role("progressbar")).to_have_attribute("value", "62")
    expect(row["uncertain"]).to_contain_text("Uncertain")
    expect(row["uncertain"].get_by_role("link", name=queue.member)).to_be_visible()
    expect(page.locator('[data-figure="uncertain"]')).not_to_have_text("0")
    provider = page.locator('[data-provider="replicate"]')
    expect(provider).to_contain_text("1 uncertain")
    expect(provider).to_contain_text("of 5 places used")
    judge(page, axe, shots, f"admin-jobs-{size}", full_page=True)

    row["running"].locator("[data-choose]").focus()
    page.keyboard.press("ArrowUp")
    expect(row["uncertain"].locator("[data-choose]")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(row["failed"].locator("[data-choose]")).to_be_focused()
    page.keyboard.press("Enter")
    detail = page.locator("[data-chosen-job]")
    expect(detail).to_have_attribute("data-chosen-job", videos["failed"])
    expect(detail.locator("[data-attempt]")).to_have_count(1)
    detail.get_by_text("Answer of the provider").click()
    expect(detail.get_by_text('"detail": "The prompt is too long"')).to_be_visible()
    detail.get_by_text("Payload", exact=True).click()
    expect(detail.get_by_text('"prompt": "A lantern in the fog"')).to_be_visible()
    axe(page)
    shots.of(page, f"admin-jobs-detail-{size}.png")
    if size == "390":
        page.get_by_role("button", name="Close").click()
        expect(row["failed"].locator("[data-choose]")).to_be_focused()


def test_filters_and_pages(site, admin, queue):
    """ARENA-06: state, kind, provider and group are in the address; the list has pages."""
    jobs = [queue.job() for _ in range(52)]
    video = queue.video("failed")
    page = site.page(f"/admin/jobs?kind={queue.kind}", storage_state=admin)
    ready(page)
    expect(page.locator("[data-job]")).to_have_count(50)
    page.get_by_role("button", name="Load more").click()
    expect(page.locator("[data-job]")).to_have_count(52)
    expect(page.locator("[data-job]").last).to_have_attribute("data-job", jobs[0])
    page.get_by_label("State").select_option("failed")
    expect(page.get_by_role("heading", name="No match")).to_be_visible()
    expect(page).to_have_url(re.compile(f"kind={queue.kind}&state=failed"))
    page.get_by_label("Kind").select_option("")
    page.get_by_role("tab", name="Generation").click()
    page.get_by_label("Provider", exact=True).select_option("replicate")
    expect(page.locator(f'[data-job="{video}"]')).to_be_visible()
    expect(page).to_have_url(re.compile("provider=replicate"))


def test_an_answer_does_not_undo_what_was_just_entered(site, admin, queue):
    """ARENA-06: a choice that is not in the address yet stays when an answer for the old filters comes."""
    page = site.page(f"/admin/jobs?kind={queue.kind}", storage_state=admin)
    ready(page)
    # The fields are read when the page has time; an answer may come before.
    page.evaluate("""() => {
        const wait = window.setTimeout;
        window.setTimeout = (work, delay, ...rest) => wait(work, delay === 0 ? 1e6 : delay, ...rest);
        const field = document.querySelector('[name="provider"]');
        field.append(new Option("replicate", "replicate"));
        field.value = "replicate";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        window.setTimeout = wait;
    }""")
    # The tabs change with the answer.
    page.get_by_role("tab", name="Generation").click()
    expect(page.get_by_role("tab", name="Generation")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Provider", exact=True)).to_have_value("replicate")
    page.get_by_label("State").select_option("failed")
    expect(page).to_have_url(re.compile(r"(?=.*provider=replicate)(?=.*state=failed)"))


def test_acts(site, admin, queue):
    """JOB-05 JOB-03 ARENA-06: retry, cancel, order and pause, one and several; news come without a reload."""
    first, second = queue.job("failed"), queue.job("failed")
    page = site.page(f"/admin/jobs?kind={queue.kind}", storage_state=admin)
    ready(page)
    rows = {key: page.locator(f'[data-job="{key}"]') for key in (first, second)}
    rows[first].get_by_role("button", name="Retry").click()
    announced(page, "1 job put back")
    expect(rows[first]).to_contain_text("Waiting")
    page.get_by_label("Select all 2").check()
    page.get_by_role("button", name="Retry jobs").click()
    announced(page, "1 job put back")
    expect(rows[second]).to_contain_text("Waiting")
    rows[second].get_by_role("checkbox").check()
    page.get_by_role("button", name="Run first").click()
    announced(page, "1 job runs first.")
    expect(rows[second]).to_contain_text("Runs first")
    rows[first].get_by_role("button", name="Cancel").click()
    announced(page, "1 job cancelled")
    expect(rows[first]).to_contain_text("Cancelled")

    # A job that comes while the page is open.
    third = queue.job()
    expect(page.locator(f'[data-job="{third}"]')).to_be_visible()

    page.get_by_role("button", name="Pause…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What to pause").select_option(f"kind {queue.kind}")
    dialog.get_by_label("Reason").fill("The relay moves")
    dialog.get_by_role("button", name="Pause jobs").click()
    lane = page.locator(f'[data-lane="{queue.kind}"]')
    expect(lane).to_contain_text("2 jobs wait. The relay moves")
    lane.get_by_role("button", name="Resume").click()
    expect(lane).to_have_count(0)
    rest = queue.database.execute("select count(*) from job_pauses where name = %s", (queue.kind,)).fetchone()
    assert rest == (0,)


def test_provider_pause(site, axe, shots, admin, queue):
    """GEN-16 JOB-05 ARENA-06: one provider is paused and resumed, its breaker is shown live, and what waits says why."""
    video = queue.video("queued")
    page = site.page("/admin/jobs?kind=generation", viewport=PHONE, storage_state=admin)
    ready(page)
    row, provider = page.locator(f'[data-job="{video}"]'), page.locator('[data-provider="local"]')
    expect(provider).to_contain_text("Ready")
    expect(page.locator('[data-provider="replicate"]')).to_contain_text("Not set up")
    provider.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("What to pause")).to_have_value("provider local")
    dialog.get_by_label("Reason").fill("A new graphics card")
    dialog.get_by_role("button", name="Pause jobs").click()
    expect(provider).to_contain_text("Paused by")
    expect(provider).to_contain_text("A new graphics card")
    provider.get_by_role("button", name="Resume").click()
    expect(provider).to_contain_text("Ready")

    # A pause and a breaker that change elsewhere appear without a reload.
    database = queue.database
    database.execute("insert into job_pauses (scope, name, paused_at) values ('provider', 'replicate', now())")
    expect(row.locator("[data-obstacle]")).to_have_text("Replicate is paused.")
    database.execute("delete from job_pauses where scope = 'provider'")
    database.execute(
        "insert into provider_states (provider, breaker, reason, changed_at, retry_at, pause, counted_from)"
        " values ('replicate', 'open', 'faults', now(), now() + interval '1 day', '1 day', now())")
    try:
        expect(row.locator("[data-obstacle]")).to_contain_text("Replicate does not work and is tried again later. Until")
        expect(page.locator('[data-provider="replicate"]')).to_contain_text("Its calls failed, so it gets no requests until")
        judge(page, axe, shots, "admin-jobs-providers-390", full_page=True)
    finally:
        database.execute("delete from provider_states where provider = 'replicate'")


def test_settling(site, axe, admin, queue):
    """GEN-04: an uncertain video is settled with the provider's id, or as never made, and then credits are back."""
    video, taken = queue.video("uncertain"), queue.video("running")
    balance = "select sum(amount) from credit_entries where user_id = (select id from users where username = %s)"
    assert queue.database.execute(balance, (queue.member,)).fetchone() == (1000 - 120,)
    page = site.page("/admin/jobs?state=uncertain", storage_state=admin)
    ready(page)
    row = page.locator(f'[data-job="{video}"]')
    expect(page.locator(f'[data-job="{taken}"]')).to_have_count(0)
    row.get_by_role("button", name="Settle…").click()
    dialog = page.get_by_role("dialog")
    settle = dialog.get_by_role("button", name="Settle the video")
    settle.click()
    expect(dialog.get_by_text("Enter the provider's id of the request.")).to_be_visible()
    axe(page)
    site.allow("409|422")
    dialog.get_by_label("The provider's id of the request").fill("r-9")
    settle.click()
    expect(dialog.get_by_text("Another video has this request.")).to_be_visible()
    dialog.get_by_label("It was never made").check()
    settle.click()
    announced(page, "The video failed. Credits and seconds went back.")
    expect(row).to_have_count(0)
    assert queue.database.execute(balance, (queue.member,)).fetchone() == (1000 - 60,)


def test_live_switch_and_the_way_to_a_comparison(site, admin, queue):
    """ARENA-06: without live updates the list changes by hand alone; a video of a comparison leads to it."""
    page, live = (site.page("/admin/jobs", storage_state=admin) for _ in range(2))
    for one in (page, live):
        ready(one)
        expect(one.get_by_text("Connected, live")).to_be_visible()
    page.get_by_label("Live updates").uncheck()
    expect(page.get_by_text("Live updates are off")).to_be_visible()
    job = queue.job("failed")
    row = f'[data-job="{job}"]'
    expect(live.locator(row)).to_be_visible()
    expect(page.locator(row)).to_have_count(0)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator(row)).to_be_visible()
    page.get_by_label("Live updates").check()
    expect(page.get_by_text("Connected, live")).to_be_visible()
    other = queue.job("failed")
    expect(page.locator(f'[data-job="{other}"]')).to_be_visible()

    (video, comparison), *_ = queue.database.execute(
        "select generation_id::text, comparison_id::text from comparison_videos order by added_at limit 1").fetchall()
    page.goto(f"/admin/jobs?group=generation&job={video}")
    link = page.locator("[data-chosen-job]").get_by_role("link", name="The comparison")
    expect(link).to_have_attribute("href", f"/admin/comparisons/{comparison}")


def test_only_admins(site, member):
    """ARENA-06 RT-01: neither members nor visitors follow the jobs."""
    for state in (member, None):
        request = site.context(storage_state=state).request if state else site.context().request
        for path in ("/api/jobs/stream", "/api/events/jobs"):
            assert request.get(path).status == 403
        assert request.get("/api/jobs").status == (403 if state else 401)
