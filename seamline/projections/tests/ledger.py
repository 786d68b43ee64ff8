"""A projection of the sample ledger, for tests and the processes that they kill: sums of each item, and all sales.

``behaviour`` lets a test make the handler fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from seamline.data import atomic, connection_for
from seamline.data.migration import as_owner
from seamline.data.roles import rebuild_schema, retired_schema
from seamline.events import Delivery, publish
from seamline.events.tests.sample import LEDGER, Booked, Sold
from seamline.projections import Projection
from seamline.projections.rebuild import forget
from seamline.projections.shape import drop_tables

NAME = f"{LEDGER}.sales"
TABLES = """
CREATE TABLE IF NOT EXISTS sale (
    item text PRIMARY KEY CHECK (item <> ''), "Units sold" bigint NOT NULL DEFAULT 0, sales integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS sale_newest ON sale (sales DESC) WHERE sales > 0;
CREATE TABLE IF NOT EXISTS sold_unit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL, number integer NOT NULL,
    detail json, CONSTRAINT sold_unit_of FOREIGN KEY (item) REFERENCES sale (item)
);
CREATE INDEX IF NOT EXISTS sold_unit_of_item ON sold_unit (item, number);
"""
behaviour: dict[str, Callable[[Any], None]] = {}


def keep(deliveries: Sequence[Delivery[Sold]]) -> None:
    """Count, list, and tell others, which is to happen once."""
    if "keep" in behaviour:
        behaviour["keep"](deliveries)
    units: Counter[str] = Counter()
    sales: Counter[str] = Counter()
    for delivery in deliveries:
        units[delivery.event.item] += delivery.event.number
        sales[delivery.event.item] += 1
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(
            'INSERT INTO sale (item, "Units sold", sales) SELECT * FROM unnest(%s::text[], %s::bigint[], %s::int[]) '
            'ON CONFLICT (item) DO UPDATE SET "Units sold" = sale."Units sold" + excluded."Units sold", '
            "sales = sale.sales + excluded.sales",
            [list(units), list(units.values()), list(sales.values())],
        )
        cursor.execute(
            "INSERT INTO sold_unit (item, number, detail) SELECT item, number, json_build_object('n', number) "
            "FROM unnest(%s::text[], %s::int[]) AS sold (item, number)",
            [[each.event.item for each in deliveries], [each.event.number for each in deliveries]],
        )
    publish(*(Booked(item=each.event.item, number=each.event.number) for each in deliveries))


def projection(**changes: Any) -> Projection:
    """The projection; it retries at once."""
    defaults: dict[str, Any] = {
        "name": NAME,
        "version": 1,
        "events": (Sold,),
        "handler": f"{__name__}:keep",
        "tables": ("sale", "sold_unit"),
        "batch": 5,
        "rebuild_batch": 4,
        "backoff": 0.01,
        "max_attempts": 2,
    }
    return Projection(**{**defaults, **changes})


def sums() -> dict[str, int]:
    """Units sold of each item, as the live table says."""
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute('SELECT item, "Units sold" FROM sale')
        return dict(cursor.fetchall())


def units() -> list[int]:
    """The numbers of all sales, as the live table says."""
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT number FROM sold_unit ORDER BY number")
        return [row[0] for row in cursor.fetchall()]


def spoil(statement: str) -> None:
    """Change live rows behind the projection's back."""
    with atomic(LEDGER), connection_for(LEDGER).cursor() as cursor:
        cursor.execute(statement)


def schemas() -> set[str]:
    """The schemas beside the ledger's that are there."""
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", [f"{LEDGER}\\_\\_%"])
        return {row[0] for row in cursor.fetchall()}


def clean() -> None:
    """Drop what a test has left half built."""
    with suppress(LookupError), as_owner(LEDGER), atomic(LEDGER):
        for schema in (rebuild_schema(LEDGER), retired_schema(LEDGER)):
            drop_tables(LEDGER, schema, ("sold_unit", "sale"))
        forget(LEDGER, NAME)
