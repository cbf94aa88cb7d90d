"""How fast the machine is at the moment, so that runs on different machines can be compared."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from .stack import Stack, Wrong

SECONDS = 1.5


@dataclass(frozen=True)
class Calibration:
    """What two fixed loops reach: millions of CPU steps a second on one core and on all at once, and flushes a second on the
    file system of the data directory."""

    one_core: float
    all_cores: float
    flushes: float
    cores: int

    @classmethod
    def measure(cls, stack: Stack) -> Calibration:
        cores = min(os.cpu_count() or 1, 64)
        return cls(
            _run(stack, "cpu", "1"), _run(stack, "cpu", str(cores)), _run(stack, "fsync", str(stack.file("flushed"))), cores
        )

    def as_json(self) -> dict[str, float]:
        return {
            "cpuOneCoreMillionsPerSecond": round(self.one_core, 1), "cpuAllCoresMillionsPerSecond": round(self.all_cores, 1),
            "flushesPerSecond": round(self.flushes), "cores": self.cores,
        }  # fmt: skip

    def __str__(self) -> str:
        return (
            f"CPU loop {self.one_core:,.0f} M/s on one core, {self.all_cores:,.0f} M/s on {self.cores} at once; "
            f"{self.flushes:,.0f} flushes/s"
        )


def _run(stack: Stack, loop: str, argument: str) -> float:
    done = subprocess.run(
        [stack.program("calibrate"), loop, argument, str(SECONDS)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Wrong(f"calibrate: {done.stderr}")
    return float(done.stdout)
