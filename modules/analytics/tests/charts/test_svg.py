"""Drawings are well-formed, escaped, and hold their letters within the picture."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from modules.analytics.application.pairs import NamedPair
from modules.analytics.application.retention import Retention
from modules.analytics.charts.pairs import pairs_chart
from modules.analytics.charts.retention import retention_chart
from modules.analytics.charts.revenue import revenue_chart
from modules.analytics.charts.svg import Chart, text
from modules.analytics.domain.months import Month
from modules.analytics.domain.pairs import Pair
from modules.analytics.domain.retention import average, cohorts_of
from modules.analytics.domain.revenue import Takings, month_on_month

START = Month(2009, 11)


def revenue(months: int) -> Chart:
    takings = [
        Takings(month=START.plus(place * (1 if place < 5 else 3)), orders=1, sold=Decimal(place * 100 - 50))
        for place in range(months)
    ]
    return revenue_chart(month_on_month(takings, running=START), currency="GBP")


def retention(columns: int) -> Chart:
    activity = [(START, START.plus(since), 10 - since % 7) for since in range(columns + 1)]
    cohorts = cohorts_of(activity, until=START.plus(columns + 1), columns=columns)
    return retention_chart(
        Retention(
            as_of=None, columns=columns, running=START, cohorts=cohorts, average=average(cohorts, columns=columns)
        )
    )


def pairs(count: int) -> Chart:
    pair = Pair(first="A", second="B", together=2, with_first=2, with_second=2)
    return pairs_chart(
        [NamedPair(pair=pair, first_name='Set of 6 "T-lights" & <more>' * 3, second_name="B", lift=1.0)] * count
    )


@pytest.mark.parametrize(
    "chart",
    [
        revenue(0),
        revenue(1),
        revenue(13),
        revenue(120),
        retention(1),
        retention(12),
        retention(36),
        pairs(0),
        pairs(20),
    ],
)
def test_both_drawings_are_well_formed_with_a_label_and_nothing_outside(chart: Chart) -> None:
    for picture in (chart.wide, chart.narrow):
        root = ElementTree.fromstring(picture)
        width, height = (float(root.attrib[name]) for name in ("width", "height"))
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"]
        for shape in root.iter("rect"):
            x, y, wide, high = (float(shape.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x >= 0
            assert y >= 0
            assert x + wide <= width + 0.2
            assert y + high <= height + 0.2
        for words in root.iter("text"):
            assert 0 <= float(words.attrib["x"]) <= width
            assert 0 <= float(words.attrib["y"]) <= height


def test_words_cannot_break_out_of_the_drawing() -> None:
    assert text('</text><script>"', x=0, y=0) == (
        '<text x="0" y="0" text-anchor="start" class="words">&lt;/text&gt;&lt;script&gt;&quot;</text>'
    )
