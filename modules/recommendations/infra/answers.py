"""The live neighbourhoods ranked and put into the contract's words; shared by all use cases that answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from contracts.kernel import Sku
from contracts.recommendations import Recommendation
from modules.recommendations.domain.ranking import rank
from modules.recommendations.infra.store import live_neighbourhoods


def recommended(*, weights: Mapping[str, float], unwanted: Collection[str], limit: int) -> tuple[Recommendation, ...]:
    """What the weighted products speak for, the best first; empty for a limit below 1."""
    if not weights or limit < 1:
        return ()
    ranked = rank(weights=weights, neighbourhoods=live_neighbourhoods(weights), unwanted=unwanted, limit=limit)
    return tuple(
        Recommendation(
            sku=Sku(one.sku),
            score=one.score,
            because_of=tuple(Sku(sku) for sku in one.because_of),
            bought_together=one.bought_together,
        )
        for one in ranked
    )
