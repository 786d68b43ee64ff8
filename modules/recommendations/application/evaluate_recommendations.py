"""Use case: compare what the shop recommends with popularity and EASE on invoices that were held out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modules.recommendations.domain.baskets import Basket
from modules.recommendations.domain.evaluation import Experiment, Figures, Split, evaluate, experiment, months_as_of
from modules.recommendations.domain.methods import Method
from modules.recommendations.domain.neighbours import TrainingSettings

RIDGES = (2.5, 5.0, 10.0, 20.0)
HALF_LIVES = (60.0, 90.0, 120.0, 180.0, 240.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one method reached on one task."""

    task: str
    """``test``, ``validation``, or ``test as of each month``."""
    method: Method
    settings: TrainingSettings | None
    """None where the method has none."""
    figures: Figures
    seconds: float


def compare(baskets: Sequence[Basket], *, split: Split, as_of: bool = False) -> list[Outcome]:
    """All methods on one split; with ``as_of``, also without any look ahead.

    :raises ValueError: there are too few invoices.
    """
    task = experiment(baskets, split=split)
    outcomes = [_timed(evaluate, task, name=split.value, method=method) for method in Method]
    if as_of:
        name = f"{split.value} as of each month"
        outcomes += [_timed(months_as_of, task, name=name, method=method) for method in Method]
    return outcomes


def tune(baskets: Sequence[Basket]) -> list[Outcome]:
    """The shop's method under a grid of settings, on validation invoices alone; the highest hit rate first.

    :raises ValueError: there are too few invoices.
    """
    task = experiment(baskets, split=Split.VALIDATION)
    grid = [
        dataclasses.replace(TrainingSettings(), ridge=ridge, half_life_days=days)
        for ridge in RIDGES
        for days in HALF_LIVES
    ]
    outcomes = [
        _timed(evaluate, task, name=Split.VALIDATION.value, method=Method.NEIGHBOURS, settings=settings)
        for settings in grid
    ]
    return sorted(outcomes, key=lambda outcome: -outcome.figures.hit_rate)


def _timed(
    run: Callable[..., Figures],
    task: Experiment,
    *,
    name: str,
    method: Method,
    settings: TrainingSettings | None = None,
) -> Outcome:
    start = time.perf_counter()
    used = (settings or TrainingSettings()) if method is Method.NEIGHBOURS else None
    figures = run(task, method=method, settings=used)
    return Outcome(task=name, method=method, settings=used, figures=figures, seconds=time.perf_counter() - start)
