"""Fits aggregated battles with evalica and with arena-rank, and prints the shortest time of each in seconds, the ratings and
the standard errors, as JSON. The line of a pair is `LEFT RIGHT LEFT-WINS RIGHT-WINS TIES`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import evalica
import jax.numpy as jnp
import numpy as np
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

file, models, turns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
table = np.loadtxt(file, dtype=np.int64)
names = [f"{model:03}" for model in range(models)]

# One line for each pair and outcome, as both want it. Making the lines is not measured.
lines = [
    (left, right, outcome, count)
    for left, right, *counts in table.tolist()
    for outcome, count in zip((1.0, 0.0, 0.5), counts, strict=True)
    if count
]
lefts, rights = [names[line[0]] for line in lines], [names[line[1]] for line in lines]
winners = [{1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}[line[2]] for line in lines]
weights = [float(line[3]) for line in lines]
counts = jnp.array(weights)
data = PairDataset(
    competitors=names, pairs=jnp.array([line[:2] for line in lines], dtype=jnp.int32),
    outcomes=jnp.array([line[2] for line in lines]), counts=counts, weights=jnp.ones_like(counts), opt_weights=counts,
)  # fmt: skip


def shortest(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(turns + 1):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    # The first turn compiles.
    return min(times[1:])


def fitted(ridge: float = 1e-5) -> np.ndarray:
    """The standard errors. Reading them waits for the computation."""
    return np.sqrt(np.asarray(BradleyTerry(models, hessian_reg=ridge).compute_ratings_and_cis(data)["variances"]))


scores = evalica.bradley_terry(lefts, rights, winners, weights=weights, tolerance=1e-13, limit=100_000).scores.sort_index()
ratings = 400 * np.log10(scores.to_numpy())
print(
    json.dumps(
        {
            "evalica": shortest(lambda: evalica.bradley_terry(lefts, rights, winners, weights=weights)),
            "arena-rank": shortest(fitted),
            "ratings": (ratings + 1000 - ratings.mean()).tolist(),
            # With a hundredth of what is added to the curvature by default, which moves the errors.
            "errors": fitted(1e-7).tolist(),
        }
    )
)
