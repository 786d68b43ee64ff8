"""Command: take over customers known from elsewhere, thousands in one statement."""

from __future__ import annotations

from contracts.customers import CustomerRecord
from modules.customers.domain.profile import acceptable_line, acceptable_number
from seamline.data import connection_for

_INSERT = """
INSERT INTO account (customer_id, email, name, country, password, external_number, signed_up_at)
SELECT customer_id, NULL, name, country, '', number, since
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
  AS record (customer_id, name, country, number, since)
ON CONFLICT (customer_id) DO NOTHING
"""


def put_customers(*, customers: tuple[CustomerRecord, ...]) -> int:
    """Insert those that are new; answers how many.

    :raises InvalidProfile: a name, country or number is not acceptable; nothing is taken over.
    """
    columns = (
        [record.customer_id for record in customers],
        [acceptable_line(record.name, field="name") for record in customers],
        [acceptable_line(record.country, field="country") for record in customers],
        [acceptable_number(record.external_number) for record in customers],
        [record.known_since for record in customers],
    )
    with connection_for("customers").cursor() as cursor:
        cursor.execute(_INSERT, list(columns))
        return int(cursor.rowcount)
