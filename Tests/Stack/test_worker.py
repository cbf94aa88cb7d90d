"""Workers on machines of one's own, as real programs against host, nginx, Postgres and jobs. What they draw is no model's; the
pipelines of diffusers have tests of their own (`worker/tests`)."""

from __future__ import annotations

import glob
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import uuid

import pytest

from stack import DEADLINE, ROOT, Answer, Client, Stack, wait_until
from test_uploads import sender

PROGRAM = ROOT / "Tests/Peers/held_worker.py"
# Small and of few frames.
INPUT = {"num_frames": 7, "width": 256, "height": 256, "steps": 4, "seed": 1337}
# Of noise, a file of several parts of 4 MiB.
LARGE = {"num_frames": 31, "width": 512, "height": 512}
STAGES = ["claimed", "step", "before_upload", "mid_upload", "before_done", "after_done"]


# A lease of 12 seconds is not kept on a machine that is busy enough, so that tests end leases themselves. `WorkerTests` has
# the rule.
LONG_LEASES = """
    create or replace function lengthen_lease() returns trigger language plpgsql as
    'begin
        if new.leased_until > now() then new.leased_until := new.leased_until + interval ''1 hour''; end if;
        return new;
    end';
    create or replace trigger lengthen_lease
    before update on worker_tasks
    for each row execute function lengthen_lease()
"""


class Farm:
    """The workers of a copy: their tokens, and their programs."""

    def __init__(self, stack: Stack, directory: pathlib.Path) -> None:
        self.stack, self.directory = stack, directory
        self.admin = stack.admin()
        stack.rows(LONG_LEASES)
        self.programs: list[subprocess.Popen] = []

    def token(self) -> dict:
        answer = self.admin.send("POST", "/api/admin/workers", {"name": f"card {uuid.uuid4().hex[:8]}"})
        assert answer.status == 201, answer.body
        return answer.json()

    def start(self, token: str | None = None, models: str = "mochi", **environment: str) -> subprocess.Popen:
        log = (self.directory / f"worker-{len(self.programs)}.log").open("w")
        program = subprocess.Popen(
            [sys.executable, PROGRAM, "run", "--models", models, "--name", "test", "--spool", self.directory / "spool"],
            env=os.environ | environment | {
                "DAILIES_SITE": f"http://127.0.0.1:{self.stack.port}", "DAILIES_WORKER_TOKEN": token or self.token()["token"],
            },
            stdout=log, stderr=log)  # fmt: skip
        program.log = pathlib.Path(log.name)
        self.programs.append(program)
        return program

    def end(self) -> None:
        for program in self.programs:
            if program.poll() is None:
                program.kill()
            program.wait(DEADLINE)

    # -- What members ask, and what became of it

    def request(self, prompt: str = "fog", model: str = "mochi-worker", **more: int) -> tuple[Client, str]:
        member = sender(self.stack)
        body = {"modelName": model, "prompt": prompt, "frames": INPUT["num_frames"], "input": INPUT | more}
        answer = member.send("POST", "/api/runpod", body | {"frames": body["input"]["num_frames"]})
        assert answer.status == 202, answer.body
        return member, answer.json()["jobId"]

    def status(self, job: str) -> str:
        return self.stack.value("select status from generations where id = %s", job)

    def ends(self, job: str, wanted: str, seconds: float = DEADLINE) -> None:
        wait_until(lambda: self.status(job) in ("completed", "failed", "cancelled"), f"{job} ends", seconds)
        why = self.stack.rows("select status, error_code, error from generations where id = %s", job)
        logs = "".join(program.log.read_text()[-1500:] for program in self.programs)
        assert why[0][0] == wanted, (why, logs)

    def is_held(self, program: subprocess.Popen) -> bool:
        assert program.poll() is None, program.log.read_text()
        state = pathlib.Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def check(self, job: str) -> None:
        """One file, one charge."""
        stack = self.stack
        assert stack.rows("select * from credit_drift()") == []
        assert stack.rows("select * from generation_drift()") == []
        settled = "select count(*) from credit_reservations where reference like %s and state = 'settled'"
        assert stack.value(settled, f"generation {job}%") == 1
        assert stack.value("select count(*) from worker_tasks where generation_id = %s and state = 'done'", job) == 1
        files = list((stack.directory / "media/videos" / job).glob("*.original"))
        assert len(files) == 1, files
        checksum = stack.value("select sha256 from worker_tasks where generation_id = %s and state = 'done'", job)
        assert hashlib.sha256(files[0].read_bytes()).hexdigest() == checksum
        self.no_parts(job)

    def no_parts(self, job: str) -> None:
        """No part is left of what a lost or cancelled worker has sent; parts of lost leases go when the task is forgotten."""
        staged = self.stack.directory / "media/incoming" / self.lease(job)
        # Unlike a Path, this bears a directory that goes meanwhile.
        wait_until(lambda: not glob.glob(f"{staged}/*"), f"{staged} is empty")

    # -- The task of a generation

    def task(self, job: str) -> str:
        newest = "select id from worker_tasks where generation_id = %s order by created_at desc limit 1"
        return str(wait_until(lambda: self.stack.rows(newest, job), "there is a task")[0][0])

    def lease(self, job: str) -> str:
        return str(self.stack.value("select lease from worker_tasks where id = %s", self.task(job)))

    def expire(self, task: str) -> None:
        """Ends the lease of a task, past the trigger."""
        with self.stack.database() as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute("update worker_tasks set leased_until = now() - interval '1 second' where id = %s", (task,))

    def works(self, job: str) -> None:
        going = "select 1 from worker_tasks where generation_id = %s and step > 0"
        wait_until(lambda: self.stack.rows(going, job), "a worker is at it")


@pytest.fixture
def farm(stack: Stack, tmp_path: pathlib.Path):
    made = Farm(stack, tmp_path)
    try:
        yield made
    finally:
        made.end()
        # A claim that was waiting when its worker was killed would still be given the job of the next test.
        stack.rows("update workers set revoked_at = now() where revoked_at is null")
        # What a test left waiting must not go to the worker of the next.
        stack.rows("update worker_tasks set state = 'cancelled', ended_at = now() where state in ('queued', 'running')")


def test_a_member_sees_what_a_worker_made(farm: Farm) -> None:
    """GPU-01 GEN-01: from `POST /api/runpod` to a file that the member can load, with 40 rising reports of 40 steps; the same
    seed makes the same frames."""
    farm.start()
    sums = []
    for _ in range(2):
        member, job = farm.request(steps=40)
        farm.ends(job, "completed")
        farm.check(job)
        facts = "select step, steps, made->>'frames', made->>'width', sha256 from worker_tasks where generation_id = %s"
        made = farm.stack.rows(facts, job)[0]
        assert made[:4] == (40, 40, "7", "256")
        sums.append(made[4])
        video = member.get(f"/api/jobs/{job}").json()
        assert video["progress"] == 100
        file = member.get(video["url"])
        assert file.status == 200 and file.body[4:8] == b"ftyp"
        assert farm.stack.client().get(video["url"]).status == 404, "it is private"
    assert sums[0] == sums[1]
    listed = farm.admin.get("/api/admin/workers").json()["workers"]
    assert any(worker["done"] >= 2 and worker["models"] == ["mochi"] and worker["lastSeenAt"] for worker in listed)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_each_stage(farm: Farm, stage: str) -> None:
    """GPU-01 JOB-02: `kill -9` at each stage: another worker gets the job when the lease is over; one file, one charge."""
    held = farm.start(HOLD_AT=stage)
    _, job = farm.request("noise", **LARGE) if stage == "mid_upload" else farm.request()
    wait_until(lambda: farm.is_held(held), f"the worker is at {stage}")
    held.kill()
    held.wait()
    if stage != "after_done":
        first = farm.lease(job)
        farm.expire(farm.task(job))
        farm.start()
        wait_until(lambda: farm.lease(job) != first, "it is taken again")
    farm.ends(job, "completed")
    farm.check(job)


def test_upload_cut_at_half(farm: Farm) -> None:
    """GPU-01: nginx is gone in the middle of the upload; the worker resumes with what is missing, and the checksum is right."""
    held = farm.start(HOLD_AT="mid_upload")
    _, job = farm.request("noise", **LARGE)
    wait_until(lambda: farm.is_held(held), "half is sent")
    staged = farm.stack.directory / "media/incoming" / farm.lease(job)

    def parts() -> dict[str, int]:
        try:
            return {part.name: part.stat().st_mtime_ns for part in staged.iterdir()}
        except FileNotFoundError:
            # They are being put together.
            return {}

    before = parts()
    assert before
    old = farm.stack.kill("nginx")
    held.send_signal(signal.SIGCONT)
    farm.stack.await_replacement("nginx", old)
    wait_until(lambda: farm.status(job) == "completed" or before.items() <= parts().items(), "what had arrived is not sent again")
    farm.ends(job, "completed")
    farm.check(job)
    assert farm.stack.value("select claims from worker_tasks where generation_id = %s", job) == 1


def test_two_workers_share_one_job(farm: Farm) -> None:
    """GPU-01 JOB-04: of two workers one gets the job."""
    programs = [farm.start(STEP_SECONDS="0.05") for _ in range(2)]
    _, job = farm.request()
    farm.ends(job, "completed")
    farm.check(job)
    task = farm.task(job)
    taken = [program for program in programs if f"job {task}: begins" in program.log.read_text()]
    assert len(taken) == 1


def test_sigterm_drains(farm: Farm) -> None:
    """GPU-01: SIGTERM: the current job ends, and none is taken."""
    program = farm.start(STEP_SECONDS="0.3")
    _, job = farm.request()
    farm.works(job)
    program.terminate()
    _, later = farm.request()
    assert program.wait(DEADLINE) == 0
    farm.ends(job, "completed")
    assert farm.stack.value("select max(claims) from worker_tasks where generation_id = %s", later) in (0, None)


def test_cancelled_while_it_runs(farm: Farm) -> None:
    """GPU-01 JOB-03 GEN-05: a member deletes what a worker makes: the worker drops it at a step, and no file is left."""
    program = farm.start(STEP_SECONDS="1")
    member, job = farm.request(steps=100)
    farm.works(job)
    task = farm.task(job)
    assert member.send("DELETE", "/api/videos", {"jobIds": [job]}).status == 200
    wait_until(lambda: f"job {task}: dropped" in program.log.read_text(), "the worker dropped it")
    # It asked every three seconds: a hundred steps would have taken as many seconds.
    assert farm.stack.value("select step < 100 from worker_tasks where id = %s", task)
    assert farm.stack.rows("select 1 from worker_tasks where id = %s and state <> 'cancelled'", task) == []
    assert not list((farm.stack.directory / "media/videos").glob(f"{job}/*"))
    assert farm.stack.rows("select * from credit_drift()") == []


def test_a_revoked_token(farm: Farm) -> None:
    """GPU-01: a revoked token takes no job, and its worker ends; a job that it had goes to another."""
    made = farm.token()
    program = farm.start(made["token"], STEP_SECONDS="0.5")
    _, job = farm.request(steps=20)
    farm.works(job)
    assert farm.admin.send("DELETE", f"/api/admin/workers/{made['id']}").status == 204
    assert program.wait(DEADLINE) == 77
    assert "refuses the token" in program.log.read_text()
    farm.expire(farm.task(job))
    farm.start()
    farm.ends(job, "completed")
    farm.check(job)
    assert farm.admin.send("DELETE", f"/api/admin/workers/{made['id']}").status == 404


def test_faults_of_a_job(farm: Farm) -> None:
    """GPU-01 GEN-05: too little memory is tried once with less; what may pass is tried again, three times at most; the rest is
    not."""
    farm.start()
    _, spared = farm.request("too large once")
    _, large = farm.request("too large")
    _, broken = farm.request("broken")
    _, again = farm.request("broken again")
    farm.ends(spared, "completed")
    farm.check(spared)
    farm.ends(large, "failed")
    farm.ends(broken, "failed")
    farm.ends(again, "failed", 3 * DEADLINE)
    rows = dict(
        farm.stack.rows(
            "select generations.error_code, count(*) from generations join worker_tasks on generation_id = generations.id"
            " where generations.id = any (%s) group by generations.id, 1", [large, broken]))  # fmt: skip
    assert rows == {"out_of_memory": 1, "broken": 1}
    assert farm.stack.value("select count(*) from worker_tasks where generation_id = %s", again) == 3
    assert farm.stack.rows("select * from credit_drift()") == []


class Hand:
    """A worker by hand, for what no program of ours would say."""

    def __init__(self, farm: Farm) -> None:
        self.client = farm.stack.client()
        self.headers = {"Authorization": f"Bearer {farm.token()['token']}"}

    def say(self, act: str, body: dict, **headers: str):
        return self.client.send("POST", f"/api/worker/{act}", body, headers=self.headers | headers)

    def claim(self, wait: float = 8) -> dict:
        answer = wait_until(
            lambda: next(
                (a for a in [self.say("claim", {"worker": "hand", "models": ["mochi"], "wait": wait})] if a.status == 200), None),
            "a job is given out")  # fmt: skip
        return answer.json()["job"]


def code(answer: Answer) -> str:
    """Of the field that is wrong, or of the whole request."""
    body = answer.json()
    return body.get("details", [body])[0]["code"]


def test_the_protocol_by_hand(farm: Farm) -> None:
    """GPU-01 CLIP-03: wrong tokens, wrong leases, a wrong checksum, missing parts, and `done` sent three times."""
    hand = Hand(farm)
    unknown = {"Authorization": "Bearer dlw_" + "A" * 43}
    for headers in [unknown, {"Authorization": "Bearer x"}, {"Authorization": ""}]:
        assert hand.say("claim", {"worker": "x", "models": ["mochi"]}, **headers).status == 401
    _, job = farm.request()
    task = hand.claim()
    assert task["input"]["num_frames"] == 7 and task["input"]["positive_prompt"] == "fog"
    name = {"job": task["id"], "lease": task["lease"]}
    wrong = name | {"lease": str(uuid.uuid4())}
    assert hand.say("heartbeat", name).json() == {"continue": True}
    assert hand.say("heartbeat", wrong).json() == {"continue": False}
    other = Hand(farm)
    assert other.say("heartbeat", name).json() == {"continue": False}, "the lease is another's"
    assert hand.say("heartbeat", name, **unknown).status == 401
    for step in (2, 1):
        assert hand.say("progress", name | {"step": step, "steps": 4}).json() == {"continue": True}
    assert farm.stack.value("select step from worker_tasks where id = %s", task["id"]) == 2, "steps only rise"

    data = pathlib.Path(farm.directory) / "made.mp4"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=256x256:r=24:d=0.3", "-pix_fmt", "yuv420p", data],
        check=True, timeout=DEADLINE)  # fmt: skip
    content = data.read_bytes()
    file = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    made = name | file | {"width": 256, "height": 256, "frames": 7, "fps": 24, "seconds": 1.5}
    refused = hand.say("done", made)
    assert (refused.status, code(refused)) == (422, "no_upload")
    assert hand.say("upload", wrong | file).status == 409
    upload = hand.say("upload", name | file).json()
    assert upload["arrived"] == [] and len(upload["urls"]) == 1
    refused = hand.say("done", made)
    assert (refused.status, refused.json()["missingParts"]) == (422, [1])
    url, kind = upload["urls"][0], upload["headers"]
    assert hand.client.send("PUT", url, content + b"x", headers=kind).status == 403, "another size than was signed"
    assert hand.client.send("PUT", url, b"x" * len(content), headers=kind).status in (201, 204)
    refused = hand.say("done", made)
    assert (refused.status, code(refused)) == (422, "checksum_mismatch")
    assert hand.say("upload", name | file).json()["arrived"] == [], "what was wrong is gone"
    assert hand.client.send("PUT", url, content, headers=kind).status in (201, 204)
    assert hand.say("upload", name | file).json()["arrived"] == [1]
    for _ in range(3):
        assert hand.say("done", made).status == 200
    farm.ends(job, "completed")
    farm.check(job)
    assert hand.client.send("PUT", url, content, headers=kind).status == 403, "the upload is closed"
    late = hand.say("fail", name | {"code": "late", "message": "Too late.", "retryable": True})
    assert late.status == 409 and farm.status(job) == "completed"


def test_a_job_is_given_back(farm: Farm) -> None:
    """GPU-01: what a worker took while it was told to stop goes to another at once, and does not count as an attempt."""
    hand = Hand(farm)
    _, job = farm.request()
    task = hand.claim()
    name = {"job": task["id"], "lease": task["lease"]}
    assert hand.say("fail", name | {"code": "released", "message": "The worker stops.", "retryable": True}).status == 200
    assert farm.stack.rows("select state, claims from worker_tasks where id = %s", task["id"]) == [("queued", 0)]
    farm.start()
    farm.ends(job, "completed")
    farm.check(job)


def test_a_job_that_ends_three_workers(farm: Farm) -> None:
    """GPU-01: a job is given out three times at most; then it fails and costs nothing."""
    hand = Hand(farm)
    _, job = farm.request()
    leases = set()
    for _ in range(3):
        task = hand.claim()
        leases.add(task["lease"])
        farm.expire(task["id"])
    assert len(leases) == 3
    assert hand.say("claim", {"worker": "hand", "models": ["mochi"], "wait": 1}).status == 204
    farm.ends(job, "failed")
    assert farm.stack.value("select error_code from generations where id = %s", job) == "worker_lost"
    assert farm.stack.rows("select * from credit_drift()") == []


def test_input_rules(farm: Farm) -> None:
    """GPU-01 GEN-09: frames that the model cannot make, sides, and fields that contradict are 422 and name the field."""
    farm.token()
    member = sender(farm.stack)

    def refusal(body: dict) -> tuple[int, str]:
        answer = member.send("POST", "/api/runpod", {"modelName": "mochi-worker", "prompt": "fog"} | body)
        return answer.status, answer.body.decode()

    for body, words in [
        ({"frames": 32, "input": {"num_frames": 32}}, ["num_frames", "such as 31"]),
        ({"input": {"width": 850}}, ["width", "such as 848"]),
        ({"input": {"positive_prompt": "sun"}}, ["input.positive_prompt", "“prompt”"]),
        ({"frames": 31, "input": {"num_frames": 37}}, ["input.num_frames", "“frames”"]),
    ]:
        status, text = refusal(body)
        assert status == 422, text
        assert all(word in text for word in words), text
