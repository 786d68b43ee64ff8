"""Small retail files for tests, and the place of the real one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from project.retail.source import COLUMNS

REAL_FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "online_retail.csv.xz"
needs_real_file = pytest.mark.skipif(
    not REAL_FILE.is_file(), reason=f"the real data is not at ../shared/data/{REAL_FILE.name}; docs/data.md says more"
)

Row = Sequence[str]


def row(
    *,
    invoice: str = "536365",
    code: str = "85123A",
    description: str = "WHITE HANGING HEART T-LIGHT HOLDER",
    quantity: str = "6",
    date: str = "2010-12-01T08:26",
    price: str = "2.55",
    customer: str = "17850",
    country: str = "United Kingdom",
) -> Row:
    """A line as the real file has it, except for what the test is about."""
    return (invoice, code, description, quantity, date, price, customer, country)


EXAMPLES: tuple[Row, ...] = (
    row(),
    row(code="71053", description="WHITE METAL LANTERN", price="3.39"),
    row(invoice="536367", code="POST", description="POSTAGE", quantity="1", price="18.00", customer="12583",
        country="France", date="2010-12-02T08:45"),
    row(invoice="536367", code="22728", description="ALARM CLOCK BAKELIKE PINK", quantity="24", price="3.75",
        customer="12583", country="France", date="2010-12-02T08:45"),
    row(invoice="C536379", code="85123A", quantity="-1", date="2010-12-03T09:41"),
    row(invoice="536414", code="22139", description="", quantity="56", price="0.0", customer=""),
    row(invoice="536589", code="21777", description="lost", quantity="-10", price="0.0", customer=""),
    row(invoice="A563185", code="B", description="Adjust bad debt", quantity="1", price="11062.06", customer=""),
)  # fmt: skip


def write_csv(path: Path, rows: Iterable[Row] = EXAMPLES, *, header: Row = COLUMNS, encoding: str = "utf-8") -> Path:
    """A comma-separated file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
