"""Revenue, retention and pairs of a retail file, worked out in the plainest way, without the shop's code.

A sale is an invoice of digits that has a price or a customer on any line; of it, lines with units above zero count, and
of those the ones with a price are goods unless their code is a charge's.
"""

from __future__ import annotations

import csv
import io
import lzma
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

PENNY = Decimal("0.01")
CHARGES = {"POST", "DOT", "M", "C2", "D", "S", "B", "CRUK", "PADS", "BANK CHARGES", "AMAZONFEE"}


@dataclass
class History:
    """What a file says. Months are texts such as ``2011-03``."""

    net: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    orders: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    baskets: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cohorts: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def active(self, cohort: str) -> list[int]:
        """How many of a cohort ordered in each month from its first to the file's last."""
        return [self.cohorts[cohort][since] for since in range(_months(cohort, max(self.net)) + 1)]

    def together(self, *skus: str) -> int:
        """Baskets that hold all of these products."""
        return sum(basket.issuperset(skus) for basket in self.baskets.values())


def history_of(path: Path) -> History:
    """Read the file and count."""
    packed = path.read_bytes()
    text = (lzma.decompress(packed) if path.suffix == ".xz" else packed).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    month: dict[str, str] = {}
    customer: dict[str, str] = {}
    trade = set()
    for row in rows:
        number = row["InvoiceNo"]
        month[number] = min(month.get(number, "9999-99"), row["InvoiceDate"][:7])
        if row["CustomerID"]:
            customer[number] = row["CustomerID"]
        if Decimal(row["UnitPrice"]) != 0 or row["CustomerID"]:
            trade.add(number)
    history = History()
    for row in rows:
        number, quantity, price = row["InvoiceNo"], int(row["Quantity"]), Decimal(row["UnitPrice"])
        is_credit = number.startswith("C")
        if number.startswith("A") or number not in trade or (quantity < 0 and not is_credit):
            continue
        history.net[month[number]] += price * quantity
        if not is_credit:
            history.orders[month[number]].add(number)
            code = row["StockCode"].upper()
            if price.quantize(PENNY) > 0 and code not in CHARGES and not code.startswith("GIFT_"):
                history.baskets[number].add(code)
    _count_cohorts(history, customer)
    return history


def _count_cohorts(history: History, customer: dict[str, str]) -> None:
    months: defaultdict[str, set[str]] = defaultdict(set)
    for month, numbers in history.orders.items():
        for number in numbers & customer.keys():
            months[customer[number]].add(month)
    for ordered in months.values():
        for month in ordered:
            history.cohorts[min(ordered)][_months(min(ordered), month)] += 1


def _months(earlier: str, later: str) -> int:
    return (int(later[:4]) - int(earlier[:4])) * 12 + int(later[5:]) - int(earlier[5:])
