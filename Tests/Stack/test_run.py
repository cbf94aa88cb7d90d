"""./run itself: what it says, what it refuses, what it leaves."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
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
        (["--data", "--no-build"], "--data needs a value, and '--no-build' is an option"),
        (["--data", ""], "--data needs a value"),
    ):
        answer = run(*words)
        assert answer.returncode != 0 and said in answer.stderr, (words, answer)
    assert not pathlib.Path("--no-build").exists()


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


def test_the_command_that_works_here(stack: Stack) -> None:
    """OPS-01: the page for operators names the tool of this copy, and it signs somebody in."""
    page = stack.client().get("/sign-in").body.decode()
    tool = str(stack.directory / "dailies")
    assert f"<code>{tool} sign-in-link --user your_name</code>" in page
    made = subprocess.run([tool, "sign-in-link", "--user", "your_name"], env={}, capture_output=True, text=True, check=True)
    stack.client().sign_in(made.stdout.strip())
    # It has the right of the tables' owner where a command needs it.
    assert subprocess.run([tool, "migrate"], env={}, capture_output=True, text=True, check=True).stdout


def publishes(copy: Stack) -> bool:
    """Whether nginx accepts events, and passes requests on to a host and its database."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(copy.facts["sockets"]["publish"])
        return copy.client().get("/readyz").status == 200
    except OSError:
        # Also from a master that listens and cannot start.
        return False


def killed_masters_workers_are_replaced(copy: Stack) -> None:
    """OPS-01: workers without a master hold the port, and the socket lies in the way of the next master."""
    old = copy.kill("nginx")
    copy.await_replacement("nginx", old)
    wait_until(lambda: publishes(copy), "nginx serves again")


def everything_is_killed_at_once(copy: Stack) -> None:
    """OPS-01: as a power loss ends it; the site starts again, and is up only when it answers."""
    os.kill(copy.pid("supervisor"), signal.SIGSTOP)
    # Only now, since some programs end by themselves and are started again.
    pids = copy.facts["pids"]
    for name, pid in pids.items():
        if name != "supervisor":
            with contextlib.suppress(ProcessLookupError):
                # The group: nginx's workers too.
                os.killpg(pid, signal.SIGKILL)
    os.kill(pids["supervisor"], signal.SIGKILL)
    assert pathlib.Path(copy.facts["sockets"]["publish"]).exists(), "the socket is left behind"
    copy.start()
    assert publishes(copy)


def the_supervisor_alone_is_killed(copy: Stack) -> None:
    """OPS-01: its orphans have the port and the database; the next start ends them by their ids."""
    pids = copy.facts["pids"]
    begun = {pid: begin(pid) for pid in pids.values()}
    os.kill(pids["supervisor"], signal.SIGKILL)
    copy.start()
    assert publishes(copy)
    for name, pid in pids.items():
        assert has_ended(pid, begun[pid]), name


def begin(pid: int) -> str | None:
    """When a process began, in ticks; None for one that has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]


def has_ended(pid: int, begun: str | None) -> bool:
    """Whether this process has ended; another one may have its id by now."""
    return begun is None or begin(pid) != begun


def test_a_second_copy_beside_the_first_keeps_its_data(stack: Stack) -> None:
    """OPS-01: another directory and port, an odd path; stopped and started again it has its data and a new link."""
    with tempfile.TemporaryDirectory(prefix="dailies's \"second\" $1 é ") as directory:
        pathlib.Path(directory).chmod(0o755)
        copy = Stack(pathlib.Path(directory), "--no-demo")
        try:
            copy.start()
            season = copy.command("season", "create", "--label", "Kept", "--slots", "3").stdout.split()[0]
            first = copy.facts["adminLink"]
            pids = {pid: begin(pid) for pid in copy.facts["pids"].values()}
            copy.stop()
            for pid, begun in pids.items():
                wait_until(lambda pid=pid, begun=begun: has_ended(pid, begun), f"process {pid} is gone")
            assert not (copy.directory / "run.json").exists()
            copy.start()
            assert season in copy.command("season", "list").stdout
            assert copy.facts["adminLink"] != first
            second = run("--data", copy.directory, "--detach")
            assert second.returncode == 1 and "already running" in second.stderr
            killed_masters_workers_are_replaced(copy)
            everything_is_killed_at_once(copy)
            the_supervisor_alone_is_killed(copy)
        finally:
            copy.stop()
        stopped = run("--data", directory, "--stop")
        assert "Nothing runs" in stopped.stdout and stopped.stderr == ""


def owned_paths(stack: Stack) -> list[str]:
    """Every file, directory and socket of a copy, wherever its sockets are."""
    tops = {stack.directory, pathlib.Path(stack.facts["sockets"]["voting"]).parent}
    found = {str(top) for top in tops}
    for top in tops:
        # Directories may go while they are walked through, which this passes over.
        for directory, directories, files in os.walk(top):
            found.update(os.path.join(directory, name) for name in directories + files)
    return [path for path in found if not os.path.islink(path)]


# Run by another account: connects to sockets, and reports what it may read or write.
STRANGER = """
import json, os, socket, stat, sys
found = {"connected": [], "read": [], "written": []}
for path in json.load(sys.stdin):
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        mode = 0
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM if path.endswith(".ready") else socket.SOCK_STREAM) as client:
            client.connect(path)
        found["connected"].append(path)
    except OSError:
        pass
    if os.access(path, os.W_OK):
        found["written"].append(path)
    if not stat.S_ISSOCK(mode) and os.access(path, os.R_OK):
        found["read"].append(path)
print(json.dumps(found))
"""


def test_other_accounts_reach_nothing(stack: Stack) -> None:
    """OPS-01 SEC-05: no other account connects to a socket, writes a file or reads data, logs or secrets."""
    stack.command("season", "list")
    paths = owned_paths(stack)
    sockets = [path for path in paths if pathlib.Path(path).is_socket()]
    assert {pathlib.Path(path).name for path in sockets} >= {"publish.sock", "voting.sock", "voting.sock.ready", ".s.PGSQL.5432"}
    become = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else [
        "sudo", "-n", "-u", "nobody"]
    stranger = subprocess.run(
        [*become, "/usr/bin/python3", "-c", STRANGER], input=json.dumps(paths), cwd="/", check=True, capture_output=True,
        text=True, timeout=DEADLINE,
    )  # fmt: skip
    found = json.loads(stranger.stdout)
    assert found["connected"] == [] and found["written"] == []
    # The directory itself is the test's own, and Postgres' settings hold nothing of the site.
    allowed = {str(stack.directory), str(stack.directory / "postgresql.conf")}
    public = {"bin", "web", "nginx.d"}
    secret = [
        path for path in found["read"]
        if path not in allowed and pathlib.Path(path).relative_to(stack.directory).parts[:1] not in {(name,) for name in public}
    ]
    assert secret == []
