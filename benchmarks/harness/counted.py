"""Counts what Postgres does for statements, by valgrind's callgrind: instructions in user mode, bytes of the log, entries of
indexes.

Postgres runs alone (`postgres --single`) and is told statements one after the other, so nothing depends on time. Between two
statements there is a marker, a call of pg_sleep(0), at which callgrind writes down what it has counted.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MARKER = "pg_sleep"
MARK = f"select {MARKER}(0);"
# Statements may take this long, in seconds.
LIMIT = 600


@dataclass
class Segment:
    """What was counted between two markers."""

    name: str
    instructions: int
    file: pathlib.Path


@dataclass
class Script:
    """Statements in their order; those with a name are counted."""

    lines: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    def run(self, statement: str, name: str | None = None) -> None:
        self.lines += [statement, MARK]
        self.names.append(name)

    def note_place(self) -> None:
        """Has Postgres print how long its log is by now."""
        self.run("select pg_current_wal_insert_lsn() as place;")


@dataclass
class Counted:
    """What a script cost, and the places of the log that it noted."""

    segments: list[Segment]
    places: list[str]


class CountedPostgres:
    """A cluster in a directory of its own, filled and then stopped."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        found = subprocess.run([ROOT / "scripts/postgres-bin"], check=True, capture_output=True, text=True)
        self.bin = pathlib.Path(found.stdout.strip())

    @property
    def version(self) -> str:
        return (self.directory / "data" / "PG_VERSION").read_text().strip()

    def fill(self, migrations: pathlib.Path = ROOT / "migrations") -> None:
        self._cluster("start")
        self._sql("--dbname", "postgres", "--command", "create database counted")
        files = sorted(migrations.glob("*.sql"))
        files += sorted(migrations.glob("functions/**/*.sql"), key=lambda file: str(file).encode())
        # Functions may call others of any file, so their bodies are not checked here.
        words: list[str | pathlib.Path] = ["--single-transaction", "--command", "set check_function_bodies = off"]
        for file in files:
            words += ["--file", file]
        self._sql(*words)
        self._sql("--file", ROOT / "benchmarks/sql/instructions.sql")
        self._cluster("pause")

    def remove(self) -> None:
        if (self.directory / "data" / "PG_VERSION").exists():
            self._cluster("stop")

    def count(self, script: Script) -> Counted:
        """Runs the statements. The marker's own cost is taken off what each named one cost."""
        out = self.directory / "data" / "callgrind"
        for old in out.parent.glob("callgrind.*"):
            old.unlink()
        result = subprocess.run(
            as_postgres([
                "valgrind", "--tool=callgrind", f"--dump-before={MARKER}", f"--callgrind-out-file={out}",
                "--log-file=/dev/null", self.bin / "postgres", "--single", "-j", "-D", self.directory / "data",
                # An image of a page is written when it is changed first after a checkpoint, which says nothing about votes.
                "-c", "full_page_writes=off", "-c", "autovacuum=off", "counted",
            ]),
            input="".join(line + "\n\n" for line in [MARK, MARK, *script.lines]), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=self.directory, check=True, timeout=LIMIT,
        )  # fmt: skip
        failures = [line for line in result.stdout.splitlines() if "ERROR:" in line or "WARNING:" in line]
        if failures:
            raise RuntimeError("\n".join(failures[:5]))
        files = sorted(out.parent.glob("callgrind.*"), key=lambda file: int(file.suffix[1:]))
        totals = [total(file) for file in files]
        # The first is the start, the second the cost of a marker, and each one later is a statement and a marker.
        segments = [
            Segment(name, count - totals[1], file)
            for name, count, file in zip(script.names, totals[2:], files[2:], strict=False)
            if name is not None
        ]
        return Counted(segments, re.findall(r'place = "([0-9A-F]+/[0-9A-F]+)"', result.stdout))

    def log_records(self, begin: str, end: str) -> Counter[str]:
        """How many records of each kind the log has between two places, such as `Btree/INSERT_LEAF`, and `bytes`."""
        text = subprocess.run(
            [
                self.bin / "pg_waldump", "--path", self.directory / "data" / "pg_wal", "--start", begin, "--end", end,
                "--stats=record",
            ],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        counts: Counter[str] = Counter()
        for kind, count in re.findall(r"^(\w+/\w+)\s+(\d+) ", text, re.M):
            counts[kind] += int(count)
        counts["bytes"] = position(end) - position(begin)
        return counts

    def _sql(self, *words: str | pathlib.Path) -> None:
        subprocess.run(
            [
                self.bin / "psql", "--host", self.directory, "--username", "postgres", "--dbname", "counted", "--no-psqlrc",
                "--quiet", "--set", "ON_ERROR_STOP=1", *words,
            ],
            check=True, stdout=subprocess.DEVNULL, env=os.environ | {"PGOPTIONS": "-c client_min_messages=warning"},
        )  # fmt: skip

    def _cluster(self, action: str) -> None:
        subprocess.run([ROOT / "scripts/test-postgres", action, self.directory], check=True, stdout=subprocess.DEVNULL)


def as_postgres(command: list[str | pathlib.Path]) -> list[str | pathlib.Path]:
    """The command as the account that Postgres accepts: it refuses to run as root."""
    if os.getuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command]


def position(place: str) -> int:
    high, low = place.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def total(file: pathlib.Path) -> int:
    with file.open() as lines:
        for line in lines:
            if line.startswith("totals:"):
                return int(line.split()[1])
    raise RuntimeError(f"{file} has no sum")
