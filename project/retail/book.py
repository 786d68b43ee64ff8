"""The whole file, grouped: invoices to keep, stock corrections, and a tally in which every line and pound is counted.

Pure. The tally adds up by construction of its parts, and ``Tally.adds_up`` proves it against the file's own sum.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from contracts.kernel import CENT
from project.retail.classify import KEPT, LineClass, classify, is_trade
from project.retail.lines import Line, LineParser, Reason, Unusable
from project.retail.source import NumberedRow

NOTHING = Decimal("0.00")
LARGEST_UNUSABLE_SHARE = 0.1


class KeptLine(NamedTuple):
    """A line that becomes part of an order or a credit note."""

    line: Line
    line_class: LineClass
    price: Decimal
    """Pounds a unit, rounded to the penny."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A sale, or a credit note (``C`` before the number), with its lines as they stand in the file."""

    number: str
    at: datetime
    """Local time of the shop, of its earliest line: some invoices took more than a minute to write."""
    customer: str
    """Empty for guests."""
    country: str
    lines: tuple[KeptLine, ...]

    @property
    def is_credit_note(self) -> bool:
        return self.number.startswith("C")

    @property
    def total(self) -> Decimal:
        return sum((kept.price * kept.line.quantity for kept in self.lines), NOTHING)

    @property
    def units(self) -> int:
        return sum(kept.line.quantity for kept in self.lines)


@dataclass(slots=True, kw_only=True)
class Share:
    """Lines, units and pounds of one part of the file."""

    lines: int = 0
    units: int = 0
    amount: Decimal = NOTHING

    def add(self, line: Line) -> None:
        self.lines += 1
        self.units += line.quantity
        self.amount += line.amount


@dataclass(slots=True, kw_only=True)
class Tally:
    """Every line of the file, counted once."""

    lines: int = 0
    amount: Decimal = NOTHING
    """Pounds of all lines whose quantity and price can be read."""
    classes: dict[LineClass, Share] = field(default_factory=lambda: {each: Share() for each in LineClass})
    charges: Counter[str] = field(default_factory=Counter)
    """Lines by stock code, of those that are charges."""
    unusable: Counter[Reason] = field(default_factory=Counter)
    unusable_amount: Decimal = NOTHING
    unusable_without_amount: int = 0
    repeated: int = 0
    """Lines that equal an earlier line in every field; they are kept."""
    rounded: int = 0
    """Lines that are kept and whose price has fractions of a penny."""
    rounding: Decimal = NOTHING
    """Pounds that rounding these prices took away."""

    @property
    def kept_amount(self) -> Decimal:
        """Pounds in orders and credit notes, to the penny."""
        return sum((self.classes[each].amount for each in KEPT), NOTHING) - self.rounding

    @property
    def adds_up(self) -> bool:
        """Whether all lines and pounds of the file are accounted for."""
        lines = sum(share.lines for share in self.classes.values()) + self.unusable.total()
        amount = sum((share.amount for share in self.classes.values()), self.unusable_amount)
        return lines == self.lines and amount == self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the file says, in order of time."""

    invoices: tuple[Invoice, ...]
    corrections: tuple[Line, ...]
    tally: Tally


def read_book(rows: Iterable[NumberedRow]) -> Book:
    """Group the rows of a file."""
    tally = Tally()
    by_invoice = _usable_lines(rows, tally)
    invoices: list[Invoice] = []
    corrections: list[Line] = []
    for lines in by_invoice.values():
        kept = _kept_lines(lines, corrections, tally)
        if kept:
            first = kept[0].line
            invoices.append(
                Invoice(
                    number=first.invoice,
                    at=min(each.line.at for each in kept),
                    customer=first.customer,
                    country=first.country,
                    lines=tuple(kept),
                )
            )
    invoices.sort(key=lambda invoice: (invoice.at, invoice.number))
    return Book(invoices=tuple(invoices), corrections=tuple(corrections), tally=tally)


def _usable_lines(rows: Iterable[NumberedRow], tally: Tally) -> dict[str, list[Line]]:
    parse = LineParser().parse
    by_invoice: defaultdict[str, list[Line]] = defaultdict(list)
    for number, values in rows:
        parsed = parse(number, values)
        if isinstance(parsed, Unusable):
            tally.unusable[parsed.reason] += 1
            if parsed.amount is None:
                tally.unusable_without_amount += 1
            else:
                tally.unusable_amount += parsed.amount
                tally.amount += parsed.amount
        else:
            by_invoice[parsed.invoice].append(parsed)
            tally.amount += parsed.price * parsed.quantity
        tally.lines += 1
    return by_invoice


def _kept_lines(lines: list[Line], corrections: list[Line], tally: Tally) -> list[KeptLine]:
    """The lines of one invoice that are kept; what is not goes where it belongs."""
    trade = any(is_trade(line) for line in lines)
    tally.repeated += len(lines) - len({line[1:] for line in lines})
    kept = []
    for line in lines:
        line_class = classify(line, invoice_is_trade=trade)
        tally.classes[line_class].add(line)
        if line_class in KEPT:
            price = rounded(line.price)
            if price != line.price:
                tally.rounded += 1
                tally.rounding += (line.price - price) * line.quantity
            if line_class is LineClass.CHARGE:
                tally.charges[line.sku] += 1
            kept.append(KeptLine(line, line_class, price))
        elif line_class is LineClass.STOCK_CORRECTION:
            corrections.append(line)
    return kept


def rounded(price: Decimal) -> Decimal:
    """The price to the penny, half to even."""
    return price.quantize(CENT, rounding=ROUND_HALF_EVEN)


class Cell(NamedTuple):
    """A month of the shop's local time, and a country."""

    month: str
    country: str


@dataclass(slots=True, kw_only=True)
class Totals:
    """What happened in one cell; credit notes count negatively in revenue and units."""

    revenue: Decimal = NOTHING
    units: int = 0
    orders: int = 0
    credit_notes: int = 0


def totals_by_month_and_country(invoices: Iterable[Invoice]) -> dict[Cell, Totals]:
    """Revenue, units, orders and credit notes by month (``2011-03``) and country."""
    totals: defaultdict[Cell, Totals] = defaultdict(Totals)
    for invoice in invoices:
        cell = totals[Cell(f"{invoice.at:%Y-%m}", invoice.country)]
        cell.revenue += invoice.total
        cell.units += invoice.units
        if invoice.is_credit_note:
            cell.credit_notes += 1
        else:
            cell.orders += 1
    return dict(totals)
