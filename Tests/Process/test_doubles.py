"""RunPod's own client finds in the double what it finds at RunPod, so that what passes against the double passes there."""

import asyncio
import json
import sys

import pytest
import requests
import runpod
from runpod.serverless.modules.rp_job import run_job

from host import ROOT

sys.path.insert(0, str(ROOT / "Tests/Peers"))

from video_providers import RUNPOD_ENDPOINT, RUNPOD_KEY, VideoProviders


@pytest.fixture
def peer(monkeypatch):
    with VideoProviders(b"video") as made:
        monkeypatch.setattr(runpod, "endpoint_url_base", made.url + "/runpod")
        yield made


def test_runpod_client_against_the_double(peer):
    """GEN-03: its course, its result, its cancellation and each refusal, by the service's own client."""
    endpoint = runpod.Endpoint(RUNPOD_ENDPOINT, api_key=RUNPOD_KEY)
    job = endpoint.run({"input": {"positive_prompt": "fog"}, "webhook": "https://site.example/hook"})
    [task] = peer.tasks.values()
    assert (job.job_id, task.webhook, task.body["input"]) == (task.id, "https://site.example/hook", {"positive_prompt": "fog"})
    assert [job.status(), job.status()] == ["IN_QUEUE", "COMPLETED"]
    assert job.output()["result"] == peer.file_url(task)

    peer.ending = "never"
    stopped = endpoint.run({"input": {"positive_prompt": "rain"}})
    assert stopped.status() == "IN_PROGRESS"
    assert stopped.cancel()["status"] == "CANCELLED" and stopped.status() == "CANCELLED"
    with pytest.raises(requests.HTTPError, match="404"):
        runpod.endpoint.Job(RUNPOD_ENDPOINT, "nothing", endpoint.rp_client).status()
    with pytest.raises(requests.HTTPError, match="404"):
        runpod.Endpoint("another", api_key=RUNPOD_KEY).run({"input": {"x": 1}})
    with pytest.raises(RuntimeError, match="401"):
        runpod.Endpoint(RUNPOD_ENDPOINT, api_key="wrong").run({"input": {"x": 1}})
    assert peer.unauthorised == 1


def test_runpod_worker_fails_as_the_double_says(peer):
    """GEN-03 GEN-05: what the service's own worker makes of an exception has the form that the double answers with."""

    def handler(job):
        raise ValueError("bad frames")

    made = json.loads(asyncio.run(run_job(handler, {"id": "j-1", "input": {}}))["error"])
    endpoint = runpod.Endpoint(RUNPOD_ENDPOINT, api_key=RUNPOD_KEY)
    peer.ending, peer.polls = "fails", 0
    job = endpoint.run({"input": {"x": 1}})
    assert job.status() == "FAILED"
    [task] = peer.tasks.values()
    answered = json.loads(peer.runpod_job(task, "failed")["error"])
    assert answered.keys() <= made.keys()
    assert (answered["error_type"], answered["error_message"]) == (made["error_type"], made["error_message"])
