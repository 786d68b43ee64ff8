"""The pairs that meet most often, as bars with the products' names above each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from modules.analytics.application.pairs import NamedPair
from modules.analytics.charts.svg import Chart, drawing, in_both_widths, text, titled

SHOWN = 10
ROW = 44
RIGHT = 52
"""Room for the number behind the longest bar."""
LETTER = 6.6
"""Width of a letter, about; names that are longer than the chart are cut."""


def pairs_chart(pairs: Sequence[NamedPair]) -> Chart:
    """The first ten pairs."""
    return in_both_widths(lambda width: _draw(pairs[:SHOWN], width=width))


def _draw(pairs: Sequence[NamedPair], *, width: int) -> SafeString:
    longest = max((each.pair.together for each in pairs), default=1)
    parts = []
    for place, each in enumerate(pairs):
        names, top = f"{each.first_name} + {each.second_name}", place * ROW
        bar = each.pair.together / longest * (width - RIGHT)
        parts.append(text(_cut(names, most=int(width / LETTER)), x=0, y=top + 14))
        parts.append(
            titled(
                "rect", f"{names}: {each.pair.together} baskets",
                x=0, y=top + 20, width=bar, height=14, rx=2, class_="column",
            )
        )  # fmt: skip
        parts.append(text(f"{each.pair.together:,}", x=bar + 6, y=top + 32, kind="words number"))
    return drawing(parts, width=width, height=max(len(pairs), 1) * ROW, label=_label(pairs))


def _cut(words: str, *, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _label(pairs: Sequence[NamedPair]) -> str:
    if not pairs:
        return "Bars of products that are bought together; none were counted yet."
    first = pairs[0]
    return (
        f"Bars of the {len(pairs)} pairs of products in most baskets. The first is {first.first_name} with "
        f"{first.second_name}, in {first.pair.together} baskets."
    )
