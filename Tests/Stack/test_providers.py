"""Webhooks of the providers, through nginx and the host, and the whole way of a video beside them."""

from __future__ import annotations

import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import psycopg
import pytest
import standardwebhooks
import svix

from stack import DEADLINE, ROOT, Stack, wait_until

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from video_providers import REPLICATE_SECRET, Task, VideoProviders

MODELS = {"fal.ai": "veo-3.1-fast", "replicate": "ray-flash-2-540p", "runpod": "mochi", "other": "other-model"}


@pytest.fixture(scope="module")
def peer():
    with tempfile.TemporaryDirectory(prefix="dailies-video-") as directory:
        path = pathlib.Path(directory) / "made.mp4"
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=90x160:r=24:d=1", "-c:v", "libx264", "-preset",
             "ultrafast", "-pix_fmt", "yuv420p", path], check=True, timeout=DEADLINE)  # fmt: skip
        with VideoProviders(path.read_bytes()) as made:
            yield made


@pytest.fixture(scope="module")
def copy(peer: VideoProviders):
    with tempfile.TemporaryDirectory(prefix="dailies-stack-") as directory:
        pathlib.Path(directory).chmod(0o755)
        options = [word for name, value in peer.settings.items() for word in ("--set", f"{name}={value}")]
        made = Stack(pathlib.Path(directory), "--no-demo", *options)
        try:
            yield made.start()
        finally:
            made.stop()


def signed(sign: Callable[[str, datetime.datetime, str], str], task: Task, body: dict, age: int = 0) -> dict:
    """A webhook of Replicate that a foreign library signs."""
    at, text = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=age), json.dumps(body)
    headers = {
        "webhook-id": f"msg_{task.id}", "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign(f"msg_{task.id}", at, text),
    }  # fmt: skip
    return {"body": text.encode(), "headers": headers}


def check_foreign_signers(copy: Stack, peer: VideoProviders, task: Task) -> None:
    """What two libraries of others sign is accepted once; changed by a byte, with another key or stale, it is refused."""
    count = "select count(*) from provider_webhooks where provider = 'replicate'"
    for number, library in enumerate([standardwebhooks, svix]):
        sign = library.webhooks.Webhook(REPLICATE_SECRET).sign
        report = peer.prediction(task, "running") | {"logs": library.__name__}
        message = signed(sign, task, report)
        text = message["body"]
        assert peer.post_webhook(task, body=text[:-1] + b" }", headers=message["headers"]) == 401
        assert peer.post_webhook(task, body=text.replace(b"processing", b"Processing"), headers=message["headers"]) == 401
        assert peer.post_webhook(task, **signed(library.webhooks.Webhook("whsec_" + "A" * 32).sign, task, report)) == 401
        assert peer.post_webhook(task, **signed(sign, task, report, age=400)) == 401
        assert peer.post_webhook(task, **signed(sign, task, report, age=-400)) == 401
        assert copy.value(count) == number
        for _ in range(3):
            assert peer.post_webhook(task, **message) == 200
        assert copy.value(count) == number + 1, "a report that comes again counts once"


def test_webhooks(copy: Stack, peer: VideoProviders) -> None:
    """GEN-06 GEN-02 early, twice, forged, stale, of another provider or run: only the right one counts, and once"""
    with psycopg.connect(copy.facts["databaseURL"], autocommit=True) as database:
        database.execute("insert into providers (name, display_name) values ('other', 'Other')")
        database.execute("insert into provider_mappings values ('other', %s)", (json.dumps(peer.mapping),))
        database.execute(
            "insert into models (slug, model_id, name, maker, provider, endpoint, capabilities, cost_per_second)"
            " values ('other-model', 'other-model', 'Other', 'Else', 'other', 'reel-1', '{text-to-video}', 0.1)")
        # A picture is of no use here.
        database.execute("update models set capabilities = '{text-to-video}' where slug = 'veo-3.1-fast'")
        command = [copy.directory / "dailies", "sign-in-link", "--user", "maker"]
        link = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE).stdout.strip()
        maker = copy.client().sign_in(link).ready()
        assert maker.send("POST", "/api/terms/accept", {"version": 1, "accepted": True}).status == 200
        made = {}
        for provider, slug in MODELS.items():
            peer.ending, peer.behaviour, peer.faults = "never", "good", 0
            answer = maker.send("POST", "/api/jobs", {"model": slug, "prompt": "fog"})
            assert answer.status == 202, answer.body
            made[provider] = answer.json()["jobId"]
        tasks = wait_until(
            lambda: (found := {task.service: task for task in list(peer.tasks.values())}).keys() >= MODELS.keys() and found,
            "all are submitted")
        for provider, task in tasks.items():
            other = tasks["replicate" if provider != "replicate" else "fal.ai"]
            assert task.webhook.startswith(f"http://127.0.0.1:{copy.port}/api/webhooks/{provider}?job=")
            assert peer.post_webhook(task, url=task.webhook[:-2] + ("BA" if task.webhook.endswith("AA") else "AA")) == 401
            assert peer.post_webhook(task, url=task.webhook.replace(f"/{provider}?", f"/{other.service}?")) == 401
            assert peer.post_webhook(task, url=other.webhook.partition("?")[0] + "?" + task.webhook.partition("?")[2]) == 401
            if provider != "runpod":
                body, _ = peer.webhook_of(task)
                assert peer.post_webhook(task, body=body + b" ") == 401
            if provider in ("fal.ai", "replicate"):
                assert peer.post_webhook(task, at=int(time.time()) - 400) == 401
            assert maker.get(f"/api/jobs/{made[provider]}").json()["status"] == "processing"
        check_foreign_signers(copy, peer, tasks["replicate"])
        peer.ending, peer.polls = "good", 0
        for task in tasks.values():
            assert peer.post_webhook(task) == 200
            assert peer.post_webhook(task) == 200
        for job in made.values():
            wait_until(lambda job=job: maker.get(f"/api/jobs/{job}").json()["status"] == "completed", "the video is there")
        # A webhook that comes before the answer to the submission changes nothing.
        peer.behaviour, peer.faults = "webhook_first", 1
        job = maker.send("POST", "/api/jobs", {"model": MODELS["replicate"], "prompt": "sun"}).json()["jobId"]
        wait_until(lambda: maker.get(f"/api/jobs/{job}").json()["status"] == "completed", "the video is there")
        # The answer to a submission is lost: the webhook says which request it was.
        peer.behaviour, peer.faults = "answer_lost", 1
        job = maker.send("POST", "/api/jobs", {"model": MODELS["runpod"], "prompt": "moon"}).json()["jobId"]
        wait_until(lambda: maker.get(f"/api/jobs/{job}").json()["status"] == "uncertain", "the answer is lost")
        lost = next(task for task in peer.tasks.values() if "moon" in json.dumps(task.body))
        assert peer.post_webhook(lost) == 200
        wait_until(lambda: maker.get(f"/api/jobs/{job}").json()["status"] == "completed", "the video is there")
        assert len(peer.submissions) == len(MODELS) + 2
        assert database.execute("select * from generation_drift()").fetchall() == []
        assert database.execute("select * from credit_drift()").fetchall() == []
