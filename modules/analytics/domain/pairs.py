"""Which two products lie in the same basket, how often, and how much more often than chance would have it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

MOST_PAIRS = 2_000
"""Pairs that are kept of a count: those in most baskets."""
LARGEST_CATALOGUE = 20_000
"""Products that are counted, those in most baskets; bounds time and memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two products, the first one's stock code before the second one's."""

    first: str
    second: str
    together: int
    """Baskets that hold both."""
    with_first: int
    with_second: int

    def lift(self, baskets: int) -> float:
        """How many times more often both are in a basket than if neither minded the other; 1 is chance."""
        return self.together * baskets / (self.with_first * self.with_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a count found: the pairs in most baskets first, pairs of as many by stock codes."""

    baskets: int
    pairs: tuple[Pair, ...]


def count_pairs_in(
    baskets: Iterable[Sequence[str]], *, most: int = MOST_PAIRS, largest_catalogue: int = LARGEST_CATALOGUE
) -> Counted:
    """Count all pairs and keep the most frequent, none that is in a single basket only.

    :param baskets: the distinct products of each; empty ones do not count.
    """
    kept = [tuple(basket) for basket in baskets if basket]
    frequency = Counter(sku for basket in kept for sku in basket)
    known = sorted(sorted(frequency, key=lambda sku: (-frequency[sku], sku))[:largest_catalogue])
    column = {sku: index for index, sku in enumerate(known)}
    columns: list[int] = []
    starts = [0]
    for basket in kept:
        columns.extend(column[sku] for sku in basket if sku in column)
        starts.append(len(columns))
    holds = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.int32), columns, starts), shape=(len(kept), len(known)), dtype=np.int32
    )
    together = sparse.triu(holds.T @ holds, k=1, format="coo")
    often = together.data > 1
    counts, firsts, seconds = together.data[often], together.row[often], together.col[often]
    if len(counts) > most:
        enough = counts >= np.partition(counts, -most)[-most]
        counts, firsts, seconds = counts[enough], firsts[enough], seconds[enough]
    order = np.lexsort((seconds, firsts, -counts))[:most]
    return Counted(
        baskets=len(kept),
        pairs=tuple(
            Pair(
                first=known[firsts[place]],
                second=known[seconds[place]],
                together=int(counts[place]),
                with_first=frequency[known[firsts[place]]],
                with_second=frequency[known[seconds[place]]],
            )
            for place in order
        ),
    )
