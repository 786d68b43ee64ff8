"""The SQL of the ledger: entries are added, all of a batch in one statement, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from modules.payments.domain.ledger import Entry
from seamline.data import connection_for

BOOK = """
INSERT INTO ledger_entry (transaction_id, stream, version, key, account, amount, currency, at)
SELECT * FROM unnest(%(transactions)s::uuid[], %(streams)s::text[], %(versions)s::int[], %(keys)s::text[],
    %(accounts)s::text[], %(amounts)s::numeric[], %(currencies)s::text[], %(times)s::timestamptz[])
"""
"""Added with the parameters of ``columns``, alone or beside another statement."""


_SUMS = "SELECT split_part(account, ':', 1), currency, sum(amount) FROM ledger_entry GROUP BY 1, 2 ORDER BY 1, 2"
_SUMS_THEN = """
SELECT split_part(account, ':', 1), currency, sum(amount)
FROM ledger_entry JOIN event_log USING (stream, version) WHERE event_log.at <= %s
GROUP BY 1, 2 ORDER BY 1, 2
"""


def book(entries: Sequence[Entry]) -> None:
    """Add entries.

    :raises IntegrityError: a transaction does not add up to zero, or was booked before.
    """
    if entries:
        with connection_for("payments").cursor() as cursor:
            cursor.execute(BOOK, columns(entries))


def sums(*, as_of: datetime | None = None) -> list[tuple[str, str, Decimal]]:
    """Account, currency and amount of all entries, or of those whose events had been recorded at a time.

    Wallets are one account here, and gift cards another: there may be a million of each.
    """
    statement, parameters = (_SUMS, []) if as_of is None else (_SUMS_THEN, [as_of])
    with connection_for("payments").cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def columns(entries: Sequence[Entry]) -> dict[str, list[Any]]:
    """The parameters of ``BOOK``."""
    return {
        "transactions": [entry.transaction_id for entry in entries],
        "streams": [entry.stream for entry in entries],
        "versions": [entry.version for entry in entries],
        "keys": [entry.key for entry in entries],
        "accounts": [str(entry.posting.account) for entry in entries],
        "amounts": [entry.posting.amount for entry in entries],
        "currencies": [entry.posting.currency for entry in entries],
        "times": [entry.at for entry in entries],
    }
