"""Round numbers along an axis, and how people read them. Pure."""

from __future__ import annotations

import math

_STEPS = (1, 2, 2.5, 5, 10)
SMALLEST = 1e-6
"""Values that differ less are as good as zero."""
_UNITS = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


def ticks(lowest: float, highest: float, *, about: int = 4) -> tuple[float, ...]:
    """Round numbers from at or below the lowest value, and zero, to at or above the highest one.

    :param about: how many steps, more or less.
    """
    lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    if highest - lowest < SMALLEST:
        highest = lowest + 1.0
    rough = (highest - lowest) / about
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(each * magnitude for each in _STEPS if each * magnitude >= rough * (1 - 1e-9))
    return tuple(
        place * step for place in range(math.floor(lowest / step + 1e-9), math.ceil(highest / step - 1e-9) + 1)
    )


def short(value: float) -> str:
    """A number for an axis: ``1.2m``, ``250k``, ``0``."""
    for unit, letter in _UNITS:
        if abs(value) >= unit:
            return f"{value / unit:.3g}{letter}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−")
