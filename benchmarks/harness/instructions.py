"""`./bench instructions`: what a vote costs in Postgres, in counts that are the same on a busy machine.

Counts differ between versions of Postgres and libc, so what is compared with the figures that are checked in is the ratio to a
reference counted in the same run: an insert and an update of the same votes on tables of its own.
"""

from __future__ import annotations

import json
import pathlib
import statistics
import tempfile
from dataclasses import asdict, dataclass

from .counted import ROOT, Counted, CountedPostgres, Script

FIGURES = ROOT / "benchmarks" / "instructions.json"
# How much a count may grow.
TOLERANCE = 1.05
# Calls before the counted ones: plans are made, and caches are filled. Lone votes take turns, a member and a visitor.
WARM, COUNTED = 3, 4
SIZES = {32: "in calls of 32", 1: "alone"}
ROUNDS = {1: "first votes", 2: "later votes"}

BATCH = "from instruction_batches batches"
CHOSEN = "where size = $1 and number = $2 and round = $3"
CAST = (
    f"select count(*), count(code), count(new_score) {BATCH}, cast_votes(voters, clips, kinds, devices, cookies, networks, "
    f"signals, 200, 100, requests) {CHOSEN}"
)
REFERENCE = f"select reference_votes(voters, clips, devices) {BATCH} {CHOSEN}"


@dataclass
class Cost:
    """Of one vote: instructions, those of the reference, bytes of the log, and entries of logged indexes."""

    instructions: float
    reference: float
    log_bytes: float
    index_entries: float

    @property
    def ratio(self) -> float:
        return self.instructions / self.reference


def script() -> Script:
    made = Script()
    made.run("set plan_cache_mode = force_generic_plan;")
    made.run(f"prepare cast_batch (int, int, int) as {CAST};")
    made.run(f"prepare reference_batch (int, int, int) as {REFERENCE};")
    for size in SIZES:
        warm, counted = (2 * WARM, 2 * COUNTED) if size == 1 else (WARM, COUNTED)
        for statement in ("cast", "reference"):
            for round_ in ROUNDS:
                for turn in range(1, warm + counted + 1):
                    if turn == warm + 1:
                        made.note_place()
                    name = f"{statement} {size} {round_}" if turn > warm else None
                    made.run(f"execute {statement}_batch({size}, {turn}, {round_});", name)
                made.note_place()
    return made


def costs(postgres: CountedPostgres, counted: Counted) -> dict[str, Cost]:
    found: dict[str, Cost] = {}
    places = iter(zip(counted.places[::2], counted.places[1::2], strict=True))

    def mean(name: str) -> float:
        return statistics.mean(segment.instructions for segment in counted.segments if segment.name == name)

    for size, size_name in SIZES.items():
        votes = size * (2 * COUNTED if size == 1 else COUNTED)
        spans = [next(places) for _ in range(2 * len(ROUNDS))]
        for (round_, round_name), (begin, end) in zip(ROUNDS.items(), spans, strict=False):
            records = postgres.log_records(begin, end)
            entries = sum(count for kind, count in records.items() if kind.startswith("Btree/INSERT"))
            found[f"{round_name} {size_name}"] = Cost(
                mean(f"cast {size} {round_}") / size, mean(f"reference {size} {round_}") / size,
                records["bytes"] / votes, entries / votes,
            )  # fmt: skip
    return found


def measure(migrations: pathlib.Path = ROOT / "migrations") -> tuple[str, dict[str, Cost]]:
    """The version of Postgres, and what each kind of vote costs."""
    with tempfile.TemporaryDirectory(prefix="dailies-counted.") as directory:
        pathlib.Path(directory).chmod(0o755)
        postgres = CountedPostgres(pathlib.Path(directory) / "cluster")
        try:
            postgres.fill(migrations)
            return postgres.version, costs(postgres, postgres.count(script()))
        finally:
            postgres.remove()


def complaints(found: dict[str, Cost], figures: dict[str, dict[str, float]]) -> list[str]:
    """What costs more than the figures allow."""
    said = []
    for name, cost in found.items():
        known = figures[name]
        for what, value, allowed in (
            ("instructions beside the reference", cost.ratio, known["instructions"] / known["reference"]),
            ("bytes of the log", cost.log_bytes, known["log_bytes"]),
            ("index entries", cost.index_entries, known["index_entries"]),
        ):
            if value > allowed * TOLERANCE:
                said.append(f"{name}: {value:.2f} {what} a vote, {value / allowed - 1:.0%} more than {allowed:.2f}")
    return said


def run(check: bool, write: bool, migrations: pathlib.Path | None = None) -> int:
    """Prints the counts; with `check` fails when one has grown, with `write` they become the figures."""
    version, found = measure(migrations or ROOT / "migrations")
    heads = f"{'instructions':>12} {'reference':>10} {'ratio':>6} {'log bytes':>10} {'index entries':>14}"
    print(f"{'a vote, Postgres ' + version:32} {heads}")
    for name, cost in found.items():
        print(
            f"{name:32} {cost.instructions:12,.0f} {cost.reference:10,.0f} {cost.ratio:6.2f} {cost.log_bytes:10,.0f} "
            f"{cost.index_entries:14.2f}"
        )
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if write:
        figures[version] = {
            name: {key: round(value, 2) for key, value in asdict(cost).items()} for name, cost in found.items()
        }
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    if not check:
        return 0
    if version not in figures:
        print(f"There are no figures for Postgres {version} to compare with: ./bench instructions --write makes them.")
        return 0
    grown = complaints(found, figures[version])
    for line in grown:
        print(line)
    if grown:
        print("If that is worth it, ./bench instructions --write makes these the figures.")
    return 1 if grown else 0
