"""Lines of a file become the figures of the sales report, which agree with a plain count of the lines."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from modules.analytics.application.count_pairs import count_pairs
from project.retail.importing import import_retail_file
from project.retail.progress import Silent
from tests.retail.analytics import answer, assert_analytics_agree
from tests.retail.files import Row, row, write_csv
from tests.retail.independent_analytics import history_of

pytestmark = pytest.mark.together("orders", reason="orders are imported as events")
CODES = ("85123A", "71053", "22728", "22697", "22699", "85099b", "POST", "M")


def sample() -> Iterator[Row]:
    """Two hundred invoices of thirty customers and guests over a year, some of them credit notes."""
    chance = random.Random(6)
    for number in range(536365, 536565):
        day = f"2011-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T10:00"
        who = chance.choice(("", *(str(12300 + each) for each in range(30))))
        is_credit = chance.random() < 0.1
        for code in chance.sample(CODES, chance.randint(1, 6)):
            yield row(
                invoice=f"C{number}" if is_credit else str(number),
                code=code,
                description=f"PRODUCT {code}",
                quantity=str(-chance.randint(1, 3) if is_credit else chance.randint(1, 12)),
                date=day,
                price=chance.choice(("0.85", "2.55", "4.25", "0.0") if who else ("1.25", "3.75")),
                customer=who,
            )


def test_the_sales_report_agrees_with_a_plain_count_of_the_files_lines(database: None, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "sample.csv", sample())
    import_retail_file(path, marks=tmp_path, progress=Silent())
    count_pairs()
    assert_analytics_agree(path, pairs=15)
    history = history_of(path)
    skus = sorted(set().union(*history.baskets.values()))
    strongest = max(history.together(*pair) for pair in combinations(skus, 2))
    assert answer("pairs", limit=1)["pairs"][0]["together"] == strongest
