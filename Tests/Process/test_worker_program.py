"""What the worker's program does without a site: its input rules, its settings, its check, and RunPod's handler."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import requests

from host import ROOT

sys.path.insert(0, str(ROOT / "worker/src"))
sys.path.insert(0, str(ROOT / "Tests/Peers"))

from dailies_worker import faults, request, runpod_handler

from held_worker import Drawing
from limits import DEADLINE
from ports import free_port

SMALL = {"positive_prompt": "fog", "num_frames": 7, "width": 64, "height": 64, "steps": 3}


def program(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "dailies_worker.main", *words], capture_output=True, text=True, timeout=DEADLINE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "worker/src")} | environment)  # fmt: skip


def test_input_rules():
    """GPU-01: each field is checked before the pipeline runs, and the nearest value is named."""
    usual = request.read("mochi", {"positive_prompt": "fog"})
    assert (usual.width, usual.height, usual.frames, usual.steps, usual.cfg, usual.seed) == (848, 480, 31, 40, 6.0, 1337)
    assert request.read("mochi", {"positive_prompt": "fog", "num_frames": 37.0}).frames == 37
    for model, given, words in [
        ("mochi", {"num_frames": 32}, "num_frames: must be a multiple of 6 and 1 more, such as 31"),
        ("mochi", {"num_frames": 1}, None),
        ("mochi", {"num_frames": 200}, "such as 199"),
        ("mochi", {"width": 850}, "width: must be a multiple of 16, such as 848"),
        ("mochi", {"height": "480"}, "height: must be a whole number"),
        ("mochi", {"steps": True}, "steps"),
        ("mochi", {"cfg": 101}, "cfg"),
        ("mochi", {"seed": -1}, "seed"),
        ("mochi", {"positive_prompt": " "}, "positive_prompt"),
        ("mochi", {"image": "data:image/png;base64,AAAA"}, "image: this model starts from words alone"),
        ("ltx", {}, "image: this model starts from a picture"),
        ("ltx", {"image": "https://x.example/a.png"}, "image: must be a data: URI"),
        ("ltx", {"image": "data:image/png;base64,!"}, "image: its base64"),
        ("none", {}, "model"),
    ]:  # fmt: skip
        if words is None:
            assert request.read(model, {"positive_prompt": "fog"} | given).frames == 1
            continue
        with pytest.raises(faults.BadInput, match=words.replace("(", "\\(")) as fault:
            request.read(model, {"positive_prompt": "fog"} | given)
        assert fault.value.retryable is False and fault.value.code == "bad_input"


def test_settings_that_are_wrong():
    """GPU-01: the wrong setting is named, with what to do, and systemd does not start it again (status 78)."""
    token = {"DAILIES_WORKER_TOKEN": "dlw_x"}
    for environment, words in [
        ({}, "DAILIES_SITE"),
        ({"DAILIES_SITE": "ftp://x.example"} | token, "DAILIES_SITE"),
        ({"DAILIES_SITE": "http://x.example"} | token, "use https://"),
        ({"DAILIES_SITE": "https://x.example"}, "DAILIES_WORKER_TOKEN_FILE"),
        ({"DAILIES_SITE": "https://x.example", "DAILIES_WORKER_TOKEN_FILE": "/none"}, "DAILIES_WORKER_TOKEN_FILE"),
        ({"DAILIES_SITE": "https://x.example", "DAILIES_WORKER_MODELS": "sora"} | token, "DAILIES_WORKER_MODELS"),
        ({"DAILIES_SITE": "https://x.example", "DAILIES_WORKER_WEIGHTS": "mochi"} | token, "DAILIES_WORKER_WEIGHTS"),
    ]:
        ended = program("run", **environment)
        assert (ended.returncode, words in ended.stderr) == (78, True), ended.stderr


def test_check_says_what_does_not_fit(tmp_path):
    """GPU-01: on a machine without a card `check` says so, one line for each thing, and how to mend it."""
    ended = program(
        "check", "--site", f"http://127.0.0.1:{free_port()}", "--spool", str(tmp_path / "spool"), DAILIES_WORKER_TOKEN="dlw_x"
    )
    assert ended.returncode == 1
    lines = {line[5:].split(":")[0]: line[:4] for line in ended.stdout.splitlines()}
    assert lines["ffmpeg"] == "ok  " and lines["spool"] == "ok  ", ended.stdout
    assert all(line.startswith(("ok ", "BAD ")) for line in ended.stdout.splitlines())
    assert "does not answer" in ended.stdout
    assert lines["driver"] == "BAD " and "apt install nvidia-driver" in ended.stdout


def test_the_handler_of_runpod(tmp_path):
    """GPU-01 GEN-05: a failure is `error`, which RunPod calls failed, and never a result."""
    told, sent = [], []

    def upload(path, name):
        sent.append((name, path.read_bytes()[4:8]))
        return "https://bucket.example/" + name

    handle = runpod_handler.handler(Drawing(["mochi"]), tmp_path, upload, lambda job, step: told.append(step["step"]))
    made = handle({"id": "job-1", "input": SMALL})
    assert made == {"result": "https://bucket.example/job-1.mp4", "status": "DONE", "width": 64, "height": 64, "frames": 7}
    assert told == [1, 2, 3] and sent == [("job-1.mp4", b"ftyp")]
    for given, code, retryable in [
        ({"num_frames": 8}, "bad_input", False), ({"model": "ltx"}, "unknown_model", False),
        ({"positive_prompt": "too large"}, "out_of_memory", False), ({"positive_prompt": "broken again"}, "broken", True),
    ]:  # fmt: skip
        failed = handle({"id": "job-2", "input": SMALL | given})
        assert (failed["code"], failed["retryable"]) == (code, retryable) and failed["error"] and "result" not in failed
    assert len(sent) == 1


SERVER = """
import sys
sys.path[:0] = [{peers!r}, {source!r}]
from pathlib import Path
from dailies_worker import runpod_handler
from held_worker import Drawing
def upload(path, name):
    Path({directory!r}, name).write_bytes(path.read_bytes())
    return "https://bucket.example/" + name
runpod_handler.serve(Drawing(["mochi"]), Path({directory!r}), ["worker", "--rp_serve_api", "--rp_api_port", "{port}"], upload)
"""


def test_runpod_s_own_local_server():
    """GPU-01: RunPod's SDK drives the handler: done, and failed with the reason."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="runpod-") as directory:
        code = SERVER.format(peers=str(ROOT / "Tests/Peers"), source=str(ROOT / "worker/src"), directory=directory, port=port)
        with Path(directory, "log").open("w") as log:
            server = subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=log, cwd=directory)
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + DEADLINE
            while True:
                try:
                    answer = requests.post(f"{url}/runsync", json={"input": SMALL}, timeout=DEADLINE).json()
                    break
                except requests.ConnectionError:
                    assert server.poll() is None and time.monotonic() < deadline, Path(directory, "log").read_text()
                    time.sleep(0.05)
            assert answer["status"] == "COMPLETED" and answer["output"]["status"] == "DONE", answer
            assert Path(directory, answer["output"]["result"].rpartition("/")[2]).stat().st_size > 0
            failed = requests.post(f"{url}/runsync", json={"input": SMALL | {"num_frames": 8}}, timeout=DEADLINE).json()
            assert failed["status"] == "FAILED" and "num_frames" in failed["error"], failed
        finally:
            server.kill()
            server.wait()
