"""How good the recommendations are: each customer's last invoice is held out and its new products are looked for.

Definitions, which every figure here follows:

* An invoice is a sale with at least one product; a customer takes part with three or more.
* ``Split.TEST`` holds out the last invoice; the history is all earlier ones. ``Split.VALIDATION`` forgets the last
  invoice altogether and holds out the one before; settings are chosen there and never on the test. Everything that is
  not held out or forgotten, guests' sales included, is trained on.
* All products of the training data that the customer never bought are ranked. A *new* product is one of the held-out
  invoice that the customer never bought before; one that the training data does not know is a miss.
* hit-rate@10: the chance that one new product, drawn from the customer's held-out invoice, is among the first ten; the
  mean over customers. ``hit_rate_pairs`` is the same over all pairs of customer and new product, where large invoices
  weigh more.
* any-hit@10: the share of customers for whom at least one of the first ten is in the held-out invoice. Customers whose
  invoice holds nothing new cannot be hit and are left out; ``any_hit_all`` counts them as misses.

As elsewhere with "last one out", other customers' later baskets are trained on; ``months_as_of`` does without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modules.recommendations.domain.baskets import Basket, SalesTable, sales_table
from modules.recommendations.domain.history import History, history_of
from modules.recommendations.domain.methods import Method
from modules.recommendations.domain.neighbours import TrainingSettings

FEWEST_INVOICES = 3
TOP = 10
_ROWS_AT_ONCE = 256


class Split(StrEnum):
    """Which invoice of each customer is held out."""

    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One customer: what is known of them, and what they bought next."""

    customer: str
    history: History
    held_out: Basket

    @property
    def new(self) -> frozenset[str]:
        """Products of the held-out invoice that the customer never bought before."""
        return frozenset(self.held_out.skus) - self.history.bought


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Cases, and the baskets that may be learned from to solve them."""

    cases: tuple[Case, ...]
    training: tuple[Basket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a method reached; the definitions stand at the head of the file."""

    customers: int
    customers_with_new: int
    new_products: int
    hit_rate: float
    any_hit: float
    hit_rate_pairs: float
    any_hit_all: float


def experiment(baskets: Sequence[Basket], *, split: Split) -> Experiment:
    """Hold out one invoice of each customer who has at least three; the order is time, then that of ``baskets``."""
    in_time = sorted(baskets, key=lambda basket: basket.at)
    sales: dict[str, list[Basket]] = {}
    returns: dict[str, list[Basket]] = {}
    for basket in in_time:
        if basket.customer is not None:
            (returns if basket.is_return else sales).setdefault(basket.customer, []).append(basket)
    aside = 1 if split is Split.TEST else 2
    cases = []
    unseen: set[int] = set()
    for customer, invoices in sales.items():
        if len(invoices) < FEWEST_INVOICES:
            continue
        held_out = invoices[-aside]
        unseen.update(id(basket) for basket in invoices[-aside:])
        earlier = [basket for basket in returns.get(customer, ()) if basket.at < held_out.at]
        history = history_of([*invoices[:-aside], *earlier])
        cases.append(Case(customer=customer, history=history, held_out=held_out))
    return Experiment(
        cases=tuple(cases),
        training=tuple(basket for basket in in_time if not basket.is_return and id(basket) not in unseen),
    )


def evaluate(task: Experiment, *, method: Method, settings: TrainingSettings | None = None) -> Figures:
    """Train the method on the experiment's training baskets and look for each case's new products.

    :raises ValueError: no customer has enough invoices.
    """
    table = sales_table(task.training, largest_catalogue=(settings or TrainingSettings()).largest_catalogue)
    return _figures(_results(task.cases, table, method, settings or TrainingSettings()))


def months_as_of(task: Experiment, *, method: Method, settings: TrainingSettings | None = None) -> Figures:
    """The same cases without any look ahead: before each month the method learns afresh from what was sold till then.

    :raises ValueError: no customer has enough invoices.
    """
    settings = settings or TrainingSettings()
    months: dict[datetime, list[Case]] = {}
    for case in task.cases:
        start = case.held_out.at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        months.setdefault(start, []).append(case)
    results: list[tuple[int, int]] = []
    for start, cases in sorted(months.items()):
        known = [basket for basket in task.training if basket.at < start]
        table = sales_table(known, largest_catalogue=settings.largest_catalogue)
        results.extend(_results(cases, table, method, settings))
    return _figures(results)


def _results(
    cases: Sequence[Case], table: SalesTable, method: Method, settings: TrainingSettings
) -> Iterator[tuple[int, int]]:
    """For each case: how many products were new, and how many of them are among the first ten."""
    if not table.products:
        yield from ((len(case.new), 0) for case in cases)
        return
    column = {sku: index for index, sku in enumerate(table.products)}
    score = method.trained(table, settings)
    for start in range(0, len(cases), _ROWS_AT_ONCE):
        chunk = cases[start : start + _ROWS_AT_ONCE]
        scores = score(_weights(chunk, column), _ever_bought(chunk, column))
        for row, case in zip(scores, chunk, strict=True):
            row[[column[sku] for sku in case.history.bought if sku in column]] = -np.inf
            first = {table.products[index] for index in _best(row)}
            yield len(case.new), len(case.new & first)


def _best(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Columns of the best ten; ties go to the lower column, and nothing that scores minus infinity is among them."""
    candidates = np.argpartition(-scores, min(TOP, len(scores) - 1))[:TOP]
    threshold = scores[candidates].min()
    candidates = np.flatnonzero(scores >= threshold)
    order = np.lexsort((candidates, -scores[candidates]))[:TOP]
    best: NDArray[np.int64] = candidates[order]
    return best[np.isfinite(scores[best])]


def _weights(cases: Sequence[Case], column: dict[str, int]) -> sparse.csr_matrix:
    return _matrix([case.history.weights for case in cases], column)


def _ever_bought(cases: Sequence[Case], column: dict[str, int]) -> sparse.csr_matrix:
    return _matrix([dict.fromkeys(sorted(case.history.bought), 1.0) for case in cases], column)


def _matrix(values: Sequence[Mapping[str, float]], column: Mapping[str, int]) -> sparse.csr_matrix:
    """One row for each mapping from products to values; products without a column are left out."""
    known = [(row, column[sku], value) for row, one in enumerate(values) for sku, value in one.items() if sku in column]
    rows, columns, data = zip(*known, strict=True) if known else ((), (), ())
    return sparse.csr_matrix((data, (rows, columns)), shape=(len(values), len(column)), dtype=np.float64)


def _figures(results: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> Figures:
    pairs = np.array(list(results), dtype=np.float64).reshape(-1, 2)
    new, hits = pairs[:, 0], pairs[:, 1]
    able = new > 0
    if not able.any():
        raise ValueError(
            f"No customer has {FEWEST_INVOICES} invoices of which the held-out one holds a new product: give more data."
        )
    return Figures(
        customers=len(pairs),
        customers_with_new=int(able.sum()),
        new_products=int(new.sum()),
        hit_rate=round(float((hits[able] / new[able]).mean()), 4),
        any_hit=round(float((hits[able] > 0).mean()), 4),
        hit_rate_pairs=round(float(hits.sum() / new.sum()), 4),
        any_hit_all=round(float((hits > 0).mean()), 4),
    )
