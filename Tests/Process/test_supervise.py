"""`dailies supervise` with small programs: what is left behind by a kill, what is started again and when."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pytest

from host import BINARIES
from limits import DEADLINE

# Listens without removing what is in its way, as nginx does; with a worker that keeps the socket when the first process
# is killed. `ready` reports to the supervisor, `fail` ends at once while that file exists.
SERVER = """
import os, pathlib, socket, sys, time, signal
socket_path, mode, log, failing = sys.argv[1:]
with open(log, "a") as file:
    print(time.monotonic(), file=file)
if pathlib.Path(failing).exists():
    sys.exit(3)
if mode == "binds":
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(socket_path)
    listener.listen()
    os.chmod(socket_path, 0o600)
    os.set_inheritable(listener.fileno(), True)
if os.fork() == 0:
    signal.pause()
if "NOTIFY_SOCKET" in os.environ:
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
signal.pause()
"""


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.005)
    return answer


def is_running(pid):
    try:
        # A process that ended and was not waited for runs no more.
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Supervision:
    """A plan of one program, and the supervisors that run it."""

    def __init__(self, directory, mode):
        self.directory = pathlib.Path(directory)
        self.socket = self.directory / "program.sock"
        self.starts = self.directory / "starts"
        self.failing = self.directory / "failing"
        self.leftover = self.directory / "leftover"
        (self.directory / "log").mkdir()
        step = {
            "name": "program",
            "run": [sys.executable, "-c", SERVER, str(self.socket), mode, str(self.starts), str(self.failing)],
            "leftovers": [str(self.leftover)],
        }
        if mode == "binds":
            step |= {"binds": [str(self.socket)], "ready": ["test", "-S", str(self.socket)]}
        else:
            step["socket"] = str(self.socket)
        self.plan = self.directory / "plan.json"
        self.plan.write_text(json.dumps({
            "runFile": str(self.directory / "run.json"), "logDirectory": str(self.directory / "log"),
            "processFile": str(self.directory / "processes.json"), "info": {}, "steps": [step],
        }))
        self.supervisors = []

    def start(self):
        (self.directory / "run.json").unlink(missing_ok=True)
        supervisor = subprocess.Popen(
            [BINARIES / "dailies", "supervise", self.plan], start_new_session=True, stderr=subprocess.PIPE, text=True
        )
        self.supervisors.append(supervisor)
        return supervisor

    def pid(self):
        try:
            return json.loads((self.directory / "run.json").read_text())["pids"].get("program")
        except FileNotFoundError:
            return None

    def up(self):
        supervisor = self.start()
        wait_until(lambda: self.pid() or supervisor.poll() is not None, "it is up")
        assert supervisor.poll() is None, supervisor.stderr.read()
        return supervisor

    def group(self):
        """Every process of the program."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if words[0] == sys.executable and str(self.socket) in words:
                found.append(int(entry.name))
        return [pid for pid in found if is_running(pid)]

    def kill(self):
        """Kills the program alone, waits for its replacement and returns the replacement's id."""
        old = self.pid()
        os.kill(old, signal.SIGKILL)
        return wait_until(lambda: (pid := self.pid()) and pid != old and pid, "it is started again")

    def end_orphans(self):
        return subprocess.run(
            [BINARIES / "dailies", "supervise", "--end-orphans", self.plan], capture_output=True, text=True, timeout=DEADLINE
        )

    def close(self):
        for supervisor in self.supervisors:
            if supervisor.poll() is None:
                supervisor.terminate()
            supervisor.wait(timeout=DEADLINE)
            supervisor.stderr.close()
        for pid in self.group():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def supervision(request):
    with tempfile.TemporaryDirectory(prefix="supervise-") as directory:
        made = Supervision(directory, request.param)
        yield made
        made.close()


binds = pytest.mark.parametrize("supervision", ["binds"], indirect=True, ids=["binds a socket"])
held = pytest.mark.parametrize("supervision", ["socket"], indirect=True, ids=["gets a socket"])


@binds
def test_a_stale_socket_keeps_nothing_from_starting(supervision):
    """OPS-01 After a power loss and after each SIGKILL the socket is still there."""
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(supervision.socket))
    supervision.up()
    for _ in range(3):
        supervision.kill()
        wait_until(lambda: accepts(supervision.socket), "the replacement listens")


def accepts(path):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


@binds
def test_what_a_killed_program_leaves_running_is_ended(supervision):
    """OPS-01 Its workers keep the socket otherwise, and nothing supervises them."""
    supervision.up()
    before = wait_until(lambda: len(group := supervision.group()) == 2 and group, "both processes run")
    supervision.kill()
    wait_until(lambda: not any(map(is_running, before)), "the worker is gone too")


# Writes a letter for each connection.
HOLDER = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
while True:
    listener.accept()
    with open(sys.argv[2], "a") as asked:
        asked.write("x")
"""


@pytest.mark.parametrize("supervision", ["binds", "socket"], indirect=True, ids=["binds a socket", "gets a socket"])
def test_what_is_still_dying_is_waited_for(supervision):
    """OPS-01 A process that was killed a moment ago may still hold the socket."""
    asked = supervision.directory / "asked"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(supervision.socket), str(asked)]) as holder:
        try:
            wait_until(lambda: accepts(supervision.socket), "the holder listens")
            supervisor = supervision.start()
            known = wait_until(lambda: asked.exists() and len(asked.read_text()), "it has been asked")
            wait_until(lambda: len(asked.read_text()) > known + 2 or supervisor.poll() is not None, "it is asked again")
            assert supervisor.poll() is None, supervisor.stderr.read()
        finally:
            holder.kill()
    wait_until(lambda: supervision.pid() or supervisor.poll() is not None, "it is up")
    assert supervisor.poll() is None, supervisor.stderr.read()


@binds
def test_what_a_killed_supervisor_leaves_running_is_ended(supervision):
    """OPS-01 The next start finds it by process id, even when only a worker is left; --end-orphans only ends it."""
    for first_is_killed in (False, True):
        supervisor = supervision.up()
        before = wait_until(lambda: len(group := supervision.group()) == 2 and group, "both processes run")
        supervisor.kill()
        supervisor.wait(timeout=DEADLINE)
        if first_is_killed:
            os.kill(supervision.pid(), signal.SIGKILL)
            wait_until(lambda before=before: sum(map(is_running, before)) == 1, "the worker is alone")
        supervision.up()
        assert not any(map(is_running, before))
        assert len(wait_until(lambda: len(group := supervision.group()) == 2 and group, "one copy runs")) == 2
        supervision.supervisors[-1].terminate()
        supervision.supervisors[-1].wait(timeout=DEADLINE)
        assert not (supervision.directory / "processes.json").exists()
    supervisor = supervision.up()
    supervisor.kill()
    supervisor.wait(timeout=DEADLINE)
    ended = supervision.end_orphans()
    assert ended.returncode == 0 and "left running: program" in ended.stderr, ended
    assert supervision.group() == []
    again = supervision.end_orphans()
    assert again.returncode == 0 and again.stderr == ""


@binds
def test_other_processes_are_left_alone(supervision):
    """OPS-01 An id that belongs to another process now, or is of another run of the machine, is not ended; what the other
    run left in files is removed."""
    stranger = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    try:
        fields = pathlib.Path(f"/proc/{stranger.pid}/stat").read_text().rpartition(")")[2].split()
        entry = {"name": "program", "pid": stranger.pid, "session": stranger.pid, "startTicks": int(fields[19])}
        supervisor = supervision.up()
        record = supervision.directory / "processes.json"
        machine = json.loads(record.read_text())["machine"]
        supervisor.terminate()
        supervisor.wait(timeout=DEADLINE)
        for changed, written in ((machine, entry | {"startTicks": entry["startTicks"] - 1}), ("another", entry)):
            supervision.leftover.write_text("1")
            record.write_text(json.dumps({"machine": changed, "processes": [written]}))
            assert supervision.end_orphans().returncode == 0
            assert is_running(stranger.pid)
            assert supervision.leftover.exists() == (changed == machine)
        record.write_text(json.dumps({"machine": machine, "processes": [entry]}))
        supervision.end_orphans()
        # It is this test's child, so its end is noticed here.
        assert stranger.wait(timeout=DEADLINE) == -signal.SIGTERM
    finally:
        stranger.kill()
        stranger.wait(timeout=DEADLINE)


@held
def test_a_program_that_served_is_started_again_at_once(supervision):
    """OPS-01 Twelve kills in a row: the last replacement is as quick as the first. One that cannot start waits longer."""
    supervision.up()
    waits = []
    for _ in range(12):
        began = time.monotonic()
        pid = supervision.kill()
        wait_until(lambda pid=pid: len(supervision.group()) == 2, "it serves")
        waits.append(time.monotonic() - began)
    # With a longer wait after each kill every one of the last would be six seconds at least; a busy machine delays some.
    assert min(waits[-5:]) < 6
    count = len(supervision.starts.read_text().splitlines())
    supervision.failing.touch()
    os.kill(supervision.pid(), signal.SIGKILL)
    wait_until(lambda: len(supervision.starts.read_text().splitlines()) >= count + 4, "it fails a few times")
    times = [float(line) for line in supervision.starts.read_text().splitlines()[count:]]
    assert times[2] - times[1] >= 0.4 and times[3] - times[2] >= 0.9, times
    assert supervision.supervisors[-1].poll() is None


@held
def test_it_is_up_once_the_program_has_reported_it(supervision):
    """OPS-01 A program that ends before it serves is named, and the run file never appears."""
    supervision.failing.touch()
    supervisor = supervision.start()
    assert supervisor.wait(timeout=DEADLINE) == 1
    assert "program ended with exit status 3" in supervisor.stderr.read()
    assert supervision.pid() is None


@held
def test_steps_are_reported_while_they_run(supervision):
    """OPS-01 The lines of a step that reports its progress come as they are written, each with the time since the start."""
    go = supervision.directory / "go"
    plan = json.loads(supervision.plan.read_text())
    work = 'echo half >&2; until [ -e "$0" ]; do sleep 0.01; done; printf "whole\\nrest" >&2'
    plan["steps"].append({"name": "work", "once": ["sh", "-c", work, str(go)], "reportsProgress": True, "note": "it is done"})
    supervision.plan.write_text(json.dumps(plan | {"elapsed": 61}))
    supervisor = supervision.start()
    # The step has not ended yet.
    assert re.fullmatch(r" +6\d s  work: half\n", supervisor.stderr.readline())
    go.touch()
    wait_until(lambda: supervision.pid() or supervisor.poll() is not None, "it is up")
    supervisor.terminate()
    told = supervisor.stderr.read().splitlines()
    assert [line.partition("s  ")[2] for line in told] == ["work: whole", "it is done"]
