"""What an import found and did, for people and as JSON. Every line and pound of the file is accounted for in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contracts.kernel import Money
from project.retail.book import Book, Totals, totals_by_month_and_country
from project.retail.classify import LineClass
from project.retail.shipment import Shipment

SOURCE_NOTE = (
    "UCI's Online Retail is by Daqing Chen (doi 10.24432/C5BW33, CC BY 4.0): name the source wherever it is shown."
)


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """The outcome of one run."""

    file: str
    digest: str
    encoding: str
    book: Book
    shipment: Shipment
    new: dict[str, int] = field(default_factory=dict)
    """New ones by kind; empty after a dry run."""
    events: int = 0
    seconds: float = 0.0
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values; money is text with two decimals or as many as the file has."""
        tally, shipment = self.book.tally, self.shipment
        totals = overall(self.book)
        return {
            "file": self.file,
            "sha256": self.digest,
            "encoding": self.encoding,
            "dry_run": self.dry_run,
            "lines": tally.lines,
            "amount": str(tally.amount),
            "classes": {
                each.value: {"lines": share.lines, "units": share.units, "amount": str(share.amount)}
                for each, share in tally.classes.items()
            },
            "charges": dict(tally.charges.most_common()),
            "unusable": {
                "lines": tally.unusable.total(),
                "amount": str(tally.unusable_amount),
                "without_amount": tally.unusable_without_amount,
                "reasons": {reason.value: count for reason, count in tally.unusable.most_common()},
            },
            "repeated_lines": tally.repeated,
            "rounding": {"lines": tally.rounded, "amount": str(tally.rounding)},
            "adds_up": tally.adds_up and totals.revenue == tally.kept_amount,
            "kept": {
                "revenue": str(totals.revenue),
                "units": totals.units,
                "orders": totals.orders,
                "credit_notes": totals.credit_notes,
                "guest_orders": sum(sale.customer_id is None for sale in shipment.sales),
                "products": len(shipment.products),
                "customers": len(shipment.customers),
                "countries": len({sale.country for sale in shipment.sales}),
            },
            "new": {title.casefold(): count for title, count in self.new.items()},
            "events_delivered": self.events,
            "seconds": round(self.seconds, 1),
        }

    def as_text(self) -> str:
        """The same for people."""
        tally, totals, shipment = self.book.tally, overall(self.book), self.shipment
        rows = [f"{self.file}: {tally.lines:,} lines, {_pounds(tally.amount)}"]
        for each, share in tally.classes.items():
            rows.append(f"  {each.value:<22}{share.lines:>9,} lines{share.units:>12,} units{_pounds(share.amount):>18}")
        rows.append(f"  {'unusable':<22}{tally.unusable.total():>9,} lines{_pounds(tally.unusable_amount):>36}")
        rows += [f"    {count:,} x {reason.value}" for reason, count in tally.unusable.most_common()]
        left_out = tally.classes[LineClass.BAD_DEBT].amount + tally.unusable_amount + tally.rounding
        rows += [
            f"Kept: {totals.orders:,} orders and {totals.credit_notes:,} credit notes over {_pounds(totals.revenue)}; "
            f"{len(shipment.products):,} products, {len(shipment.customers):,} customers.",
            f"Left out: {_pounds(left_out)}, of which {tally.rounding} by rounding {tally.rounded} prices. "
            f"{tally.repeated:,} lines repeat another one; they are kept.",
        ]
        if not self.dry_run:
            new = ", ".join(f"{count:,} {title.casefold()}" for title, count in self.new.items())
            rows.append(f"New: {new}. {self.events:,} events delivered.")
        rows.append(f"{'Nothing was stored (dry run). ' if self.dry_run else ''}{self.seconds:.1f} s. {SOURCE_NOTE}")
        return "\n".join(rows)


def overall(book: Book) -> Totals:
    """The totals of all months and countries."""
    total = Totals()
    for cell in totals_by_month_and_country(book.invoices).values():
        total.revenue += cell.revenue
        total.units += cell.units
        total.orders += cell.orders
        total.credit_notes += cell.credit_notes
    return total


def _pounds(amount: Decimal) -> str:
    return str(Money(amount=amount))
