"""Three parts, all at once and one after the other, quick and slow: what the gateway composes in this benchmark.

Parts in turn are declared so that each needs the one before it. Names are those that the compositions' configuration
has to have; this file may only declare.
"""

from __future__ import annotations

from benchmarks.gateway_backend import SLOW
from seamline.gateway.caching import CacheRule
from seamline.gateway.composition import Composition, Part

NAMES = ("one", "two", "three")
QUICK = "/api/v1/x/y/"


def _parallel(path: str, target: str) -> Composition:
    return Composition(path=path, parts=tuple(Part(name=name, target=target, public=True) for name in NAMES))


def _in_turn(path: str, target: str) -> Composition:
    targets = (target, target + "?after={one.sku}", target + "?after={two.sku}")
    parts = (Part(name=name, target=each, public=True) for name, each in zip(NAMES, targets, strict=True))
    return Composition(path=path, parts=tuple(parts))


COMPOSITIONS = (
    _parallel("/pages/parallel", QUICK),
    _in_turn("/pages/turn", QUICK),
    _parallel("/pages/slow-parallel", SLOW),
    _in_turn("/pages/slow-turn", SLOW),
)
CACHE_RULES: tuple[CacheRule, ...] = ()
