#!/usr/bin/env python3
"""Writes sets.json: four generated sets of battles with the ratings of evalica and the standard errors of arena-rank.

Run it in a virtual environment of its own, since the tests need only its result:

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install evalica==0.4.2 arena-rank==0.1.1
    /tmp/reference/bin/python Tests/Fixtures/ratings/make.py
"""

from __future__ import annotations

import json
import math
import pathlib

import evalica
import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

SCALE = 400 / math.log(10)
WINNERS = {"a": evalica.Winner.X, "b": evalica.Winner.Y, "tie": evalica.Winner.Draw}
OUTCOMES = {"a": "model_a", "b": "model_b", "tie": "tie"}


def battles(seed: int, models: int, count: int, spread: float, ties: float, popularity: float) -> list[tuple[int, int, str]]:
    """Battles by the model itself. `spread` is that of the strengths in logits; a `popularity` above zero makes some models
    much more frequent than others."""
    random = np.random.default_rng(seed)
    strengths = random.normal(0, spread, models)
    shares = np.exp(random.normal(0, popularity, models))
    found = []
    for _ in range(count):
        left, right = random.choice(models, 2, replace=False, p=shares / shares.sum())
        if random.random() < ties:
            found.append((int(left), int(right), "tie"))
        else:
            wins = random.random() < 1 / (1 + math.exp(strengths[right] - strengths[left]))
            found.append((int(left), int(right), "a" if wins else "b"))
    return found


def described(name: str, models: int, rows: list[tuple[int, int, str]]) -> dict[str, object]:
    """The set with its reference numbers, on the scale of 400 points for a factor of ten, around 1000."""
    lefts, rights = [f"{row[0]:03}" for row in rows], [f"{row[1]:03}" for row in rows]
    scores = evalica.bradley_terry(
        lefts, rights, [WINNERS[row[2]] for row in rows], tie_weight=0.5, tolerance=1e-13, limit=200_000
    ).scores.sort_index()
    ratings = 400 * np.log10(scores.to_numpy())
    ratings += 1000 - ratings.mean()

    frame = pd.DataFrame({"model_a": lefts, "model_b": rights, "winner": [OUTCOMES[row[2]] for row in rows]})
    data = PairDataset.from_pandas(frame)
    assert data.competitors == list(scores.index) and len(scores) == models
    # arena-rank adds a number to the diagonal of the curvature before it inverts it, by default 1e-5 of all battles. That
    # moves the errors of models that are rare. With much less than 1e-7 the inverse is inexact.
    errors, exact = (
        np.sqrt(np.asarray(BradleyTerry(models, hessian_reg=ridge).compute_ratings_and_cis(data)["variances"]))
        for ridge in (1e-5, 1e-7)
    )

    pairs: dict[tuple[int, int], list[int]] = {}
    for left, right, winner in rows:
        pairs.setdefault((left, right), [0, 0, 0])["ab".find(winner[0]) if winner != "tie" else 2] += 1
    return {
        "name": name,
        "models": models,
        "pairs": [[*pair, *counts] for pair, counts in sorted(pairs.items())],
        "ratings": [round(float(rating), 7) for rating in ratings],
        "errors": [round(float(error), 6) for error in errors],
        "exactErrors": [round(float(error), 6) for error in exact],
    }


SETS = {
    "level": (12, battles(1, 12, 3_000, 0.6, 0.3, 0.0)),
    "many ties, like LLMFAO": (59, battles(2, 59, 8_931, 0.8, 0.39, 0.2)),
    "some models are popular": (25, battles(3, 25, 20_000, 1.0, 0.2, 1.2)),
    "far apart": (8, battles(4, 8, 4_000, 2.0, 0.1, 0.5)),
}

file = pathlib.Path(__file__).with_name("sets.json")
sets = [json.dumps(described(name, *values)) for name, values in SETS.items()]
file.write_text("[\n" + ",\n".join(sets) + "\n]\n")
