"""Baskets from a file of invoice lines, so that the evaluation can run without a database.

The file has the columns of UCI's "Online Retail". Nothing is stored; importing such a file into the shop is not the
business of this module.
"""

from __future__ import annotations

import csv
import gzip
import lzma
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from modules.recommendations.domain.baskets import Basket, basket_of

COLUMNS = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")
_LONDON = ZoneInfo("Europe/London")


class UnreadableRetailFile(ValueError):
    """The file is missing, or is none of invoice lines."""


def read_baskets(path: Path) -> list[Basket]:
    """The baskets of all invoices and cancellations, in the order in which the file has them.

    :param path: comma-separated text; ``.xz`` and ``.gz`` are unpacked.
    :raises UnreadableRetailFile: says what is wrong and, where it is a line, which one.
    """
    try:
        with _opened(path) as file:
            return list(_baskets(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, EOFError, lzma.LZMAError, csv.Error) as error:
        raise UnreadableRetailFile(f"{path} cannot be read as invoice lines: {error}") from error


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _baskets(rows: csv.DictReader[str], path: Path) -> Iterator[Basket]:
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise UnreadableRetailFile(f"{path} lacks the columns {', '.join(missing)} in its first line.")
    invoices: dict[str, tuple[datetime, str | None, list[tuple[str, int, Decimal]]]] = {}
    dates: dict[str, datetime] = {}
    for row in rows:
        try:
            number, date = row["InvoiceNo"], row["InvoiceDate"]
            if date not in dates:
                dates[date] = datetime.fromisoformat(date).replace(tzinfo=_LONDON)
            invoice = invoices.setdefault(number, (dates[date], row["CustomerID"] or None, []))
            invoice[2].append((row["StockCode"].upper(), int(row["Quantity"]), Decimal(row["UnitPrice"])))
        except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
            raise UnreadableRetailFile(f"{path}, line {rows.line_num}, is no invoice line: {error}") from error
    return _known(
        basket_of(at=at, customer=customer, lines=lines, is_return=number.startswith("C"))
        for number, (at, customer, lines) in invoices.items()
        if number.isdigit() or number.startswith("C")
    )


def _known(baskets: Iterable[Basket | None]) -> Iterator[Basket]:
    return (basket for basket in baskets if basket is not None)
