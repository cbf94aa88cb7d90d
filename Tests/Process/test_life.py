"""The life of a host: starting, stopping, being told, ending by a trap."""

import errno
import os
import pathlib
import resource
import select
import signal
import struct
import subprocess
import threading
import time

import pytest

import fastcgi
from fastcgi import Closed, Connection
from host import BINARIES, STOP_SECONDS
from limits import DEADLINE


class Held:
    """A request that stays in flight until the test lets it go."""

    def __init__(self, place, name, **values):
        self.pipe = place.directory / name
        os.mkfifo(self.pipe)
        self.connection = Connection(place.path)
        self.connection.send(fastcgi.begin() + fastcgi.params(
            fastcgi.environment("GET", "/internal/hold", HOLD_PIPE=str(self.pipe), **values)) + fastcgi.stdin(b""))
        self.end = self.opened()

    def opened(self):
        """The pipe's end for writing, which there is once the handler has opened the other one."""
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                end = os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK)
                os.set_blocking(end, True)
                return os.fdopen(end, "wb")
            except OSError as error:
                if error.errno != errno.ENXIO or time.monotonic() > deadline:
                    raise
            time.sleep(0.005)

    def release(self, words=b"held"):
        self.end.write(words)
        self.end.close()
        return self.connection.answer()


def stopping(line):
    return line["message"] == "stopping"


def test_sigterm_finishes_what_is_in_flight_and_exits_0(host, place):
    """OPS-05 The answer comes after the signal; idle connections and threads do not delay the end."""
    idle = Connection(place.path)
    assert idle.request("GET", "/livez").status == 200
    held = [Held(place, f"pipe{number}") for number in range(3)]
    host.signal(signal.SIGTERM)
    host.lines.wait(stopping)
    host.notified("STOPPING=1")
    # Requests that still come on a kept connection are answered, and once the host stops the connection is closed with that.
    with pytest.raises((Closed, ConnectionError)):
        for _ in range(1_000):
            assert idle.request("GET", "/livez").status == 200
    assert host.process.poll() is None
    assert [request.release().body for request in held] == [b"held"] * 3
    assert host.wait() == 0


def test_sigterm_ends_within_the_limit_even_if_a_handler_does_not(place):
    """A handler that never returns is cut off at HOST_STOP_SECONDS, and the status is still 0."""
    host = place.start("system", environment={"HOST_STOP_SECONDS": "1"})
    held = Held(place, "pipe")
    # Without the setting it would wait for STOP_SECONDS, and the handler never returns by itself.
    began = time.monotonic()
    assert host.stop() == 0
    assert time.monotonic() - began < STOP_SECONDS
    with pytest.raises(Closed):
        held.connection.answer()
    held.end.close()


def test_restarts_on_a_held_socket_lose_no_request(place):
    """OPS-05 Requests go on while the host is replaced four times: every one is answered."""
    stop = threading.Event()
    faults, answers = [], []

    def ask():
        while not stop.is_set():
            body = str(len(answers)).encode()
            try:
                answer = fastcgi.once(place.path, "POST", "/internal/echo", body)
                assert answer.status == 200 and answer.body == body
            except Exception as error:  # any at all is a lost request
                faults.append(repr(error))
            answers.append(body)

    host = place.start("system")
    clients = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
    for client in clients:
        client.start()
    for _ in range(4):
        previous, host = host, None
        assert previous.stop() == 0
        host = place.start("system")
        # Further answers before the next turn, so that each host has served.
        seen, deadline = len(answers), time.monotonic() + DEADLINE
        while len(answers) < seen + 50 and time.monotonic() < deadline:
            time.sleep(0.01)
    stop.set()
    for client in clients:
        client.join()
    assert not faults
    assert len(answers) >= 200


@pytest.mark.parametrize("path", ["/internal/trap", "/internal/trap-later"])
def test_a_trap_is_logged_with_its_request_and_the_next_process_serves(host, place, path):
    """OPS-05 Swift cannot catch a trap. The log names the request, also when another thread continues it, the status
    is the signal, and a request that was not read yet is answered by the next process on the held socket."""
    with Connection(place.path) as connection:
        connection.send(fastcgi.begin() + fastcgi.params(fastcgi.environment(
            "GET", path, REQUEST_ID="trapping00000000")) + fastcgi.stdin(b""))
        with pytest.raises(Closed):
            connection.answer()
    assert host.wait() in (-signal.SIGILL, -signal.SIGTRAP)
    line = host.lines.wait(lambda line: line["message"] == "the process ends by a signal")
    assert line["request"] == "trapping00000000" and line["route"] == f"GET {path}"
    assert line["signal"] == -host.process.returncode
    waiting = Connection(place.path)
    waiting.send(fastcgi.begin() + fastcgi.params(fastcgi.environment("GET", "/livez")) + fastcgi.stdin(b""))
    place.start("system")
    assert waiting.answer().status == 200


def test_the_socket_survives_a_crash_in_libfcgi(host, place):
    """Two lengths whose sum overflows abort the process inside libfcgi, in spite of Debian's patch. Only nginx may
    connect, and never sends them; a peer that does ends one process, and the next one serves."""
    with Connection(place.path) as connection:
        lengths = struct.pack("!II", 0xFFFFFFFE, 0xFFFFFFFE)
        connection.send(
            fastcgi.begin() + fastcgi.record(fastcgi.PARAMS, lengths + b"a") + fastcgi.record(fastcgi.PARAMS) + fastcgi.stdin(b"")
        )
        with pytest.raises(Closed):
            connection.answer()
    assert host.wait() == -signal.SIGABRT
    assert host.lines.wait(lambda line: line["message"] == "the process ends by a signal")["signal"] == signal.SIGABRT
    place.start("system")
    assert fastcgi.once(place.path, "GET", "/livez").status == 200


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_fatal_signal_is_logged_and_ends_the_process(host, number):
    host.signal(number)
    assert host.wait() == -number
    assert host.lines.wait(lambda line: line["message"] == "the process ends by a signal")["signal"] == number


def test_sighup_reads_the_configuration_again(place):
    """OPS-05 The log's level changes at once; a faulty file changes nothing."""
    config = place.directory / "dailies.conf"
    config.write_text("LOG_LEVEL=notice\n")
    host = place.start("system", config=config)
    assert fastcgi.once(place.path, "GET", "/livez", REQUEST_ID="before0000000000").status == 200
    config.write_text("LOG_LEVEL=info\n")
    host.signal(signal.SIGHUP)
    host.lines.wait(lambda line: line["message"] == "configuration read again")
    assert fastcgi.once(place.path, "GET", "/livez", REQUEST_ID="after00000000000").status == 200
    host.lines.wait(lambda line: line.get("request") == "after00000000000")
    assert not any(line.get("request") == "before0000000000" for line in host.lines.objects())
    config.write_text("LOG_LEVEL=loud\nDAILY_VOTES=many\n")
    host.signal(signal.SIGHUP)
    faults = host.lines.wait(lambda line: line["level"] == "error")["faults"]
    assert "LOG_LEVEL" in faults and "DAILY_VOTES" in faults
    assert fastcgi.once(place.path, "GET", "/livez").status == 200


def test_systemd_is_notified_of_readiness_and_progress(place):
    """OPS-05 READY once it serves, WATCHDOG while it makes progress."""
    host = place.launch("system", environment={"WATCHDOG_USEC": "200000"})
    host.notified("READY=1")
    host.notified("WATCHDOG=1")
    host.notified("WATCHDOG=1")


def program(place, *arguments, **environment):
    return subprocess.run(
        [BINARIES / "dailies-host", *arguments], env={**place.environment, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=DEADLINE)


def test_an_unknown_group_is_named(place):
    """The operator learns which word is wrong, and which are right."""
    ended = program(place, "system", "votting")
    assert ended.returncode == 64
    assert '"votting"' in ended.stderr and "system" in ended.stderr


def test_every_fault_of_the_configuration_is_listed(place):
    """OPS-05"""
    ended = program(place, HOST_THREADS="none", LOG_LEVEL="loud", SECRET_KEY="short")
    assert ended.returncode == 78
    assert all(name in ended.stderr for name in ("HOST_THREADS", "LOG_LEVEL", "SECRET_KEY"))


def test_a_missing_socket_is_reported(place):
    ended = program(place, "system")
    assert ended.returncode == 64 and "--socket" in ended.stderr


def test_a_socket_of_its_own_is_for_its_group_alone(place):
    """The socket is a trust boundary: owner and group only."""
    path = place.directory / "own.sock"
    host = place.launch("--socket", str(path), "system").ready()
    assert path.stat().st_mode & 0o777 == 0o660
    assert fastcgi.once(path, "GET", "/livez").status == 200
    assert host.stop() == 0


def test_a_host_whose_threads_all_wait_still_answers_livez(host, place):
    """OPS-04 /livez waits for nothing, so it needs none of the threads that may; what does waits for one of them."""
    held = [Held(place, f"pipe{number}") for number in range(24)]
    waiting = Connection(place.path)
    waiting.send(fastcgi.begin() + fastcgi.params(fastcgi.environment("POST", "/internal/echo", b"one"))
                 + fastcgi.stdin(b"one"))
    assert fastcgi.once(place.path, "GET", "/livez").status == 200
    assert held[0].release().status == 200
    assert waiting.answer().body == b"one"
    for request in held[1:]:
        assert request.release().status == 200


def test_more_connect_than_the_kernel_would_queue(host, place):
    """While every thread is busy, more connect than the socket's own queue holds (4,096). None is turned away,
    and all are answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 6_000:
        pytest.skip("too few descriptors are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = []
    waiting = []
    try:
        held = [Held(place, f"pipe{number}") for number in range(24)]
        for number in range(4_500):
            connection = Connection(place.path)
            waiting.append(connection)
            connection.send(
                fastcgi.begin(keep=False) + fastcgi.params(fastcgi.environment("POST", "/internal/echo", b"%04d" % number))
                + fastcgi.stdin(b"%04d" % number)
            )
        for request in held:
            assert request.release().status == 200
        # As nginx does, each is closed as soon as it is answered: libfcgi keeps its thread until then, or for two seconds.
        unanswered = {connection.socket.fileno(): (number, connection) for number, connection in enumerate(waiting)}
        answers = select.poll()
        for descriptor in unanswered:
            answers.register(descriptor, select.POLLIN)
        while unanswered:
            ready = answers.poll(DEADLINE * 1_000)
            assert ready, f"{len(unanswered)} are not answered"
            for descriptor, _ in ready:
                number, connection = unanswered.pop(descriptor)
                answers.unregister(descriptor)
                assert connection.answer().body == b"%04d" % number
                connection.close()
    finally:
        for connection in waiting:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_hosts_allocate_by_jemalloc(host):
    """A linker that leaves out what seems not to be needed would give glibc's allocator back, without a word."""
    assert "/libjemalloc.so" in pathlib.Path(f"/proc/{host.process.pid}/maps").read_text()
