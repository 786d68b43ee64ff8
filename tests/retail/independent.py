"""The figures of a retail file, worked out a second time in the plainest way, sharing no code with the loader.

A sale is an invoice of digits that has a price or a customer on any line; of it, lines with units above zero count. A
credit note is an invoice with a C. Months are those of the invoice's earliest line.
"""

from __future__ import annotations

import csv
import lzma
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

PENNY = Decimal("0.01")


@dataclass
class Figures:
    """What happened in one month and country."""

    revenue: Decimal = Decimal(0)
    units: int = 0
    orders: set[str] = field(default_factory=set)
    credit_notes: set[str] = field(default_factory=set)


@cache
def figures_of(path: Path) -> dict[tuple[str, str], Figures]:
    """By month and country, read once a session; revenue is rounded to the penny once, at the end."""
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    month: dict[str, str] = {}
    trade = set()
    for row in rows:
        number = row["InvoiceNo"]
        month[number] = min(month.get(number, "9999-99"), row["InvoiceDate"][:7])
        if Decimal(row["UnitPrice"]) != 0 or row["CustomerID"]:
            trade.add(number)
    figures: defaultdict[tuple[str, str], Figures] = defaultdict(Figures)
    for row in rows:
        number, quantity = row["InvoiceNo"], int(row["Quantity"])
        cancelled = number.startswith("C")
        if number.startswith("A") or number not in trade or (quantity < 0 and not cancelled):
            continue
        cell = figures[month[number], row["Country"]]
        cell.revenue += Decimal(row["UnitPrice"]) * quantity
        cell.units += quantity
        (cell.credit_notes if cancelled else cell.orders).add(number)
    for cell in figures.values():
        cell.revenue = cell.revenue.quantize(PENNY)
    return dict(figures)
