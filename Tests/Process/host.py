"""Runs the real `dailies-host` on a listening socket that the test holds, as systemd would."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE  # noqa: E402

# How long a host waits for requests in progress when it is stopped, unless a test says otherwise.
STOP_SECONDS = 120

BINARIES = pathlib.Path(os.environ.get("DAILIES_BIN_DIR", ROOT / ".build/debug"))


class Lines:
    """Lines of a pipe, to be waited for."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.pipe:
            with self.changed:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def objects(self):
        with self.changed:
            lines = list(self.lines)
        return [json.loads(line) for line in lines if line.startswith("{")]

    def wait(self, matches, start=0):
        """The first line, as an object, that matches."""
        deadline = time.monotonic() + DEADLINE
        seen = start
        with self.changed:
            while True:
                while seen < len(self.lines):
                    line = self.lines[seen]
                    seen += 1
                    if line.startswith("{") and matches(found := json.loads(line)):
                        return found
                if self.ended or not self.changed.wait(timeout=max(0, deadline - time.monotonic())):
                    raise AssertionError("the line never came; there were:\n" + "\n".join(self.lines[-20:]))


class Process:
    """One run of the program."""

    def __init__(self, place, groups=(), environment=None, config=None):
        self.place = place
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = pathlib.Path(tempfile.mktemp(prefix="notify-", dir=place.directory))
        self.notify.bind(str(path))
        arguments = [str(BINARIES / "dailies-host")] + (["--config", str(config)] if config else []) + list(groups)
        self.process = subprocess.Popen(
            arguments, stdin=place.listener, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env={**place.environment, **(environment or {}), "NOTIFY_SOCKET": str(path)})
        self.lines = Lines(self.process.stderr)

    def notified(self, word):
        """Waits until systemd would have been told a word."""
        self.notify.settimeout(DEADLINE)
        while True:
            message = self.notify.recv(4096).decode()
            if word in message.split("\n"):
                return self

    def ready(self):
        return self.notified("READY=1")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(timeout=DEADLINE)

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=DEADLINE)
        self.notify.close()


class Place:
    """A directory with a held socket, and the settings of the hosts that serve it."""

    def __init__(self, directory, **settings):
        self.directory = pathlib.Path(directory)
        self.path = self.directory / "host.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(4096)
        self.media = self.directory / "media"
        self.version = self.directory / "version"
        for made in (self.media, self.version):
            made.mkdir()
        self.processes = []
        self.environment = {
            "PATH": os.environ["PATH"],
            # No server listens there: the routes of the system group need no database.
            "DATABASE_URL": f"host={self.directory}/nowhere dbname=dailies",
            "SITE_URL": "http://127.0.0.1:8080", "SECRET_KEY": "0123456789abcdef" * 4,
            "MEDIA_DIR": str(self.media), "VERSION_DIR": str(self.version), "WEB_DIR": str(ROOT / "web"),
            "MIGRATIONS_DIR": str(ROOT / "migrations"), "HOST_THREADS": "24",
            "HOST_STOP_SECONDS": str(STOP_SECONDS), **settings,
        }

    def start(self, *groups, **options):
        """Starts a host and waits until it serves."""
        return self.launch(*groups, **options).ready()

    def launch(self, *groups, **options):
        process = Process(self, groups, **options)
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            process.kill()
        self.listener.close()
