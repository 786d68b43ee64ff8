"""The ways to recommend that are compared: what the shop serves, and two well-known baselines.

Each learns from sales in columns and answers a function from customers' histories to scores of all products. This file
may not know which invoices are held out.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modules.recommendations.domain.baskets import SalesTable
from modules.recommendations.domain.neighbours import TrainingSettings, train_matrix

Scorer = Callable[[sparse.csr_matrix, sparse.csr_matrix], NDArray[np.float64]]
"""From history weights and from ones for whatever was ever bought, both customers x products, to scores of products."""
EASE_PENALTY = 500.0
"""Chosen on validation invoices among 100, 200, 500, 1,000 and 2,000."""


class Method(StrEnum):
    """Ways to rank all products for a customer."""

    NEIGHBOURS = "neighbours"
    """What the shop serves: ``train`` with its 50 neighbours a product, over faded histories."""
    EASE = "ease"
    """Steck 2019: the closed form on who bought what, unweighted and in full; a dense products x products model."""
    POPULARITY = "popularity"
    """The products that most customers bought, the same for everybody."""

    def trained(self, table: SalesTable, settings: TrainingSettings) -> Scorer:
        """Learn from the sales. The settings concern ``NEIGHBOURS`` alone."""
        if self is Method.NEIGHBOURS:
            strengths = train_matrix(table, settings=settings)
            return lambda weights, ever: np.asarray((weights @ strengths).todense(), dtype=np.float64)
        bought = customers_by_products(table)
        if self is Method.EASE:
            model = ease(bought, penalty=EASE_PENALTY)
            return lambda weights, ever: np.asarray(ever @ model, dtype=np.float64)
        buyers = np.asarray(bought.sum(axis=0), dtype=np.float64).ravel()
        return lambda weights, ever: np.tile(buyers, (weights.shape[0], 1))


def customers_by_products(table: SalesTable) -> sparse.csr_matrix:
    """Ones where a known customer bought a product; guests are left out."""
    known = np.flatnonzero(table.customer >= 0)
    whose = sparse.csr_matrix(
        (np.ones(len(known)), (table.customer[known], known)), shape=(table.customers, len(table.customer))
    )
    return _ones((whose @ table.holds).tocsr())


def ease(bought: sparse.csr_matrix, *, penalty: float) -> NDArray[np.float64]:
    """Item-item weights with an empty diagonal that reconstruct ``bought`` best, by one matrix inversion.

    :param penalty: on the squares of the weights; above zero.
    """
    gram = np.asarray((bought.T @ bought).todense(), dtype=np.float64)
    np.einsum("ii->i", gram)[:] += penalty
    precision = np.linalg.inv(gram)
    weights: NDArray[np.float64] = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0.0)
    return weights


def _ones(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    result = matrix.copy()
    result.data = np.ones_like(result.data)
    return result
