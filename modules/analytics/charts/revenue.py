"""Revenue by month as columns. A break in the months is drawn as a gap; the running month is drawn in outline."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from contracts.kernel import Money
from modules.analytics.charts.scale import short, ticks
from modules.analytics.charts.svg import Chart, drawing, element, in_both_widths, text, titled
from modules.analytics.domain.revenue import RevenueMonth

HEIGHT = 300
TOP, BOTTOM, LEFT, RIGHT = 14, 46, 46, 6
LABEL_WIDTH = 34
"""Room that a month's name takes."""


def revenue_chart(months: Sequence[RevenueMonth], *, currency: str) -> Chart:
    """Net revenue of each month."""
    return in_both_widths(lambda width: _draw(months, currency=currency, width=width))


def _draw(months: Sequence[RevenueMonth], *, currency: str, width: int) -> SafeString:
    values = [float(each.takings.net) for each in months]
    marks = ticks(min(values, default=0.0), max(values, default=0.0))
    low, high = marks[0], marks[-1]
    floor = HEIGHT - BOTTOM

    def y(value: float) -> float:
        return floor - (value - low) / (high - low) * (floor - TOP)

    parts = []
    for mark in marks:
        kind = "axis" if mark == 0 else "grid"
        parts.append(element("line", x1=LEFT, x2=width - RIGHT, y1=y(mark), y2=y(mark), class_=kind))
        parts.append(text(short(mark), x=LEFT - 6, y=y(mark) + 4, anchor="end"))
    slots = _slots(months)
    slot = (width - LEFT - RIGHT) / max(slots[-1] + 1 if slots else 1, 1)
    every = max(1, -(-LABEL_WIDTH // max(int(slot), 1)))
    for index, (each, place) in enumerate(zip(months, slots, strict=True)):
        left, value = LEFT + place * slot, float(each.takings.net)
        top, bottom = min(y(value), y(0)), max(y(value), y(0))
        amount = Money(amount=each.takings.net, currency=currency)
        parts.append(
            titled(
                "rect",
                f"{each.takings.month.name}: {amount}{', so far' if each.is_running else ''}",
                x=left + slot * 0.14,
                y=top,
                width=slot * 0.72,
                height=max(bottom - top, 1.0),
                rx=2,
                class_="column running" if each.is_running else "column",
            )
        )
        if (len(months) - 1 - index) % every == 0:
            month = each.takings.month
            parts.append(text(month.short, x=left + slot / 2, y=floor + 18, anchor="middle"))
            parts.append(text(str(month.year), x=left + slot / 2, y=floor + 34, anchor="middle", kind="words soft"))
    return drawing(parts, width=width, height=HEIGHT, label=_label(months, currency=currency))


def _slots(months: Sequence[RevenueMonth]) -> list[float]:
    """Where each month stands, in columns; half a column more where months are missing."""
    slots: list[float] = []
    for index, each in enumerate(months):
        if index == 0:
            slots.append(0.0)
            continue
        gap = each.takings.month.since(months[index - 1].takings.month) > 1
        slots.append(slots[-1] + (1.5 if gap else 1.0))
    return slots


def _label(months: Sequence[RevenueMonth], *, currency: str) -> str:
    if not months:
        return "Columns of revenue by month; nothing was sold yet."
    best = max(months, key=lambda each: each.takings.net).takings
    first, last = months[0].takings.month, months[-1].takings.month
    amount = Money(amount=best.net, currency=currency)
    return f"Columns of net revenue by month, {first.name} to {last.name}. The highest is {best.month.name}: {amount}."
