"""What a vote costs in Postgres, counted: `./bench instructions`."""

import json
import os
import re
import subprocess
import sys

from host import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from harness.instructions import FIGURES, Cost, complaints


def test_a_vote_costs_no_more_than_the_figures_say(tmp_path):
    """VOTE-05: instructions, bytes of the log and index entries of a vote have not grown by more than 5 %."""
    # Postgres' own account must reach the cluster.
    found = subprocess.run(
        [ROOT / "bench", "instructions", "--check"], capture_output=True, text=True, check=False,
        env=os.environ | {"TMPDIR": "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"},
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    rows = re.findall(r"^(first|later) votes (in calls of 32|alone) +([\d,]+)", found.stdout, re.M)
    assert len(rows) == 4
    counts = {row[:2]: int(row[2].replace(",", "")) for row in rows}
    # Votes that are counted together cost less each, or nothing was counted.
    assert 10_000 < counts["first", "in calls of 32"] < counts["first", "alone"]


def test_growth_is_complained_of():
    """VOTE-05: six in a hundred more are too much, four are not; each of the three counts is compared."""
    for figures in json.loads(FIGURES.read_text()).values():
        costs = {name: Cost(**figure) for name, figure in figures.items()}
        assert complaints(costs, figures) == []
        for field in ("instructions", "log_bytes", "index_entries"):
            for growth, said in ((1.04, 0), (1.06, 1)):
                name = next(iter(costs))
                grown = Cost(**figures[name] | {field: figures[name][field] * growth})
                assert len(complaints(costs | {name: grown}, figures)) == said
        # A slower machine library grows both counts alike.
        name = next(iter(costs))
        alike = figures[name] | {key: figures[name][key] * 2 for key in ("instructions", "reference")}
        assert complaints({name: Cost(**alike)}, figures) == []
