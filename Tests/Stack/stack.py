"""A whole copy of the product, as ./run starts it, and what a test needs to ask of it."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

# Tests ask more in a minute than a person would.
LIMITS = "RATE_LIMITS=" + ",".join(f"{name}=100000" for name in ["read", "api", "auth", "upload", "admin_sensitive"])
# A statement that waits while a host is started again may take as long as nginx waits for an answer.
PATIENCE = "STATEMENT_TIMEOUT_MS=60000"

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Peers"))

from limits import DEADLINE  # noqa: E402
from ports import free_port  # noqa: E402


def wait_until(condition: Callable[[], Any], what: str, seconds: float = DEADLINE) -> Any:
    """Asks again and again until the answer is true; the deadline is for failure only."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.02)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One visitor's browser without the window: cookies, CSRF token, an address of its own."""

    host: str
    port: int
    address: str | None = None
    agent: str = "Mozilla/5.0 (X11; Linux x86_64) Dailies-Test"
    cookies: dict[str, str] = field(default_factory=dict)
    token: str | None = None

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE)

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None,
        over: http.client.HTTPConnection | None = None,
    ) -> Answer:  # fmt: skip
        """Sends a request over a connection of its own, or over one that the caller keeps."""
        connection = over or self.connect()
        try:
            given = {
                "User-Agent": self.agent,
                "Accept-Language": "en",
                "Accept-Encoding": "identity",
                "Sec-Fetch-Site": "same-origin",
            }
            if self.address:
                given["X-Forwarded-For"] = self.address
            if self.cookies:
                given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if self.token and method not in ("GET", "HEAD"):
                given["X-CSRF-Token"] = self.token
            data = body
            if body is not None and not isinstance(body, (bytes, str)):
                data = json.dumps(body)
                given["Content-Type"] = "application/json"
            given.update(headers or {})
            connection.request(method, path, data, given)
            response = connection.getresponse()
            content = response.read()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _, rest = value.partition(";")
                    key, _, text = cookie.partition("=")
                    if "max-age=0" in rest.lower():
                        self.cookies.pop(key, None)
                    else:
                        self.cookies[key] = text
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, content)
        finally:
            if over is None:
                connection.close()

    def get(self, path: str, **more: Any) -> Answer:
        return self.send("GET", path, **more)

    def ready(self) -> Client:
        """Fetches the CSRF token, and with it the voter cookie."""
        answer = self.get("/api/csrf")
        assert answer.status == 200, answer.body
        body = answer.json()
        self.token = body["token"]
        return self

    def sign_in(self, link: str) -> Client:
        token = link.partition("token=")[2]
        self.ready()
        answer = self.send("POST", "/api/auth/link", {"token": token})
        assert answer.status == 200, answer.body
        return self.ready()


class Stack:
    """A running copy in a directory of its own. The first one builds; those after it take its programs and pages' files."""

    built: tempfile.TemporaryDirectory[str] | None = None

    def __init__(self, directory: pathlib.Path, *options: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.options = options

    def start(self) -> Stack:
        words = list(self.options)
        # Three builds that find nothing to do take seconds of the processor.
        if Stack.built and not (self.directory / "bin").exists():
            shutil.copytree(Stack.built.name, self.directory, copy_function=os.link, dirs_exist_ok=True)
            words.append("--no-build")
        subprocess.run(
            [
                ROOT / "run", "--data", self.directory, "--port", str(self.port), "--configuration",
                os.environ.get("DAILIES_CONFIGURATION", "debug"), "--detach", "--set", LIMITS, "--set", PATIENCE, "--set",
                "DEMO_CLIP_SECONDS=1", *words,
            ],
            check=True, stdin=subprocess.DEVNULL, timeout=12 * DEADLINE,
        )  # fmt: skip
        if not Stack.built:
            Stack.built = tempfile.TemporaryDirectory(prefix="dailies-built-")
            for name in ["bin", "web"]:
                shutil.copytree(self.directory / name, pathlib.Path(Stack.built.name, name), copy_function=os.link)
            pathlib.Path(Stack.built.name).chmod(0o755)
        return self

    def stop(self) -> None:
        # ./run waits a minute for the end, and each program may take a quarter of one.
        command = [ROOT / "run", "--data", self.directory, "--stop"]
        wait_until(lambda: subprocess.run(command, check=False, timeout=DEADLINE).returncode == 0, "the copy is stopped")

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads((self.directory / "run.json").read_text())

    def pid(self, name: str) -> int:
        return self.facts["pids"][name]

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Signals one program and returns its process id; the supervisor starts another."""

        def signalled() -> int | None:
            # A program that ends by itself now and then may do so just now.
            pid = self.facts["pids"].get(name)
            try:
                if pid:
                    os.kill(pid, number)
            except ProcessLookupError:
                return None
            return pid

        return wait_until(signalled, f"{name} runs")

    def await_replacement(self, name: str, old: int) -> None:
        wait_until(lambda: self.facts["pids"].get(name, old) != old, f"{name} is started again")

    def client(self, address: str | None = None, **more: Any) -> Client:
        return Client("127.0.0.1", self.port, address, **more)

    def database(self) -> psycopg.Connection:
        """As the cluster's superuser: tests look behind every rule."""
        return psycopg.connect(self.facts["databaseURL"], autocommit=True)

    def rows(self, sql: str, *values: Any) -> list[tuple]:
        with self.database() as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def command(self, *words: str, role: str = "dailies_jobs", check: bool = True) -> subprocess.CompletedProcess:
        """Runs `dailies` as an operator of this copy would."""
        socket_directory = self.facts["sockets"]["postgres"]
        return subprocess.run(
            [self.directory / "bin" / "dailies", *words, "--config", self.directory / "dailies.conf"],
            env=os.environ | {"DATABASE_URL": f"postgresql:///dailies?host={socket_directory}&user={role}"},
            check=check, capture_output=True, text=True, timeout=DEADLINE,
        )  # fmt: skip

    def jobs_process(self, *words: str) -> subprocess.Popen:
        socket_directory = self.facts["sockets"]["postgres"]
        return subprocess.Popen(
            [self.directory / "bin" / "dailies-jobs", *words, "--config", self.directory / "dailies.conf"],
            env=os.environ | {"DATABASE_URL": f"postgresql:///dailies?host={socket_directory}&user=dailies_jobs"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def admin(self) -> Client:
        return self.client().sign_in(self.command("sign-in-link", "--admin").stdout.strip().splitlines()[-1])

    def member(self) -> Client:
        link = self.command("sign-in-link", "--user", f"m_{uuid.uuid4().hex[:12]}").stdout.strip().splitlines()[-1]
        return self.client().sign_in(link)

    def season(self, clips: int, round_seconds: int = 86_400, slots: int = 75) -> list[str]:
        """An active season with that many clips in its open slot, made without ffmpeg. Returns the clips' ids."""
        with self.database() as connection:
            # Its open slot closes too and its clips leave, as at the end of a season, or the advance would find a
            # finished season that goes on, and counters would be compared with no open slot's votes.
            connection.execute(
                "update story_slots set status = 'upcoming', voting_started_at = null, voting_ends_at = null "
                "where status <> 'locked' and season_id in (select id from seasons where status = 'active')"
            )
            connection.execute(
                "update tournament_clips set status = 'eliminated' "
                "where status = 'active' and season_id in (select id from seasons where status = 'active')"
            )
            connection.execute("update seasons set status = 'finished', finished_at = now() where status = 'active'")
        made = self.command(
            "season", "create", "--label", f"Season {uuid.uuid4().hex[:6]}", "--slots", str(slots), "--round",
            str(round_seconds), "--json",
        )  # fmt: skip
        season = json.loads(made.stdout)["id"]
        with self.database() as connection:
            owner = connection.execute(
                "insert into users (username) values (%s) returning id", [f"u_{uuid.uuid4().hex[:12]}"]
            ).fetchone()[0]
            ids = [
                str(
                    connection.execute(
                        """
                        insert into tournament_clips (
                            season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing,
                            video_key, poster_key, width, height, duration_ms, activated_at
                        )
                        values (%s, 1, %s, %s, 'Sci-Fi', now(), 'active', 'ready', %s, %s, 1080, 1920, 8000, now())
                        returning id
                        """,
                        [season, owner, f"Take {number}", f"clips/{number}/v.mp4", f"clips/{number}/p.jpg"],
                    ).fetchone()[0]
                )
                for number in range(clips)
            ]
        self.command("season", "activate", season)
        return ids

    def fed(self, clips: list[str]) -> str:
        """One of the clips of a new season, once the feed has it: the news of the opening may still be on its way."""
        client = self.client()

        def shown() -> list[str]:
            return [clip["id"] for clip in client.get("/api/vote").json()["clips"] if clip["id"] in clips]

        return wait_until(shown, "the feed is of the new season")[0]

    def counters_match(self) -> bool:
        """The live counters equal the sums over the votes of the round."""
        return not self.rows(
            """
            select clips.id
            from tournament_clips clips
            left join lateral (
                select coalesce(sum(casts), 0) casts, coalesce(sum(weight), 0) weight
                from votes
                where votes.season_id = clips.season_id and votes.slot_position = clips.slot_position
                and votes.clip_id = clips.id and votes.voided_at is null
            ) sums on true
            where clips.status = 'active'
            and (clips.vote_count, clips.weighted_score) <> (sums.casts, sums.weight)
            """
        )
