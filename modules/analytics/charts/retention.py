"""Retention as curves: the average in front, each cohort thin behind it."""

from __future__ import annotations

from django.utils.safestring import SafeString

from modules.analytics.application.retention import Retention
from modules.analytics.charts.scale import ticks
from modules.analytics.charts.svg import Chart, drawing, element, in_both_widths, text, titled

HEIGHT = 300
TOP, BOTTOM, LEFT, RIGHT = 14, 46, 46, 12


def retention_chart(retention: Retention) -> Chart:
    """The share of each cohort that ordered so many months after its first order; month 0 is not drawn."""
    return in_both_widths(lambda width: _draw(retention, width=width))


def _draw(retention: Retention, *, width: int) -> SafeString:
    curves = [[cohort.share(since) for since in range(1, cohort.ended)] for cohort in retention.cohorts]
    highest = max((share for curve in curves for share in curve if share is not None), default=0.0)
    marks = ticks(0.0, highest * 100)
    floor, last = HEIGHT - BOTTOM, max(retention.columns, 2)

    def x(since: int) -> float:
        return LEFT + (since - 1) / (last - 1) * (width - LEFT - RIGHT)

    def y(share: float) -> float:
        return floor - share * 100 / marks[-1] * (floor - TOP)

    def path(curve: list[float | None]) -> str:
        return " ".join(
            f"{x(since):.1f},{y(share):.1f}" for since, share in enumerate(curve, start=1) if share is not None
        )

    parts = []
    for mark in marks:
        height = y(mark / 100)
        parts.append(
            element("line", x1=LEFT, x2=width - RIGHT, y1=height, y2=height, class_="axis" if mark == 0 else "grid")
        )
        parts.append(text(f"{mark:.3g} %", x=LEFT - 6, y=height + 4, anchor="end"))
    every = -(-28 * last // (width - LEFT - RIGHT))
    for since in range(1, retention.columns + 1, max(every, 1)):
        parts.append(text(str(since), x=x(since), y=floor + 18, anchor="middle"))
    parts.append(text("months after the first order", x=width - RIGHT, y=floor + 36, anchor="end", kind="words soft"))
    parts += [element("polyline", points=path(curve), class_="cohort") for curve in curves if len(curve) > 1]
    average = list(retention.average[1:])
    parts.append(element("polyline", points=path(average), class_="average"))
    for since, share in enumerate(average, start=1):
        if share is not None:
            title = f"After {since} {'month' if since == 1 else 'months'}: {share:.1%} on average"
            parts.append(titled("circle", title, cx=x(since), cy=y(share), r=4, class_="point"))
    return drawing(parts, width=width, height=HEIGHT, label=_label(retention))


def _label(retention: Retention) -> str:
    known = [(since, share) for since, share in enumerate(retention.average) if since and share is not None]
    if not known:
        return "Curves of retention; no cohort is a month old yet."
    (first, share), (last, last_share) = known[0], known[-1]
    return (
        f"Curves of retention: of all customers, {share:.0%} order again {first} month after their first order, "
        f"{last_share:.0%} {last} months after it."
    )
