"""CPU time and memory of the programs, read from /proc."""

from __future__ import annotations

import contextlib
import os
import pathlib
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that this one has started and that live."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text().split()]
        except OSError:
            continue
    return found


def seconds(pid: int, with_ended: bool = False) -> float:
    """CPU seconds of a process; of the children that it has waited for too, when asked."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    own = int(fields[11]) + int(fields[12])
    return (own + (int(fields[13]) + int(fields[14]) if with_ended else 0)) / TICKS


def family_seconds(pid: int) -> float:
    """CPU seconds of a process and all that it has started, ended ones included."""
    return seconds(pid, with_ended=True) + sum(seconds(child) for child in children(pid))


def memory(pid: int, field: str = "VmRSS") -> float:
    """Resident memory in MB: now (`VmRSS`) or at its peak (`VmHWM`)."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


def family_memory(pid: int) -> float:
    """Memory in MB of a process and its children; what they share counts once."""
    total = 0
    for member in [pid, *children(pid)]:
        for line in pathlib.Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def forget_peak(pid: int) -> None:
    """Lets the peak begin anew."""
    # Without the right to do this, the peak is that of the whole life, which is not less.
    with contextlib.suppress(OSError):
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


@dataclass
class Usage:
    """CPU seconds by program, and the peak of a host's memory in MB."""

    nginx: float = 0
    host: float = 0
    postgres: float = 0
    load: float = 0
    peak: float = 0

    def as_json(self) -> dict[str, float]:
        return {
            "nginxSeconds": round(self.nginx, 2), "hostSeconds": round(self.host, 2),
            "postgresSeconds": round(self.postgres, 2), "loadSeconds": round(self.load, 2),
            "hostPeakMB": round(self.peak, 1),
        }  # fmt: skip


class Meter:
    """Measures what the programs of a stack use between its start and `read`."""

    def __init__(self, pids: dict[str, int], host: str) -> None:
        self.pids, self.host = pids, pids[host]
        forget_peak(self.host)
        self.before = self._now()

    def _now(self) -> tuple[float, float, float, float]:
        ended = os.times()
        return (
            family_seconds(self.pids["nginx"]), seconds(self.host), family_seconds(self.pids["postgres"]),
            ended.children_user + ended.children_system,
        )  # fmt: skip

    def read(self) -> Usage:
        """The load's share is that of the programs which this process has started and waited for."""
        used = [after - before for before, after in zip(self.before, self._now(), strict=True)]
        return Usage(*used, peak=memory(self.host, "VmHWM"))
