"""From neighbourhoods to recommendations: scores add up, and each names the products that led to it.

Pure arithmetic over values that were read before; this file may not know where they come from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest

LARGEST_ANSWER = 100
MOST_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What goes with one product, the strongest first: three tuples of the same length."""

    sku: str
    neighbours: tuple[str, ...]
    strengths: tuple[float, ...]
    """Above zero; comparable between neighbourhoods of one generation."""
    together: tuple[int, ...]
    """Baskets that hold the product and its neighbour; at least 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One recommendation with its reasons."""

    sku: str
    score: float
    because_of: tuple[str, ...]
    bought_together: int


def rank(
    *, weights: Mapping[str, float], neighbourhoods: Iterable[Neighbourhood], unwanted: Collection[str], limit: int
) -> tuple[Ranked, ...]:
    """The products that the weighted ones speak for most, the best first; ties in the order of their codes.

    :param weights: how much each product speaks; neighbourhoods of others are ignored.
    :param unwanted: products that are not recommended, such as those the customer has.
    :param limit: at most so many, never more than 100.
    """
    speaking = [one for one in neighbourhoods if weights.get(one.sku, 0.0) > 0]
    scores: dict[str, float] = {}
    for one in speaking:
        weight = weights[one.sku]
        for sku, strength in zip(one.neighbours, one.strengths, strict=True):
            scores[sku] = scores.get(sku, 0.0) + weight * strength
    candidates = ((-score, sku) for sku, score in scores.items() if sku not in unwanted)
    best = {sku: -score for score, sku in nsmallest(max(min(limit, LARGEST_ANSWER), 0), candidates)}
    # Few of the candidates are answered: only for those it pays to find out who spoke for them.
    reasons: dict[str, list[tuple[float, str, int]]] = {sku: [] for sku in best}
    for one in speaking:
        for place, sku in enumerate(one.neighbours):
            if sku in reasons:
                reasons[sku].append((weights[one.sku] * one.strengths[place], one.sku, one.together[place]))
    return tuple(_ranked(sku, score, reasons[sku]) for sku, score in best.items())


def _ranked(sku: str, score: float, reasons: list[tuple[float, str, int]]) -> Ranked:
    strongest = sorted(reasons, key=lambda reason: (-reason[0], reason[1]))
    return Ranked(
        sku=sku,
        score=score,
        because_of=tuple(source for _, source, _ in strongest[:MOST_REASONS]),
        bought_together=strongest[0][2],
    )
