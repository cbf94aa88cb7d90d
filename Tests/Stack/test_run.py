"""./run itself: what it says, what it refuses, what it leaves."""

from __future__ import annotations

import os
import pathlib
import socket
import stat
import subprocess
import tempfile

from stack import DEADLINE, ROOT, Stack, wait_until


def run(*words: object, cwd: pathlib.Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ROOT / "run", *map(str, words)], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=DEADLINE
    )


def test_help_and_wrong_options() -> None:
    """OPS-01: --help tells the rest; what is not understood is named."""
    assert "--trust-proxy" in run("--help").stdout
    for words, said in (
        (["--nonsense"], "--nonsense"),
        (["--port"], "--port"),
        (["--port", "many"], "many"),
        (["--round", "1"], "--round"),
        (["--configuration", "quick"], "quick"),
    ):
        answer = run(*words)
        assert answer.returncode != 0 and said in answer.stderr, (words, answer)


def test_a_port_that_is_taken(tmp_path: pathlib.Path) -> None:
    """OPS-01: it says which port and what to do, and starts nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = run("--data", tmp_path / "data", "--port", taken.getsockname()[1], "--no-demo", "--detach")
    assert answer.returncode == 1
    assert str(taken) and "--port" in answer.stderr
    assert not (tmp_path / "data" / "run.json").exists()


def test_run_json_is_for_its_owner(stack: Stack) -> None:
    """OPS-01: mode 0600; url, admin link, database, sockets and living processes are in it; all on this machine only."""
    path = stack.directory / "run.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    facts = stack.facts
    assert facts["url"] == f"http://127.0.0.1:{stack.port}" and "token=" in facts["adminLink"]
    for name in ("postgres", "nginx", "voting", "web", "outward", "supervisor"):
        os.kill(facts["pids"][name], 0)
    for name in ("voting", "web", "outward", "publish"):
        assert stat.S_ISSOCK(os.stat(facts["sockets"][name]).st_mode)
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout
    ours = {str(pid) for pid in facts["pids"].values()}
    for line in listening.splitlines():
        if any(f"pid={pid}," in line for pid in ours):
            assert line.split()[3].startswith("127.0.0.1:"), line


def test_a_second_copy_beside_the_first_keeps_its_data(stack: Stack) -> None:
    """OPS-01: another directory and port, an odd path; stopped and started again it has its data and a new link."""
    with tempfile.TemporaryDirectory(prefix="dailies's \"second\" $1 é ") as directory:
        pathlib.Path(directory).chmod(0o755)
        copy = Stack(pathlib.Path(directory), "--no-demo")
        try:
            copy.start()
            season = copy.command("season", "create", "--label", "Kept", "--slots", "3").stdout.split()[0]
            first = copy.facts["adminLink"]
            pids = copy.facts["pids"].values()
            copy.stop()
            for pid in pids:
                wait_until(lambda pid=pid: not pathlib.Path(f"/proc/{pid}").exists(), f"process {pid} is gone")
            assert not (copy.directory / "run.json").exists()
            copy.start()
            assert season in copy.command("season", "list").stdout
            assert copy.facts["adminLink"] != first
            second = run("--data", copy.directory, "--detach")
            assert second.returncode == 1 and "already running" in second.stderr
        finally:
            copy.stop()
        stopped = run("--data", directory, "--stop")
        assert "Nothing runs" in stopped.stdout and stopped.stderr == ""
