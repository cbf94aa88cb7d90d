"""The stack that is measured: ./run in a directory of its own, filled by SQL, with the references beside it."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PARTS = ROOT / "benchmarks"
# With it hosts check the webhooks of the row `webhook`.
REPLICATE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PROGRAMS = ("bench-voters", "bench-echo", "bench-queue", "bench-lone", "bench-film", "bench-ratings")


class Wrong(Exception):
    """An answer or a counter was wrong, so the measurement is worth nothing."""


@dataclass(frozen=True)
class Scale:
    """How large the fill is, and how long each load runs, in seconds."""

    members: int
    clips: int
    old_votes: tuple[int, ...]
    load: int
    crowd: int
    listeners: int
    jobs: int
    turns: int
    lone: int
    listed: int
    compared: int

    @property
    def voters(self) -> int:
        """The last members own the clips and do not vote."""
        return self.members - self.clips


FULL = Scale(100_000, 1_000, (100_000, 1_000_000, 10_000_000), 8, 10_000, 5_000, 20_000, 2, 4_000, 1_000_000, 100_000)
QUICK = Scale(40_000, 1_000, (10_000, 100_000), 2, 10_000, 5_000, 20_000, 1, 1_500, 100_000, 10_000)


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


class Stack:
    """A running copy. What it is filled with stays in its directory, so that it can be measured again."""

    def __init__(self, directory: pathlib.Path, scale: Scale, build: bool) -> None:
        self.directory, self.scale = directory, scale
        self.port, self.echo_port = free_port(), free_port()
        self.options = [] if build else ["--no-build"]
        self.build = build
        self.echo: subprocess.Popen | None = None
        self.old_votes = 0
        self.idle_memory = 0.0
        # What rows leave for those after them.
        self.many_votes = 0.0
        self.costs: dict[int, dict[str, float]] = {}

    # -- Life

    def start(self) -> Stack:
        (self.directory / "bench").mkdir(parents=True, exist_ok=True)
        if self.build:
            self._build()
        say("starting the stack")
        subprocess.run(
            [
                ROOT / "run", "--data", self.directory, "--port", str(self.port), "--detach", "--no-demo",
                "--trust-proxy", "127.0.0.1", "--set", f"REPLICATE_WEBHOOK_SECRET={REPLICATE_SECRET}", *self.options,
            ],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=1800,
        )  # fmt: skip
        for setting in ("fsync", "synchronous_commit"):
            if self.value(f"show {setting}") != "on":
                raise Wrong(f"{setting} is off")
        self._fill()
        return self

    def stop(self) -> None:
        if self.echo:
            self.echo.terminate()
            self.echo.wait()
        subprocess.run(
            [ROOT / "run", "--data", self.directory, "--stop"], check=False, timeout=120, stdout=subprocess.DEVNULL
        )

    def _build(self) -> None:
        say("building (release)")
        # As ./run builds: other options would make everything anew.
        options = [
            "-c", "release", "--static-swift-stdlib", "-Xswiftc", "-cross-module-optimization", "--package-path", str(ROOT),
        ]  # fmt: skip
        for program in PROGRAMS:
            subprocess.run(
                ["swift", "build", *options, "--product", program], check=True, stdout=subprocess.DEVNULL
            )
        built = subprocess.run(
            ["swift", "build", *options, "--show-bin-path"], check=True, capture_output=True, text=True
        ).stdout.strip()
        for program in PROGRAMS:
            shutil.copy(pathlib.Path(built) / program, self.directory / "bench" / program)
        for program in ("crowd", "calibrate"):
            subprocess.run(
                ["gcc", "-O2", "-Wall", "-std=gnu17", "-pthread", "-o", self.file(program), PARTS / f"{program}.c"], check=True
            )

    # -- What is known of it

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads((self.directory / "run.json").read_text())

    @property
    def pids(self) -> dict[str, int]:
        return self.facts["pids"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def program(self, name: str) -> str:
        return str(self.directory / "bench" / name)

    def file(self, name: str) -> pathlib.Path:
        return self.directory / "bench" / name

    # -- SQL

    def psql(self, *words: str, database: str = "dailies", given: bytes | None = None) -> str:
        socket_directory = self.facts["sockets"]["postgres"]
        return subprocess.run(
            [
                "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", socket_directory, "-U", "postgres", "-d", database,
                *words,
            ],
            check=True, stdout=subprocess.PIPE, input=given,
        ).stdout.decode().strip()  # fmt: skip

    def value(self, sql: str) -> str:
        return self.psql("-c", sql)

    def script(self, name: str, given: bytes | None = None, **variables: int | str) -> str:
        words = [word for key, value in variables.items() for word in ("-v", f"{key}={value}")]
        return self.psql(*words, "-f", str(PARTS / "sql" / name), given=given)

    def reset(self) -> None:
        """The open round, the day and the limits as they were before the first vote."""
        self.script("reset.sql")
        # The hosts drop what they hold at the announcement, and write views once a second.
        time.sleep(1.2)

    def tallies(self) -> dict[str, Any]:
        return json.loads(self.script("verify.sql"))

    # -- Filling

    def _fill(self) -> None:
        marker = self.file("filled")
        if marker.exists():
            self.old_votes = int(marker.read_text())
            self.reset()
            return
        say(f"filling: {self.scale.members} members, {self.scale.clips} clips")
        config = self.directory / "dailies.conf"
        subprocess.run(
            [self.program("bench-voters"), str(self.scale.members), str(self.file(""))],
            env=os.environ | {"DAILIES_CONFIG": str(config), "DATABASE_URL": "postgresql:///none"}, check=True,
        )  # fmt: skip
        self.script("fill.sql", given=self.file("members.tsv").read_bytes(), clips=self.scale.clips)
        self.script("reference.sql")
        clips = self.value("select id from tournament_clips where status = 'active' order by id")
        self.file("clips").write_text(clips + "\n")
        self.file("one-clip").write_text(clips.splitlines()[0] + "\n")
        self.file("fifty-clips").write_text("\n".join(clips.splitlines()[:50]) + "\n")
        self.grow(self.scale.old_votes[0])

    def grow(self, old_votes: int) -> None:
        """Adds old votes until there are so many."""
        if old_votes <= self.old_votes:
            return
        say(f"adding old votes up to {old_votes}")
        self.psql(
            "-v", f"from={self.old_votes}", "-v", f"until={old_votes}", "-f", str(PARTS / "sql" / "old-votes.sql")
        )
        self.old_votes = old_votes
        self.file("filled").write_text(str(old_votes))

    # -- References beside it

    def serve_echo(self, size: int) -> str:
        """Puts an echo of so many bytes behind this nginx, as hosts are. Returns its URL."""
        run = pathlib.Path(self.facts["sockets"]["voting"]).parent
        if self.echo:
            self.echo.terminate()
            self.echo.wait()
        self.echo = subprocess.Popen([self.program("bench-echo"), str(run / "echo.sock"), str(size)])
        conf = self.directory / "nginx.d"
        (conf / "bench.conf").write_text(
            f"upstream bench_echo {{ server unix:{run}/echo.sock max_fails=0; keepalive 32; keepalive_requests 1000000; }}\n"
            f"server {{ listen 127.0.0.1:{self.echo_port}; include {conf}/snippets/headers.conf;\n"
            f"location / {{ include {conf}/snippets/fastcgi.conf; fastcgi_pass bench_echo; }} }}\n"
        )
        main = conf / "nginx.conf"
        include = f"    include {conf}/bench.conf;\n"
        if include not in main.read_text():
            main.write_text(main.read_text().rstrip().removesuffix("}") + include + "}\n")
        os.kill(self.pids["nginx"], 1)
        url = f"http://127.0.0.1:{self.echo_port}/echo"
        deadline = time.monotonic() + 20
        while True:
            try:
                if len(self.get("/echo", port=self.echo_port)) == size:
                    return url
            except (OSError, Wrong):
                pass
            if time.monotonic() > deadline:
                raise Wrong("the echo does not answer")
            time.sleep(0.1)

    def static_copy(self, name: str, content: bytes) -> str:
        """Puts the same bytes where nginx serves static files. Returns the path."""
        target = self.directory / "web" / "bench"
        target.mkdir(exist_ok=True)
        (target / name).write_bytes(content)
        return f"/assets/0/bench/{name}"

    def get(self, path: str, port: int | None = None, **headers: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": "bench", **headers})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise Wrong(f"{path}: {response.status} {body[:200]!r}")
            return body
        finally:
            connection.close()
