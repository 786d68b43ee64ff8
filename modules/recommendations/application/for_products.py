"""Use case: what goes with a product, or with all products of a basket."""

from __future__ import annotations

from collections.abc import Collection

from contracts.recommendations import Recommendation
from modules.recommendations.domain.history import LARGEST_HISTORY
from modules.recommendations.infra.answers import recommended


def for_products(*, skus: Collection[str], limit: int) -> tuple[Recommendation, ...]:
    """What goes with these products and is not among them, the best first; all of them speak with the same voice.

    Of very many products only the first 100 speak. Empty where nobody bought any of them with anything else.
    """
    distinct = dict.fromkeys(skus)
    speaking = dict.fromkeys(list(distinct)[:LARGEST_HISTORY], 1.0)
    return recommended(weights=speaking, unwanted=distinct.keys(), limit=limit)
