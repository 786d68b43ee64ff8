"""Learning which products go together: a ridge regression of each product on all others, solved in closed form.

Customers' purchases, faded by age, are the observations. Plain counts of what was bought together favour whatever is
popular, and credit each pair with what a third product explains; the regression shares the credit out. Only what can be
shown to a customer is kept: positive weights between products that at least one basket holds both of. This file may not
know where baskets are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from modules.recommendations.domain.baskets import SalesTable
from modules.recommendations.domain.ranking import Neighbourhood


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """How to learn. The defaults were chosen on validation invoices; see ``evaluate_recommendations --tune``."""

    half_life_days: float = 180.0
    """After so many days a purchase counts half."""
    oldest_weight: float = 0.125
    """What a purchase counts at least, however old. Without it, one order today would blot out what a shop knows from
    years ago: the ridge is measured by the mean weight, which the order alone would make up."""
    ridge: float = 5.0
    """Penalty on large weights, in multiples of the mean weight that a product has; the shrinkage of rare pairs."""
    guest_weight: float = 0.3
    """What a guest's basket counts against a customer's purchases; less still if it holds more than 20 products."""
    neighbours: int = 50
    """At most so many for each product, the strongest. More are no better on validation invoices."""
    largest_catalogue: int = 6_000
    """The products in most baskets enter, no others: training takes memory of 4 bytes times its square."""


GUEST_BASKET_LINES = 20
"""Larger baskets of guests are rather a day's bookings; their weight falls with the root of their size."""


def observations(table: SalesTable, *, settings: TrainingSettings) -> sparse.csr_matrix:
    """Rows of customers and of guests' baskets by products: the weight of the newest purchase, between 0 and 1."""
    rows, columns = table.holds.nonzero()
    guests = table.customer < 0
    sizes = np.maximum(np.diff(table.holds.indptr), 1)
    weight = np.maximum(0.5 ** (table.day / settings.half_life_days), settings.oldest_weight)
    weight *= np.where(guests, settings.guest_weight * np.minimum(1.0, np.sqrt(GUEST_BASKET_LINES / sizes)), 1.0)
    observer = table.customer.copy()
    observer[guests] = table.customers + np.arange(int(guests.sum()))
    width = len(table.products)
    keys = observer[rows] * width + columns
    order = np.lexsort((-weight[rows], keys))
    distinct, first = np.unique(keys[order], return_index=True)
    values = weight[rows][order][first].astype(np.float32)
    shape = (int(observer.max(initial=-1)) + 1, width)
    return sparse.csr_matrix((values, (distinct // width, distinct % width)), shape=shape)


def shared_baskets(table: SalesTable) -> sparse.csr_matrix:
    """Products x products: how many baskets hold both; symmetric, the diagonal empty."""
    counts = (table.holds.T @ table.holds).tocsr()
    counts.setdiag(0)
    counts.eliminate_zeros()
    counts.sort_indices()
    return counts


def train(table: SalesTable, *, settings: TrainingSettings | None = None) -> Iterator[Neighbourhood]:
    """The neighbourhoods of all products that have neighbours, in the order of the products."""
    for product, columns, strengths, together in _trained_rows(table, settings or TrainingSettings()):
        yield Neighbourhood(
            sku=table.products[product],
            neighbours=tuple(table.products[column] for column in columns),
            strengths=tuple(strengths.tolist()),
            together=tuple(together.tolist()),
        )


def train_matrix(table: SalesTable, *, settings: TrainingSettings | None = None) -> sparse.csr_matrix:
    """The same strengths as a products x products matrix: rows speak, columns are spoken for."""
    width = len(table.products)
    rows: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    columns: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    values: list[NDArray[np.float64]] = [np.empty(0)]
    for product, neighbours, strengths, _ in _trained_rows(table, settings or TrainingSettings()):
        rows.append(np.full(len(neighbours), product))
        columns.append(neighbours)
        values.append(strengths)
    place = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_matrix((np.concatenate(values), place), shape=(width, width))


_Row = tuple[int, NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]


def _trained_rows(table: SalesTable, settings: TrainingSettings) -> Iterator[_Row]:
    if not table.products:
        return
    counts = shared_baskets(table)
    gram = _dense_gram(observations(table, settings=settings))
    diagonal = np.einsum("ii->i", gram)
    diagonal += settings.ridge * max(float(diagonal.mean()), float(np.finfo(np.float32).tiny))
    precision = _inverse(gram)
    own = precision.diagonal().astype(np.float64)
    for product in range(len(table.products)):
        span = slice(counts.indptr[product], counts.indptr[product + 1])
        columns = counts.indices[span].astype(np.int64)
        strengths = np.round(-precision[product, columns].astype(np.float64) / own[columns], 7)
        order = np.lexsort((columns, -strengths))[: settings.neighbours]
        order = order[strengths[order] > 0]
        if len(order):
            together = counts.data[span].astype(np.int64)
            yield product, columns[order], strengths[order], together[order]


def _dense_gram(observed: sparse.csr_matrix) -> NDArray[np.float32]:
    gram = (observed.T @ observed).astype(np.float32)
    return np.asfortranarray(gram.toarray(order="F"))


def _inverse(symmetric: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse of a positive definite matrix; the argument is overwritten."""
    factor, info = lapack.spotrf(symmetric, lower=1, clean=1, overwrite_a=1)
    if info == 0:
        factor, info = lapack.spotri(factor, lower=1, overwrite_c=1)
    if info != 0:
        raise ArithmeticError(
            f"The products' matrix cannot be inverted (LAPACK answered {info}): give a ridge above zero."
        )
    whole: NDArray[np.float32] = np.tril(factor) + np.tril(factor, -1).T
    return whole
