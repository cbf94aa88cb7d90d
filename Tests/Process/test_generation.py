"""The jobs that make videos, as the real program runs them: against doubles of the providers, with their faults, and killed at
each step."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from host import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE
from ports import free_port
from video_providers import FAL_KEY, OTHER_KEY, REPLICATE_TOKEN, RUNPOD_KEY, RUNWAY_KEY, VideoProviders

# The model of each provider that starts from words, or from a picture where it has no other.
MODELS = {
    "fal.ai": "kling-2.5-turbo-standard", "runway": "runway-gen4-turbo", "runpod": "mochi", "replicate": "ray-flash-2-540p",
    "other": "other-model",
}  # fmt: skip
PICTURES = {"fal.ai", "runway"}


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    """A video as providers make them."""
    path = tmp_path_factory.mktemp("made") / "made.mp4"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=180x320:r=24:d=2", "-f", "lavfi", "-i", "sine=d=2",
         "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path], check=True, timeout=DEADLINE)
    return path.read_bytes()


class Studio:
    """A database with a member, a media directory, and `dailies-jobs` with the doubles' addresses."""

    def __init__(self, postgres, name, directory):
        self.postgres, self.name, self.directory = postgres, name, directory
        self.media = directory / "media"
        self.environment = {
            "PATH": "/usr/bin:/bin", "SITE_URL": "http://127.0.0.1:1", "SECRET_KEY": "k" * 40, "LOG_LEVEL": "debug",
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "MEDIA_DIR": str(self.media), "GENERATION_RETRY_MS": "20",
            "GENERATION_POLL_MS": "50",
            # The breaker has tests of its own.
            "PROVIDER_BREAKER_CALLS": "10000",
            "DATABASE_URL": f"host={postgres} dbname={name} user=dailies_jobs",
        }  # fmt: skip
        self.log = directory / "log"
        self.connection = None

    def rows(self, sql, *values):
        # What waits asks fifty times a second, and a connection costs more than the question.
        if self.connection is None or self.connection.closed:
            self.connection = psycopg.connect(host=str(self.postgres), dbname=self.name, user="postgres", autocommit=True)
        cursor = self.connection.execute(sql, values)
        return cursor.fetchall() if cursor.description else []

    def one(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def request(self, slug, prompt="fog over the tracks", expected="0.50", duration_ms=2000):
        """A member's request, as `POST /api/jobs` makes it."""
        facts = {
            "model_id": str(self.one("select id from models where slug = %s", slug)), "prompt": prompt,
            "duration_ms": duration_ms, "quality": "standard", "aspect_ratio": "9:16", "seed": 7, "parameters": {}, "credits": 50,
            "expected_usd": expected, "frames": 48 if slug == "mochi" else None,
        }  # fmt: skip
        if slug in ("kling-2.5-turbo-standard", "runway-gen4-turbo"):
            facts["source_image_id"] = str(self.picture())
        made = self.rows(
            "select outcome, id from create_generation(%s, %s, (select updated_at from models where slug = %s), 600000, null,"
            " null, 1000)", self.member, json.dumps(facts), slug)  # fmt: skip
        assert made[0][0] == "done", made
        return made[0][1]

    def chain(self, prompts):
        """Steps of one second that the site draws itself."""
        facts = [
            {"model_id": str(self.one("select id from models where slug = 'local'")), "prompt": prompt, "duration_ms": 1000,
             "quality": "standard", "aspect_ratio": "9:16", "seed": 7, "parameters": {}, "credits": 0} for prompt in prompts
        ]  # fmt: skip
        outcome, ids = self.rows(
            "select outcome, ids from create_generations(%s, 'chain', %s, (select array_agg(updated_at) from models,"
            " generate_series(1, 3) where slug = 'local'), 600000, null, null, 1000)",
            self.member, json.dumps(facts))[0]  # fmt: skip
        assert outcome == "done"
        return ids

    def picture(self, source="testsrc2=s=64x64"):
        image = uuid.uuid4()
        path = self.media / "sources" / str(image) / "picture.jpg"
        path.parent.mkdir(parents=True)
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", path], check=True,
            timeout=DEADLINE)
        self.rows(
            "insert into source_images (id, user_id, file_name, content_type, size_bytes, state, storage_key, width, height,"
            " created_at) values (%s, %s, 'a.jpg', 'image/jpeg', 9, 'ready', %s, 64, 64, now())",
            image, self.member, f"sources/{image}/picture.jpg")  # fmt: skip
        return image

    def start(self, peer, *words, **settings):
        """A drain of all queues that runs until it is stopped."""
        return subprocess.Popen(
            [BINARIES / "dailies-jobs", "drain", "--queues", "default,outward", *words], start_new_session=True,
            env=self.environment | (peer.settings if peer else {}) | settings, stderr=self.log.open("ab"))  # fmt: skip

    @contextlib.contextmanager
    def draining(self, peer, **settings):
        process = self.start(peer, **settings)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                assert process.wait(DEADLINE) == 0

    def wait(self, sql, wanted, *values):
        deadline = time.monotonic() + DEADLINE
        while True:
            found = self.one(sql, *values)
            if found == wanted:
                return
            if time.monotonic() > deadline:
                row = self.rows("select status, step, error, attempt from generations")
                raise AssertionError(f"still {found!r}, not {wanted!r}: {row} {self.log.read_text()[-3000:]}")
            time.sleep(0.02)

    def ends(self, made, wanted):
        self.wait("select status from generations where id = %s", wanted, made)

    def expire(self):
        """The lease of a dead worker ends at once."""
        self.rows("update jobs set leased_until = now() - interval '1 second' where state = 'running'")

    def check(self):
        """The ledger sums to the balances, usage equals the jobs, statistics equal the rows, and no key is anywhere."""
        assert self.rows("select * from credit_drift()") == []
        assert self.rows("select * from generation_drift()") == []
        assert self.rows(
            """
            select slug from models where completed_runs <> (
                select count(*) from generations where model_id = models.id and status = 'completed')
            """) == []  # fmt: skip
        dump = subprocess.run(
            ["pg_dump", "-h", str(self.postgres), "-U", "postgres", "--data-only", self.name], check=True, capture_output=True,
            timeout=DEADLINE).stdout.decode() + self.log.read_text()  # fmt: skip
        for key in (FAL_KEY, "fal-key-secret", RUNWAY_KEY, RUNPOD_KEY, REPLICATE_TOKEN, OTHER_KEY):
            assert key not in dump


@pytest.fixture
def studio(postgres, migrated):
    with migrated("studio") as name, tempfile.TemporaryDirectory(prefix="studio-") as directory:
        made = Studio(postgres, name, Path(directory))
        made.log.touch()
        made.member = made.one("insert into users (username) values ('mira') returning id")
        made.rows("insert into providers (name, display_name) values ('other', 'Other')")
        made.rows(
            "insert into models (slug, model_id, name, maker, provider, endpoint, capabilities, cost_per_second)"
            " values ('other-model', 'other-model', 'Other', 'Else', 'other', 'reel-1', '{text-to-video}', 0.1)")
        yield made
        made.check()
        made.connection.close()


@pytest.fixture
def peer(video, studio):
    with VideoProviders(video) as made:
        studio.rows("insert into provider_mappings values ('other', %s)", json.dumps(made.mapping))
        yield made


def files(studio, made):
    return sorted(path.suffix for path in (studio.media / "videos" / str(made)).glob("*"))


def test_every_provider_makes_a_video(studio, peer):
    """GEN-02 GEN-03 GEN-04 submit, poll, fetch, process, with each provider, one of them without code of its own."""
    made = {provider: studio.request(slug) for provider, slug in MODELS.items()}
    with studio.draining(peer):
        for provider in MODELS:
            studio.ends(made[provider], "completed")
    assert sorted(service for service, _, _ in peer.submissions) == sorted(MODELS) and peer.unauthorised == 0
    for service, body, _ in peer.submissions:
        text = json.dumps(body)
        assert "fog over the tracks" in text and ("data:image/jpeg;base64," in text) == (service in PICTURES)
    for provider, key in made.items():
        row = studio.rows(
            "select width, height, video_ms between 1900 and 2100, charged_credits, has_sound, cost_usd > 0, attempt, answer"
            " from generations where id = %s", key)[0]  # fmt: skip
        assert row[:3] == (180, 320, True) and row[3] > 0 and row[4:7] == (True, True, 1) and row[7], provider
        original = next((studio.media / "videos" / str(key)).glob("*.original"))
        # Byte for byte as it came.
        assert original.read_bytes() == peer.video
        assert files(studio, key) == [".mp4", ".mp4", ".original", ".webp", ".webp", ".webp"]


@pytest.mark.parametrize("provider", list(MODELS))
def test_faults_of_each_provider(studio, peer, provider):
    """GEN-05 GEN-04 what each provider can do wrong ends as it should, and costs nothing when there is no video."""
    slug = MODELS[provider]

    def course(wanted, result="good", ending="good", behaviour="good", faults=10**9):
        before = len(peer.submissions)
        peer.behaviour, peer.faults, peer.result, peer.ending = behaviour, faults, result, ending
        made = studio.request(slug)
        studio.ends(made, wanted)
        code, error = studio.rows("select error_code, error from generations where id = %s", made)[0]
        return made, code, error, len(peer.submissions) - before

    with studio.draining(peer):
        assert course("completed", behaviour="down", faults=2)[3] == 3
        assert course("completed", behaviour="busy_later", faults=1)[3] == 2
        assert course("failed", behaviour="busy")[1:4:2] == ("provider_unavailable", 3)
        _, _, error, count = course("failed", behaviour="refuses")
        assert count == 1 and ("prompt too long" in error or provider in ("replicate", "other"))
        # RunPod does not say whether a worker's exception is final.
        _, _, error, count = course("failed", ending="fails")
        assert count == (3 if provider == "runpod" else 1) and "trace" not in error
        if provider != "other":
            assert course("failed", ending="fails_for_now")[3] == 3
        # A submission whose answer is missing or unreadable is not repeated.
        for behaviour in ("answer_lost", "garbage", "error"):
            made, _, _, count = course("uncertain", behaviour=behaviour)
            assert count == 1
            studio.rows("update generations set deadline_at = now() - interval '1 second' where id = %s", made)
            studio.rows("select enqueue_poll(generations, null) from generations where id = %s", made)
            studio.ends(made, "failed")
        # What is wrong with a result is the same for all.
        if provider != "replicate":
            return
        assert course("failed", result="html")[1] == "bad_result"
        assert course("failed", result="cut")[1] == "bad_result"
        assert course("failed", result="foreign")[1] == "result_unavailable"
        assert course("failed", result="gone")[1] == "result_unavailable"
        assert course("failed", result="redirect")[1] == "result_unavailable"
        assert course("failed", result="huge")[1] == "result_unavailable"
        assert course("failed", result="endless")[1] == "result_unavailable"


@pytest.mark.parametrize("provider", list(MODELS))
def test_a_key_that_a_provider_repeats_is_stored_nowhere(studio, peer, provider):
    """GEN-03 SEC-08 a provider that repeats the site's key in its answers, also with escapes, does not bring it into the database
    or the log. Pages and routes know no more than the database."""
    peer.echoes = True
    with studio.draining(peer):
        for behaviour, ending, wanted in (
            ("refuses", "good", "failed"), ("good", "fails", "failed"), ("good", "good", "completed"),
        ):  # fmt: skip
            peer.behaviour, peer.ending = behaviour, ending
            studio.ends(studio.request(MODELS[provider]), wanted)
    # The answers are kept, so it is the key that is missing, which studio.check() looks for.
    answers = [answer for (answer,) in studio.rows("select answer::text from generation_attempts where answer is not null")]
    assert len(answers) >= 3 and sum("echo" in answer and "[redacted]" in answer for answer in answers) >= 2
    parts = str(studio.rows("select error, answer, links from generations")) + studio.log.read_text()
    for key in (FAL_KEY, RUNWAY_KEY, RUNPOD_KEY, REPLICATE_TOKEN, OTHER_KEY):
        assert key not in parts and key not in "".join(answers)


def test_a_provider_that_takes_too_long(studio, peer):
    """GEN-05 ten minutes after its submission a request is cancelled at the provider and fails; everything comes back."""
    peer.ending = "never"
    made = studio.request(MODELS["replicate"])
    with studio.draining(peer):
        studio.wait("select has_started_at_provider from generations", True)
        studio.rows("update generations set deadline_at = now() - interval '1 second'")
        studio.rows("select enqueue_poll(generations, null) from generations")
        studio.ends(made, "failed")
    assert studio.rows("select error_code, charged_credits from generations") == [("timeout", 0)]
    assert len(peer.cancelled) == 1


def test_cancelling(studio, peer):
    """GEN-05 JOB-03 the provider is asked to stop, and what it has begun is charged up to the reservation."""
    peer.ending = "never"
    made = studio.request(MODELS["fal.ai"])
    with studio.draining(peer):
        studio.wait("select has_started_at_provider from generations", True)
        assert studio.one("select cancel_generation(%s, %s)", studio.member, made) == "cancelling"
        studio.ends(made, "cancelled")
    # It says that it took a second and a half, which the model's price makes 21 credits.
    assert len(peer.cancelled) == 1 and studio.one("select charged_credits from generations") == 21
    assert studio.rows("select outcome, cost_usd::text from generation_runs") == [("cancelled", "0.2100")]


@pytest.mark.parametrize("provider", list(MODELS))
def test_what_a_stopped_run_is_charged(studio, peer, provider):
    """GEN-05 JOB-03 a run that its provider had not begun costs nothing; a begun one what the provider says that it took, or
    all that was reserved where it does not say."""
    charges = []
    with studio.draining(peer):
        for ending, sign in (("queued", "polls > 0"), ("never", "has_begun")):
            peer.ending = ending
            made = studio.request(MODELS[provider])
            deadline = time.monotonic() + DEADLINE
            while not (peer.tasks and (task := list(peer.tasks.values())[-1]) and eval(f"task.{sign}", {"task": task})):
                assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
                time.sleep(0.02)
            if ending == "never":
                studio.wait("select has_started_at_provider from generations where id = %s", True, made)
            assert studio.one("select cancel_generation(%s, %s)", studio.member, made) == "cancelling"
            studio.ends(made, "cancelled")
            charges.append(studio.one("select charged_credits from generations where id = %s", made))
            peer.tasks.clear()
    taken = {"fal.ai": 21, "replicate": 18, "runpod": 8}.get(provider, 50)
    assert charges == [0, taken]


@pytest.mark.parametrize("act", ["delete", "cancel"])
def test_what_is_given_up_while_it_is_sent_is_stopped(studio, peer, act):
    """GEN-05 GEN-07 a run that is deleted or cancelled while its submission is in flight does not run on at the provider, and
    what that took is booked."""
    peer.behaviour, peer.faults, peer.ending = "held", 1, "never"
    made = studio.request(MODELS["fal.ai"])
    with studio.draining(peer):
        deadline = time.monotonic() + DEADLINE
        while not peer.tasks:
            assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
            time.sleep(0.02)
        (task,) = peer.tasks.values()
        task.has_begun = True
        if act == "delete":
            assert studio.one("select delete_generations(%s, array[%s]::uuid[])", studio.member, made) == 1
        else:
            # A second worker has taken the call for lost, and the run is given up before its answer comes.
            assert studio.one("select cancel_generation(%s, %s)", studio.member, made) == "cancelling"
            assert studio.one("select stop_generation(%s, 1, 'cancelled', null, null, true, 5)", made)
        peer.released.set()
        while not peer.cancelled:
            assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
            time.sleep(0.02)
        studio.wait("select outcome || ' ' || cost_usd from generation_runs", "cancelled 0.2100")
    assert peer.cancelled == [task.id]
    # It took a second and a half. What was returned before the answer came is not taken again.
    charged = studio.rows("select settled_amount from credit_reservations where state = 'settled'")
    assert charged == ([(21,)] if act == "delete" else [])
    assert studio.one("select count(*) from credit_reservations where state = 'reserved'") == 0
    assert studio.rows("select * from credit_drift()") == []


def test_keys_come_from_systemd_s_credentials(studio, peer):
    """GEN-03 SEC-08 with the shipped drop-in a provider's key is a file in $CREDENTIALS_DIRECTORY, and in no environment."""
    credentials = studio.directory / "credentials"
    credentials.mkdir(mode=0o700)
    keys = {"fal": FAL_KEY, "replicate": REPLICATE_TOKEN, "runpod": RUNPOD_KEY, "runway": RUNWAY_KEY}
    lines = (ROOT / "systemd/provider-keys.conf").read_text().splitlines()
    loaded = dict(line.removeprefix("LoadCredential=").split(":", 1) for line in lines if line.startswith("LoadCredential="))
    assert set(loaded) == set(keys)
    for name, key in keys.items():
        (credentials / name).write_text(key + "\n")
    environment = dict(
        line.removeprefix("Environment=").replace("%d", str(credentials)).split("=", 1)
        for line in lines if line.startswith("Environment=")) | {"CREDENTIALS_DIRECTORY": str(credentials)}  # fmt: skip
    secret = [name for name, value in peer.settings.items() if value in keys.values()]
    assert {name + "_FILE" for name in secret} == set(environment) - {"CREDENTIALS_DIRECTORY"}
    peer_settings = {name: value for name, value in peer.settings.items() if name not in secret}
    made = studio.request(MODELS["replicate"])
    with studio.draining(None, **peer_settings, **environment):
        studio.ends(made, "completed")
    assert len(peer.submissions) == 1 and peer.unauthorised == 0


def test_the_log_says_what_can_be_run(studio, peer):
    """GEN-03 CAT-06 at start the log names the providers that are set up, those that are not, and the default model."""
    studio.rows("update models set is_default = slug = 'ray-flash-2-540p'")
    settings = {name: value for name, value in peer.settings.items() if not name.startswith("RUNWAY")}
    process = studio.start(None, "--until-empty", **settings)
    assert process.wait(DEADLINE) == 0
    (line,) = [json.loads(line) for line in studio.log.read_text().splitlines() if "models can be run" in line]
    assert "replicate" in line["providers"].split() and "local" in line["providers"].split()
    assert line["notSetUp"].split() == ["runway", "worker"]
    assert line["defaultModel"] == "ray-flash-2-540p" and line["defaultModelRuns"] is True


def test_a_lost_request_is_found_in_the_list(studio, peer):
    """GEN-04 a provider with a list of requests is asked for those without an answer: what it has is taken up, each run its own;
    what it does not have was not accepted, and is sent again."""
    peer.behaviour, peer.faults = "answer_lost", 2
    first, second = studio.request(MODELS["replicate"]), studio.request(MODELS["replicate"])
    with studio.draining(peer, RECONCILE_SECONDS="1"):
        studio.ends(first, "uncertain")
        studio.ends(second, "uncertain")
        studio.rows("select enqueue_poll(generations, null) from generations")
        studio.ends(first, "completed")
        studio.ends(second, "completed")
        assert len(peer.submissions) == 2 and len({row[0] for row in studio.rows("select request_id from generations")}) == 2
        peer.behaviour, peer.faults = "error", 1
        third = studio.request(MODELS["replicate"], "sun")
        studio.ends(third, "uncertain")
        studio.rows("update generations set started_at = now() - interval '5 seconds' where id = %s", third)
        studio.rows("select enqueue_poll(generations, null) from generations where id = %s", third)
        studio.ends(third, "completed")
        assert len(peer.submissions) == 4
        # Without a list it waits for its webhook or its deadline.
        peer.behaviour, peer.faults = "answer_lost", 1
        fourth = studio.request(MODELS["runpod"])
        studio.ends(fourth, "uncertain")
        studio.rows("select enqueue_poll(generations, null) from generations where id = %s", fourth)
        studio.wait(
            "select count(*) from jobs where kind = 'poll_generation' and state = 'queued' and run_at > now() + '1 minute'", 1)
        assert studio.one("select status from generations where id = %s", fourth) == "uncertain"
        lost = next(task for task in peer.tasks.values() if task.service == "runpod")
        assert studio.one("select accept_webhook('runpod', '\\x02', %s, 1, %s)", fourth, lost.id) == "done"
        studio.ends(fourth, "completed")


def test_the_breaker_of_a_provider(studio, peer):
    """GEN-16 a provider that fails gets no more requests; after a pause one shows whether it works, and then all are made. Two
    workers, and a worker that dies during that one request, make no difference."""
    rules = {
        "PROVIDER_BREAKER_CALLS": "4", "PROVIDER_BREAKER_PAUSE_MS": "200", "PROVIDER_CONCURRENCY": "1",
        "GENERATION_RETRY_MS": "500",
    }  # fmt: skip
    # Four failures open it, and the first request after the pause fails as well.
    peer.behaviour, peer.faults, peer.polls = "down", 5, 0
    made = [studio.request(MODELS["replicate"]) for _ in range(4)]
    with studio.draining(peer, **rules), studio.draining(peer, **rules):
        for key in made:
            studio.ends(key, "completed")
    assert len(peer.submissions) == 9 and studio.one("select breaker from provider_states") == "closed"
    log = studio.log.read_text()
    assert log.count("gets no requests for a while") == 2 and log.count("a provider works again") == 1
    # Slow calls open it as well. What was sent is finished, and nothing more is sent.
    peer.delay = 0.1
    slow = {"PROVIDER_SLOW_MS": "50", "PROVIDER_BREAKER_CALLS": "1", "PROVIDER_BREAKER_PAUSE_MS": "60000"}
    studio.rows("update provider_states set counted_from = '-infinity'")
    studio.rows("delete from provider_minutes")
    with studio.draining(peer, **slow):
        last = studio.request(MODELS["replicate"])
        studio.wait("select breaker || reason from provider_states", "openslow")
        studio.ends(last, "completed")
        held = studio.request(MODELS["replicate"])
        studio.wait("select count(*) from jobs where kind = 'wake_provider' and state = 'queued'", 1)
        assert studio.one("select status from generations where id = %s", held) == "queued" and len(peer.submissions) == 10
    # The worker of the one request dies. Its request is parked, and after a minute another one is sent.
    peer.delay, peer.behaviour, peer.faults = 0, "held", 1
    studio.rows("update provider_states set retry_at = now()")
    studio.rows("select wake_provider_at('replicate', now())")
    process = studio.start(peer, **slow)
    deadline = time.monotonic() + DEADLINE
    while len(peer.submissions) == 10:
        assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)
    peer.released.set()
    assert studio.one("select breaker from provider_states") == "half_open"
    studio.expire()
    after = studio.request(MODELS["replicate"])
    with studio.draining(peer):
        studio.ends(held, "uncertain")
        studio.wait("select count(*) from jobs where kind = 'wake_provider' and state = 'queued'", 1)
        assert studio.one("select status from generations where id = %s", after) == "queued" and len(peer.submissions) == 11
        studio.rows("update provider_states set changed_at = now() - interval '1 minute'")
        studio.rows("select wake_provider_at('replicate', now())")
        studio.ends(after, "completed")
        assert studio.one("select breaker from provider_states") == "closed"
        studio.rows("select enqueue_poll(generations, null) from generations where status = 'uncertain'")
        studio.ends(held, "completed")
    assert len(peer.submissions) == 12


def test_retry_after_holds_all_requests_of_a_provider(studio, peer):
    """GEN-16 GEN-05 a provider that asks to wait gets nothing meanwhile, from other runs either; so does a rate of an admin."""
    peer.behaviour, peer.faults = "busy_later", 1
    first = studio.request(MODELS["replicate"])
    with studio.draining(peer):
        studio.ends(first, "completed")
        assert len(peer.submissions) == 2
        assert studio.one("select max(intended_at) - min(intended_at) >= '1 second' from generation_attempts")
        studio.rows("update provider_states set resting_until = now() + interval '1 hour'")
        second = studio.request(MODELS["replicate"])
        studio.wait("select count(*) from jobs where kind = 'wake_provider' and state = 'queued'", 1)
        assert studio.one("select status from generations where id = %s", second) == "queued" and len(peer.submissions) == 2
        studio.rows("update provider_states set resting_until = null")
        studio.rows("select wake_provider_at('replicate', now())")
        studio.ends(second, "completed")
        studio.rows("insert into provider_limits (provider, submissions_per_minute) values ('replicate', 3)")
        third = studio.request(MODELS["replicate"])
        studio.wait("select count(*) from jobs where kind = 'wake_provider' and state = 'queued'", 1)
        assert studio.one("select status from generations where id = %s", third) == "queued" and len(peer.submissions) == 3
        studio.rows("update generation_attempts set intended_at = intended_at - interval '1 minute'")
        studio.rows("select wake_provider_at('replicate', now())")
        studio.ends(third, "completed")


def test_another_row_of_the_same_model(studio, peer):
    """GEN-16 GEN-15 a run that no provider has accepted moves to another row of its model that costs no more, and says so: when
    the provider does not work, or when its cap is reached. It never moves to a dearer one."""
    studio.rows(
        "update models set family = 'ray', capabilities = '{text-to-video}', aspect_ratios = '{9:16}', durations = '{}',"
        " parameters = '{}' where slug in ('ray-flash-2-540p', 'other-model', 'mochi')")  # fmt: skip
    studio.rows("update models set cost_per_second = 0.9, pricing = null, fps = null where slug = 'mochi'")
    peer.behaviour, peer.faults = "down", 3
    broken = studio.request(MODELS["replicate"])
    with studio.draining(peer):
        studio.ends(broken, "completed")
        # The cap is lowered while a run waits.
        studio.rows("insert into provider_states (provider, changed_at, counted_from, resting_until)"
                    " values ('replicate', now(), now(), now() + interval '1 hour') on conflict (provider) do update"
                    " set resting_until = excluded.resting_until")  # fmt: skip
        busy = studio.request(MODELS["replicate"])
        studio.ends(busy, "completed")
    studio.rows("update provider_states set resting_until = null")
    capped = studio.request(MODELS["replicate"])
    studio.rows("insert into provider_limits (provider, monthly_cap_usd) values ('replicate', 0.4)")
    with studio.draining(peer):
        studio.ends(capped, "completed")
        # Without a row that costs no more it fails, and nothing is sent.
        studio.rows("update models set is_active = false where slug = 'other-model'")
        studio.rows("update provider_limits set monthly_cap_usd = null")
        studio.rows("update provider_states set resting_until = now() + interval '1 hour'")
        alone = studio.request(MODELS["replicate"])
        studio.wait("select count(*) from jobs where kind = 'submit_generation' and state in ('queued', 'running')", 0)
        assert studio.one("select status from generations where id = %s", alone) == "queued"
        studio.rows("update provider_limits set monthly_cap_usd = 0.4")
        studio.rows("update provider_states set resting_until = null")
        studio.rows("select enqueue_submission(generations) from generations where id = %s", alone)
        studio.ends(alone, "failed")
    assert studio.rows(
        "select moved_from, moved_from_model, moved_because, model_name, error_code from generations order by created_at"
    ) == [
        ("Replicate", "Ray Flash 2 540p", "outage", "Other", None), ("Replicate", "Ray Flash 2 540p", "busy", "Other", None),
        ("Replicate", "Ray Flash 2 540p", "cap", "Other", None), (None, None, None, "Ray Flash 2 540p", "limit_provider"),
    ]  # fmt: skip
    assert studio.rows("select provider, cost_usd::text, outcome from generation_runs order by reserved_at") == [
        ("other", "0.2000", "completed")] * 3 + [("replicate", "0.0000", "failed")]  # fmt: skip
    assert [service for service, _, _ in peer.submissions] == ["replicate"] * 3 + ["other"] * 3


def test_a_large_picture_is_read_from_the_site(studio, peer):
    """GEN-11 GEN-03 a picture larger than the provider takes in a request is sent as a signed address of this site."""
    studio.environment["SITE_URL"] = "https://site.example"
    image = studio.picture("nullsrc=s=700x700,geq=random(1)*255:128:128")
    for slug in (MODELS["replicate"], "mochi"):
        studio.rows("update generations set source_image_id = %s where id = %s", image, studio.request(slug))
    with studio.draining(peer):
        studio.wait("select count(*) from generations where status = 'completed'", 2)
    sent = {service: body["input"] for service, body, _ in peer.submissions}
    assert sent["replicate"]["start_image"].startswith(f"https://site.example/api/pictures/{image}.jpg?expires=")
    assert sent["runpod"]["image"].startswith("data:image/jpeg;base64,")


def test_a_place_frees_the_next(studio, peer):
    """JOB-04 GEN-05 no more requests are under way at a provider than it has places, and all of them are made."""
    made = [studio.request(MODELS["replicate"]) for _ in range(6)]
    most = 0
    with studio.draining(peer, PROVIDER_CONCURRENCY="2"):
        while studio.one("select count(*) from generations where status = 'completed'") < len(made):
            most = max(most, studio.one(
                "select count(*) from generations where status = 'processing' and step in ('submit', 'poll')"))  # fmt: skip
            assert studio.one("select count(*) from generations where status in ('failed', 'uncertain')") == 0
    assert most <= 2 and len(peer.submissions) == 6


# The jobs of a generation by the test that kills them. What holds the program at a step of the first test, and what tells that
# it is held, is in that test.
STEPS = {"submit_generation": "submit", "poll_generation": "poll", "fetch_generation": "fetch",
         "process_generation": "process", "draw_generation": "draw"}  # fmt: skip
KILLED_ELSEWHERE = {"continue_chain", "stage_video", "cancel_at_provider"}
# These change rows only, each in one statement, and run again every so often.
UPKEEP = {"wake_provider", "refresh_expectations", "resume_generations"}


def test_every_job_of_a_generation_is_killed():
    """JOB-02: a job that is added to the code has to be added to the tests that kill it."""
    source = (ROOT / "Sources/Generation/GenerationJobs.swift").read_text()
    registered = set(re.findall(r"registry\.register\((\w+)\.self\)", source))
    kinds = dict(re.findall(r'struct (\w+): JobPayload \{[^}]*?static let kind = "(\w+)"', source))
    assert registered == set(kinds)
    assert set(kinds.values()) == set(STEPS) | KILLED_ELSEWHERE | UPKEEP


@pytest.mark.parametrize("step", STEPS.values())
def test_killed_at_each_step(studio, peer, step):
    """GEN-04 JOB-02 a worker that is killed at any step never submits twice, never charges twice, and loses no video."""
    made = studio.request("local" if step == "draw" else MODELS["replicate"])
    hold = studio.directory / "hold"
    tool = studio.directory / "ffmpeg"
    # The renderer of this site reports its progress, and nothing else does.
    held = {"draw": "progress", "process": "scale"}.get(step, "nothing-is-held")
    tool.write_text(
        f'#!/bin/sh\ncase "$*" in *{held}*) touch {hold}ed; while [ -e {hold} ]; do sleep 0.05; done;; esac\n'
        'exec /usr/bin/ffmpeg "$@"\n')
    tool.chmod(0o755)
    hold.touch()
    if step == "submit":
        peer.behaviour, peer.faults = "held", 1
    if step == "fetch":
        peer.result = "held"
    if step == "poll":
        peer.ending = "never"
    process = studio.start(peer, FFMPEG=str(tool))
    deadline = time.monotonic() + DEADLINE
    is_held = {
        "submit": lambda: len(peer.submissions) == 1,
        "poll": lambda: any(task.polls > 1 for task in peer.tasks.values()),
        "fetch": lambda: peer.fetched,
        "process": lambda: (studio.directory / "holded").exists(),
        "draw": lambda: (studio.directory / "holded").exists(),
    }[step]
    while not is_held():
        assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)
    hold.unlink()
    peer.released.set()
    peer.ending = peer.result = "good"
    if step == "fetch":
        studio.rows("update generations set result_url = replace(result_url, 'held', 'good')")
    studio.expire()
    with studio.draining(peer, FFMPEG=str(tool)):
        if step == "submit":
            studio.ends(made, "uncertain")
            # The provider has it all the same, and says so.
            (task,) = peer.tasks.values()
            assert studio.one(
                "select accept_webhook('replicate', '\\x01', %s, 1, %s)", made, task.id) == "done"
        studio.ends(made, "completed")
    assert len(peer.submissions) == (0 if step == "draw" else 1)
    assert studio.one("select count(*) from credit_entries where kind = 'settle'") == 1
    assert files(studio, made).count(".webp") == 3


def test_killed_while_a_clip_is_staged(studio):
    """GEN-07 JOB-02 a worker that is killed while it cuts a video for a clip leaves the clip waiting, and the next stages it."""
    made = studio.request("local")
    hold, tool = studio.directory / "hold", studio.directory / "ffmpeg"
    tool.write_text(
        f'#!/bin/sh\ncase "$*" in *part.mp4*) touch {hold}ed; while [ -e {hold} ]; do sleep 0.05; done;; esac\n'
        'exec /usr/bin/ffmpeg "$@"\n')
    tool.chmod(0o755)
    with studio.draining(None):
        studio.ends(made, "completed")
    studio.rows("select create_season(null, 'Undertow', '', 'Sci-Fi', null, 2, 3600, '9:16', 3, 3, 'always', 0)")
    sent = studio.rows(
        "select outcome, clip_id from submit_generation_as_clip(%s, %s, 'Fog', '', 'Sci-Fi', 500, 8388608)", studio.member, made)
    (outcome, clip), = sent
    assert outcome == "done", sent
    hold.touch()
    process = studio.start(None, FFMPEG=str(tool))
    deadline = time.monotonic() + DEADLINE
    while not (studio.directory / "holded").exists():
        assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)
    hold.unlink()
    assert studio.one("select processing from tournament_clips where id = %s", clip) == "processing"
    studio.expire()
    with studio.draining(None, FFMPEG=str(tool)):
        studio.wait("select processing from tournament_clips where id = %s", "ready", clip)
    assert studio.one("select count(*) from jobs where kind = 'stage_video' and state in ('queued', 'running')") == 0


def test_killed_while_a_request_is_stopped(studio, peer):
    """GEN-05 JOB-02 a worker is killed while it stops a deleted run at its provider: the next one stops and settles it, once."""
    peer.ending = "never"
    made = studio.request(MODELS["fal.ai"])
    with studio.draining(peer):
        studio.wait("select has_started_at_provider from generations", True)
    peer.holds_cancel = True
    assert studio.one("select delete_generations(%s, array[%s]::uuid[])", studio.member, made) == 1
    process = studio.start(peer)
    deadline = time.monotonic() + DEADLINE
    while not peer.cancelled:
        assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)
    assert studio.rows("select outcome from generation_runs") == [(None,)]
    peer.holds_cancel = False
    peer.released.set()
    studio.expire()
    with studio.draining(peer):
        studio.wait("select outcome from generation_runs", "cancelled")
    assert len(peer.cancelled) == 2 and studio.one("select count(*) from credit_entries where kind = 'settle'") == 1
    assert studio.one("select settled_amount from credit_reservations") == 21


@pytest.mark.parametrize("held", ["-sseof", "progress"])
def test_a_chain_is_killed(studio, held):
    """GEN-17 JOB-02 killed while a frame is taken, or while the step after it is drawn: each step is made once, from the last
    frame of the one before it."""
    steps = studio.chain(["fog over the tracks", "the fog lifts", "the train leaves"])
    hold, tool = studio.directory / "hold", studio.directory / "ffmpeg"
    # The first step's own drawing is let through.
    tool.write_text(
        f'#!/bin/sh\ncase "$*" in *{held}*) if [ -e {hold} ] && [ -d {studio.media}/videos/{steps[0]} ]; then touch {hold}ed;'
        f' while [ -e {hold} ]; do sleep 0.05; done; fi;; esac\nexec /usr/bin/ffmpeg "$@"\n')
    tool.chmod(0o755)
    hold.touch()
    process = studio.start(None, FFMPEG=str(tool))
    deadline = time.monotonic() + DEADLINE
    while not (studio.directory / "holded").exists():
        assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
        time.sleep(0.02)
    assert studio.one("select status from generations where id = %s", steps[0]) == "completed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)
    hold.unlink()
    studio.expire()
    with studio.draining(None, FFMPEG=str(tool)):
        for step in steps:
            studio.ends(step, "completed")
    assert studio.rows("select run, attempt from generations order by group_step") == [(1, 1)] * 3
    frames = studio.rows(
        "select storage_key from source_images join generations on source_image_id = source_images.id where state = 'ready'"
        " order by group_step")  # fmt: skip
    assert len(frames) == 2
    for (key,) in frames:
        assert [path.name for path in (studio.media / key).parent.iterdir()] == [key.split("/")[-1]], "one frame of each"


def test_postgres_ends_between_submission_and_record(studio, peer, postgres):
    """GEN-04 the id of an accepted request is recorded as soon as the database is there again."""
    peer.behaviour, peer.faults = "held", 1
    made = studio.request(MODELS["replicate"])
    with studio.draining(peer):
        deadline = time.monotonic() + DEADLINE
        while not peer.submissions:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        # The database refuses everyone, as while it starts.
        with psycopg.connect(host=str(postgres), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"alter database {studio.name} allow_connections false")
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (studio.name,))
            studio.connection.close()
            peer.released.set()
            while "cannot be recorded yet" not in studio.log.read_text():
                assert time.monotonic() < deadline, studio.log.read_text()[-3000:]
                time.sleep(0.05)
            connection.execute(f"alter database {studio.name} allow_connections true")
        studio.ends(made, "completed")
    assert len(peer.submissions) == 1


def test_no_key_is_needed_for_the_site_s_own_renderer(studio):
    """GEN-03 a prompt and a picture become videos without any provider."""
    words = studio.request("local", "snow over a frozen station, push in")
    picture = studio.request("local", "zoom in")
    studio.rows("update generations set source_image_id = %s where id = %s", studio.picture(), picture)
    with studio.draining(None):
        studio.ends(words, "completed")
        studio.ends(picture, "completed")
    assert studio.rows("select distinct width, height, charged_credits from generations") == [(540, 960, 0)]


def test_a_provider_without_a_key_is_not_called(studio, peer):
    """GEN-03 CAT-06 a run whose key was taken away meanwhile fails without a call."""
    made = studio.request(MODELS["replicate"])
    with studio.draining(None):
        studio.ends(made, "failed")
    assert peer.submissions == [] and "not set up" in studio.one("select error from generations")


def test_a_provider_that_cannot_be_reached(studio):
    """GEN-05 a provider that cannot be reached is tried again, and nothing was sent."""
    made = studio.request(MODELS["replicate"])
    url = f"http://127.0.0.1:{free_port()}"
    with studio.draining(None, REPLICATE_API_TOKEN=REPLICATE_TOKEN, REPLICATE_BASE_URL=url):
        studio.ends(made, "failed")
    assert studio.rows("select error_code, attempt from generations") == [("provider_unavailable", 3)]


def test_the_queue_is_operated_over_a_killed_worker(studio, peer):
    """JOB-05 JOB-02 GEN-05 GEN-16 a dead letter has the provider's answer and runs again; a paused queue stays so over kill -9,
    and a paused provider is sent nothing until it is resumed."""

    def jobs(*words, status=0):
        run = subprocess.run(
            [BINARIES / "dailies", "jobs", *words, "--json"], env=studio.environment | peer.settings, check=False,
            capture_output=True, text=True, timeout=DEADLINE)  # fmt: skip
        assert run.returncode == status, run.stderr
        return json.loads(run.stdout) if run.stdout else run.stderr

    def errand():
        """A job of the other queue, which shows that the program claims at all."""
        job = studio.one("select enqueue_job('publish', '{\"channel\": \"slot\", \"name\": \"x\", \"message\": \"{}\"}')")
        studio.wait("select attempt > 0 from jobs where id = %s", True, job)

    peer.behaviour = "refuses"
    # A length that the model has, since what runs again is checked as a new request is.
    made = str(studio.request(MODELS["fal.ai"], duration_ms=5000))
    with studio.draining(peer):
        studio.ends(made, "failed")
    detail = jobs("show", made)
    assert detail["attempts"][0]["answer"] and detail["payload"]["prompt"] == "fog over the tracks"
    assert [job["id"] for job in jobs("list", "--state", "failed")["jobs"]] == [made]

    queues = jobs("pause", "queue", "outward", "--reason", "a move")["queues"]
    assert [lane["name"] for lane in queues if lane["pausedAt"]] == ["outward"]
    assert "paused already" in jobs("pause", "queue", "outward", status=1)
    peer.behaviour = "good"
    assert jobs("redrive", "--all", "--kind", "generation")["outcomes"] == [{"id": made, "outcome": "redriven", "error": None}]
    assert jobs("retry", made, status=1)["outcomes"][0]["outcome"] == "not_failed"
    before = len(peer.submissions)
    process = studio.start(peer)
    errand()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE)
    studio.expire()
    with studio.draining(peer):
        errand()
        assert len(peer.submissions) == before and jobs("show", made)["job"]["state"] == "queued"
        jobs("resume", "queue", "outward")
        studio.ends(made, "completed")
        jobs("pause", "--provider", "fal.ai")
        held = str(studio.request(MODELS["fal.ai"]))
        studio.wait("select count(*) from jobs where kind = 'submit_generation' and state in ('queued', 'running')", 0)
        shown = jobs("show", held)["job"]
        assert (shown["state"], shown["obstacle"]["code"]) == ("queued", "provider_paused")
        assert len(peer.submissions) == before + 1 and jobs("show", made)["run"] == 2
        jobs("resume", "--provider", "fal.ai")
        studio.ends(held, "completed")
    assert len(peer.submissions) == before + 2
    actions = studio.rows("select action from audit_log where actor_id is null order by id")
    assert [action for (action,) in actions] == [
        "queue.pause", "job.redrive", "queue.resume", "provider.pause", "provider.resume"]
