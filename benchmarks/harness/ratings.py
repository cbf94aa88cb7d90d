"""The row of the ratings: a board of many battles, beside two programs that compute such boards."""

from __future__ import annotations

import json
import math
import pathlib
import random
import subprocess
import sys

from .result import Result
from .stack import ROOT, Stack, Wrong

MODELS = 200
BATTLES = 1_500_000
REFERENCES = ROOT / "benchmarks" / "references"


def battles(file: pathlib.Path) -> None:
    """Each model against each other one, about equally often. A fifth of the battles are ties."""
    numbers = random.Random(13)
    strengths = [numbers.gauss(0, 0.7) for _ in range(MODELS)]
    pairs = [(left, right) for left in range(MODELS) for right in range(left + 1, MODELS)]
    each, more = divmod(BATTLES, len(pairs))
    lines = []
    for number, (left, right) in enumerate(pairs):
        counts = [0, 0, 0]
        wins = 0.8 / (1 + math.exp(strengths[right] - strengths[left]))
        for _ in range(each + (number < more)):
            drawn = numbers.random()
            counts[0 if drawn < wins else 1 if drawn < 0.8 else 2] += 1
        lines.append(f"{left} {right} {counts[0]} {counts[1]} {counts[2]}\n")
    file.write_text("".join(lines))


def python(stack: Stack) -> pathlib.Path:
    """The interpreter of an environment that has both programs. It is kept with the fill."""
    home = stack.file("references")
    stamp = home / "whole"
    if not stamp.exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", home], check=True)
        subprocess.run(
            [home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REFERENCES / "requirements.txt"],
            check=True, stdout=sys.stderr,
        )  # fmt: skip
        stamp.touch()
    return home / "bin" / "python"


def fit(stack: Stack) -> list[Result]:
    """In turns of a few fits each, so that all meet the same machine; of each the shortest."""
    file = stack.file("battles.txt")
    battles(file)
    words = [str(file), str(MODELS), str(4 * stack.scale.turns)]
    own = subprocess.run([stack.program("bench-ratings"), *words], check=True, capture_output=True, text=True).stdout
    found = json.loads(
        subprocess.run(
            [python(stack), REFERENCES / "ratings.py", *words], check=True, capture_output=True, text=True
        ).stdout
    )
    again = subprocess.run([stack.program("bench-ratings"), *words], check=True, capture_output=True, text=True).stdout
    first, *lines = own.splitlines()
    if again.splitlines()[1:] != lines or len(lines) != MODELS:
        raise Wrong("two boards of the same battles differ")
    for line, rating, error in zip(lines, found["ratings"], found["errors"], strict=True):
        _, own_rating, own_error = line.split()
        if abs(float(own_rating) - rating) > 1e-4 or abs(float(own_error) / error - 1) > 0.005:
            raise Wrong(f"the board has {line}, the references {rating} and {error}")
    name = min(("evalica", "arena-rank"), key=lambda name: found[name])
    seconds = min(float(first), float(again.splitlines()[0]))
    what = f"board of {BATTLES:,} battles, {MODELS} models, with errors"
    return [
        Result(
            "ratings", what, seconds, " s", reference=found[name], reference_name=name, at_most=0.5,
            more={"evalica": found["evalica"], "arena-rank": found["arena-rank"]},
        ),
        Result("ratings-time", "the same board", seconds, " s", at_most=0.2),
    ]  # fmt: skip
