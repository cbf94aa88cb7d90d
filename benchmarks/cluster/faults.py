"""Takes one component after another away under vote load, and tells what voters noticed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import network
from .machines import DATABASES, FRONTS, Cluster, Failed, Program, say, wait_until

# Longer than a failover takes.
LASTS = 40
SHORT = 12
SETTLES = 6


@dataclass
class Row:
    """What was noticed of one fault. Times in seconds."""

    name: str
    votes: int = 0
    failed: int = 0
    lost: int = 0
    doubled: int = 0
    pause: float = 0
    resumed: float = 0
    feed: float = 0
    slowest_feed: float = 0
    events: float | None = None
    limit: int = 10

    @property
    def is_met(self) -> bool:
        return self.lost == self.doubled == 0 and self.resumed <= self.limit


class Load:
    """The voters of the machine `client`, and what they have told so far."""

    def __init__(self, cluster: Cluster, clips: list[str], rate: float, voters: int) -> None:
        self.cluster, self.rate = cluster, rate
        names = cluster.directory / "clips"
        names.write_text("\n".join(clips))
        self.path = cluster.directory / "voters.jsonl"
        with self.path.open("w") as out, (cluster.logs / "voters.log").open("a") as log:
            self.process = subprocess.Popen(
                [*network.inside("client"), sys.executable, pathlib.Path(__file__).with_name("voters.py"), names, str(rate),
                 str(voters), *(network.ADDRESSES[front] for front in FRONTS)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=log,
            )  # fmt: skip
        self.read = 0
        self.lines: list[dict] = []
        self.ended = threading.Event()
        self.publisher = threading.Thread(target=self.publish, daemon=True)
        self.publisher.start()

    def publish(self) -> None:
        """Twice a second, an event at the nginx of one application host after another but the first, which faults hit; as
        the jobs publish."""
        hosts = self.cluster.hosts[1:] or self.cluster.hosts
        for number in itertools.count():
            if self.ended.wait(0.5):
                return
            socket = self.cluster.at(hosts[number % len(hosts)], "run", "publish/publish.sock")
            subprocess.run(
                ["curl", "-s", "-o", "/dev/null", "--max-time", "3", "--unix-socket", socket, "-H", "X-EventSource-Event: probe",
                 "-d", "{}", "http://localhost/publish/slot"],
                check=False,
            )  # fmt: skip

    def look(self) -> list[dict]:
        with self.path.open() as file:
            file.seek(self.read)
            text = file.read()
        whole = text.rfind("\n") + 1
        self.read += len(text[:whole].encode())
        self.lines += [json.loads(line) for line in text[:whole].splitlines()]
        return self.lines

    def since(self, moment: float, what: str) -> list[dict]:
        return [line for line in self.look() if line["what"] == what and line["at"] >= moment]

    def await_votes(self, count: int) -> None:
        before = time.monotonic()

        def enough() -> bool:
            if self.process.poll() is not None:
                raise Failed(f"the voters ended: {(self.cluster.logs / 'voters.log').read_text()[-800:]}")
            return sum(line["ok"] for line in self.since(before, "vote")) >= count

        wait_until(enough, f"{count} votes are acknowledged", 240)

    def stop(self) -> None:
        self.ended.set()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def check(cluster: Cluster, load: Load) -> tuple[int, int]:
    """How many acknowledged votes are not stored, and how many are counted more often than they were cast."""
    acknowledged: dict[str, int] = {}
    tried: dict[str, int] = {}
    for line in load.since(0, "vote"):
        tried[line["clip"]] = tried.get(line["clip"], 0) + 1
        if line["ok"]:
            acknowledged[line["clip"]] = acknowledged.get(line["clip"], 0) + 1
    stored = {}
    doubled = 0
    answer = cluster.sql(
        "select json_agg(row_to_json(found)) from (select clips.id, clips.vote_count, count(votes) as rows, "
        "coalesce(sum(votes.casts), 0) as casts from tournament_clips clips left join votes on votes.clip_id = clips.id "
        "and votes.voided_at is null where clips.status = 'active' group by 1, 2) found"
    )
    for row in json.loads(answer):
        stored[row["id"]] = row["rows"]
        doubled += abs(row["casts"] - row["rows"]) + abs(row["vote_count"] - row["casts"])
    lost = sum(max(0, count - stored.get(clip, 0)) for clip, count in acknowledged.items())
    doubled += sum(max(0, count - tried.get(clip, 0) - 64) for clip, count in stored.items())
    return lost, doubled


def resumed_after(load: Load, moment: float, seen: float) -> tuple[float, float]:
    """The longest time without an acknowledged vote, and the time after which half of the usual rate came for good; endless
    when it has not come by `seen`."""
    times = [line["at"] for line in load.since(moment - 5, "vote") if line["ok"]]
    after = [at for at in times if moment <= at <= seen]
    usual = sum(moment - 5 <= at < moment for at in times) / 5
    pause = max(later - earlier for earlier, later in zip([moment, *after], [*after, seen], strict=True))
    resumed = 0.0
    second = moment
    while second + 1 <= seen:
        if sum(second <= at < second + 1 for at in after) < usual / 2:
            resumed = second + 1 - moment
        second += 0.5
    return pause, float("inf") if resumed > seen - moment - 1 else resumed


def observe(cluster: Cluster, load: Load, name: str, limit: int, lasts: float, begin: Callable, end: Callable) -> Row:
    say(f"fault: {name}")
    load.await_votes(50)
    # The usual rate is that of the five seconds before the fault.
    time.sleep(5)
    moment = time.monotonic()
    begin()
    time.sleep(lasts)
    seen = time.monotonic()
    pause, resumed = resumed_after(load, moment, seen)
    votes = [line for line in load.since(moment, "vote") if line["at"] <= seen]
    feed = [line for line in load.since(moment, "feed") if line["at"] <= seen]
    row = Row(
        name, limit=limit, votes=sum(line["ok"] for line in votes), failed=sum(not line["ok"] for line in votes), pause=pause,
        resumed=resumed, feed=sum(line["ok"] for line in feed) / max(1, len(feed)),
        slowest_feed=max((line["took"] for line in feed), default=0),
    )  # fmt: skip
    end()
    load.await_votes(50)
    wait_until(cluster.synchronous, "all database machines are in step", 180)
    # The longest time that any stream was without an event, from the fault on.
    time.sleep(SETTLES)
    gaps = []
    for number in range(4):
        probes = [line for line in load.since(moment, "event") if line["name"] == "probe" and line["number"] == number]
        times = [moment, *(line["at"] for line in probes)]
        gaps.append(max((later - earlier for earlier, later in zip(times, [*times[1:], time.monotonic()], strict=True))))
    row.events = max(gaps)
    row.lost, row.doubled = check(cluster, load)
    say(text([row]).splitlines()[-1])
    return row


def processor_time(cluster: Cluster) -> dict[str, float]:
    """Seconds that the programs of each kind have used, by their name in the cluster."""
    ticks = os.sysconf("SC_CLK_TCK")
    used: dict[str, float] = {}
    for (machine, name), program in cluster.programs.items():
        kind = f"{machine.rstrip('0123456789')} {name}"
        for pid in program.family():
            with contextlib.suppress(OSError):
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                used[kind] = used.get(kind, 0) + sum(map(int, fields[11:15])) / ticks
    return used


def flood(cluster: Cluster, load: Load, seconds: int) -> str:
    """The rate of acknowledged votes while 64 connections vote as fast as they are answered, and each program's time a vote."""
    begun, before = time.monotonic(), processor_time(cluster)
    time.sleep(seconds)
    after, ended = processor_time(cluster), time.monotonic()
    votes = [line for line in load.since(begun, "vote") if line["at"] <= ended]
    good = sum(line["ok"] for line in votes)
    lost, doubled = check(cluster, load)
    lines = [f"{len(cluster.hosts)} application hosts: {good / (ended - begun):.0f} votes a second, {len(votes) - good} refused, "
             f"{lost} lost, {doubled} doubled", "", "| program | ms a vote |", "|---|---|"]  # fmt: skip
    for kind, used in sorted(after.items()):
        spent = (used - before.get(kind, 0)) * 1_000 / max(1, good)
        if spent >= 0.005:
            lines.append(f"| {kind} | {spent:.2f} |")
    return "\n".join(lines)


def kill(*programs: Program) -> Callable[[], None]:
    def begin() -> None:
        for program in programs:
            program.kill()

    return begin


def start(cluster: Cluster, *programs: Program) -> Callable[[], None]:
    def end() -> None:
        for program in programs:
            program.start(cluster.logs)

    return end


def run(cluster: Cluster, load: Load, only: list[str]) -> list[Row]:
    programs = cluster.programs
    host = cluster.hosts[0]
    rows: list[Row] = []

    def standby(kind: str) -> str:
        return next(name for name, role in cluster.members().items() if role == kind)

    def fault(name: str, find: Callable[[], tuple[Callable, Callable]], limit: int = 10, lasts: float = SHORT) -> None:
        if only and not any(word in name for word in only):
            return
        begin, end = find()
        try:
            rows.append(observe(cluster, load, name, limit, lasts, begin, end))
        except (Failed, subprocess.CalledProcessError) as error:
            say(f"{name}: {error}")
            rows.append(Row(name, limit=limit, resumed=float("inf"), pause=float("inf")))

    def killed(machine: str, *names: str) -> tuple[Callable, Callable]:
        found = [programs[machine, name] for name in names] if names else cluster.of(machine)
        return kill(*found), start(cluster, *found)

    def cut(machine: str) -> tuple[Callable, Callable]:
        return lambda: network.cut(machine), lambda: network.mend(machine)

    fault("primary: Patroni and Postgres killed", lambda: killed(cluster.primary(), "patroni"), 30, LASTS)
    fault("primary: cut off", lambda: cut(cluster.primary()), 30, LASTS)
    fault("synchronous standby: killed", lambda: killed(standby("sync_standby"), "patroni"), lasts=25)
    fault("synchronous standby: cut off", lambda: cut(standby("sync_standby")), lasts=25)
    fault("etcd of the primary: killed", lambda: killed(cluster.primary(), "etcd"))
    fault("etcd of a standby: killed", lambda: killed(standby("replica"), "etcd"))
    for name in ("haproxy", "pgbouncer", "voting", "nginx"):
        fault(f"{name} of an application host: killed", lambda name=name: killed(host, name))
    fault("application host: killed", lambda: killed(host))
    fault("application host: cut off", lambda: cut(host))
    fault("Redis: killed", lambda: killed("events", "redis"))
    fault("Redis: cut off", lambda: cut("events"))
    fault("front machine: nginx killed", lambda: killed("front1", "nginx"))
    fault("front machine: cut off", lambda: cut("front1"))
    fault("storage: killed", lambda: killed("store"))
    return rows


def text(rows: list[Row]) -> str:
    lines = [
        "| fault | lost | doubled | voting resumes | longest pause | votes refused | feed served | slowest feed | events again |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        events = "—" if row.events is None else f"{row.events:.1f} s"
        lines.append(
            f"| {row.name} | {row.lost} | {row.doubled} | {row.resumed:.1f} s (≤ {row.limit}) | {row.pause:.1f} s | "
            f"{row.failed} of {row.votes + row.failed} | {row.feed:.1%} | {row.slowest_feed:.1f} s | {events} |"
        )
    return "\n".join(lines)


__all__ = ["DATABASES", "Load", "Row", "run", "text"]
