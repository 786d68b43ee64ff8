"""The SQL of the ledger: entries are added, all of a batch in one statement, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from modules.payments.domain.ledger import Entry
from seamline.data import connection_for

_BOOK = """
INSERT INTO ledger_entry (transaction_id, order_id, account, amount, currency, at)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::numeric[], %s::text[], %s::timestamptz[])
"""


def book(entries: Sequence[Entry], *, at: datetime) -> None:
    """Add entries of one moment."""
    book_at([(entry, at) for entry in entries])


def book_at(entries: Sequence[tuple[Entry, datetime]]) -> None:
    """Add entries, each with its moment.

    :raises IntegrityError: a transaction does not add up to zero, or was booked before.
    """
    if not entries:
        return
    columns: list[Any] = [
        [entry.transaction_id for entry, _ in entries],
        [entry.order_id for entry, _ in entries],
        [entry.account.value for entry, _ in entries],
        [entry.amount for entry, _ in entries],
        [entry.currency for entry, _ in entries],
        [at for _, at in entries],
    ]
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_BOOK, columns)
