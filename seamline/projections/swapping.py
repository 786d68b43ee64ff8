"""The swap: new tables for old ones and the checkpoint with them, in one commit that takes milliseconds.

It is made by the owner of the schema, under the module's gate, so that it cannot meet a move of the data. Readers are
never made to wait for long: whoever reads at that moment is waited for in short tries. This file may not fill tables.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from django.db import Error
from psycopg import errors

from seamline.data import atomic, connection_for
from seamline.data.migration import as_owner
from seamline.data.roles import retired_schema, schema_of, serving_role
from seamline.data.route import GATE
from seamline.events.checkpoint import lock_partitions
from seamline.projections.building import Builder, RebuildGone
from seamline.projections.projection import Projection
from seamline.projections.rebuild import Step
from seamline.projections.record import replace_record
from seamline.projections.shape import drop_tables, exchange, make_schema

MOST_AT_ONCE = 2_000
"""Events at most that the swap itself takes in; where there are more, they are followed up before."""
AT_ONCE_FOR = 0.3
"""Seconds in which the tables are asked for without making anybody wait behind."""
WAITS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds that the tables are waited for then, and readers with us."""

_HERE = "SELECT has_schema_privilege(%s, %s, 'USAGE')"
_STANDS = "SELECT fingerprint FROM projection_rebuild WHERE name = %s AND step = 'swapping' FOR UPDATE"
_PUBLISHED = """
SELECT pubname FROM pg_publication_tables WHERE schemaname = %s AND tablename = ANY(%s) LIMIT 1
"""
_CHECKPOINT = """
UPDATE checkpoint SET position = %s, updated_at = clock_timestamp(), lease_owner = NULL, lease_expires_at = NULL
WHERE subscription = %s AND publisher = %s
"""
_SHELF = (
    "DELETE FROM parked_event WHERE subscription = %s AND publisher = %s AND position <= %s AND status <> 'discarded'"
)
_DONE = "UPDATE projection_rebuild SET step = %s, updated_at = clock_timestamp() WHERE name = %s"
_READERS = """
SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'relation' AND granted AND pid <> pg_backend_pid()
  AND relation = ANY(%s::regclass[])
"""


class SwapRefused(Exception):
    """The tables cannot be exchanged now; the text says why. Nothing is changed, and the new rows are kept."""


def swap(*, module: str, projection: Projection, builder: Builder, fingerprint: str) -> int:
    """Exchange the tables, and set the checkpoint to where the new rows stand.

    :returns: how many events were taken in on the way.
    :raises RebuildGone: live delivery has run ahead meanwhile, or the rebuild was cancelled; catch up and try again.
    :raises SwapRefused: readers hold the tables for too long, or the module is being moved.
    """
    with as_owner(module), atomic(module):
        _enter(module)
        live = {}
        for publisher in projection.publishers:
            lock_partitions(subscriber=module, subscription=projection.name, publisher=publisher)
        live = builder.live()
        _check(module, projection, fingerprint=fingerprint)
        handled = 0
        for publisher, until in live.items():
            handled += builder.finish(publisher, until=until, most=MOST_AT_ONCE)
        # A rewind may have brought the live position behind the new rows: these are what counts.
        ends = {publisher: max(until, builder.positions[publisher]) for publisher, until in live.items()}
        _set_checkpoints(module, projection, ends)
        replace_record(module, projection, fingerprint=fingerprint)
        retired = retired_schema(schema_of(module))
        drop_tables(module, retired, projection.filled)
        make_schema(module, retired)
        with connection_for(module).cursor() as cursor:
            cursor.execute(_DONE, [Step.DROPPING, projection.name])
        _take_tables(module, projection)
        exchange(module, projection.filled)
    return handled


def _enter(module: str) -> None:
    """As every transaction of the module begins, so that a move of its data waits for this one, or we find it moved."""
    connection = connection_for(module)
    schema = schema_of(module)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '10s', true)")
        cursor.execute(f"LOCK TABLE {quote(schema)}.{quote(GATE)} IN ROW EXCLUSIVE MODE")
        cursor.execute(_HERE, [serving_role(schema), schema])
        if not cursor.fetchone()[0]:
            raise SwapRefused(f"The data of {module} are being moved, or are elsewhere now; go on when that is done.")


def _check(module: str, projection: Projection, *, fingerprint: str) -> None:
    with connection_for(module).cursor() as cursor:
        cursor.execute(_STANDS, [projection.name])
        row = cursor.fetchone()
        if row is None or row[0] != fingerprint:
            raise RebuildGone(f"The rebuild of {projection.name} was cancelled or begun anew by somebody else.")


def _set_checkpoints(module: str, projection: Projection, ends: Mapping[str, int]) -> None:
    with connection_for(module).cursor() as cursor:
        for publisher, position in ends.items():
            cursor.execute(_CHECKPOINT, [position, projection.name, publisher])
            # The new rows say what these events say: they failed in other code, or waited behind one that did.
            cursor.execute(_SHELF, [projection.name, publisher, position])


def _take_tables(module: str, projection: Projection) -> None:
    """Lock the live tables, at first without a place in the queue: whoever waits there makes all readers wait."""
    connection = connection_for(module)
    quote = connection.ops.quote_name
    tables = [f"{quote(schema_of(module))}.{quote(table)}" for table in projection.filled]
    statement = f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
    patience = time.monotonic() + AT_ONCE_FOR
    waits = iter(WAITS)
    while True:
        queues = time.monotonic() > patience
        wait = next(waits, None) if queues else 0.0
        if wait is None:
            break
        try:
            with atomic(module), connection.cursor() as cursor:
                if queues:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(wait * 1000)}ms"])
                cursor.execute(statement if queues else f"{statement} NOWAIT")
                cursor.execute(_PUBLISHED, [schema_of(module), list(projection.filled)])
                if row := cursor.fetchone():
                    raise SwapRefused(
                        f"{module} is being moved (publication {row[0]} copies its tables); go on when that is done: "
                        f"manage.py projections rebuild {projection.name}"
                    )
                return
        except Error as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
        time.sleep(0.005)
    with connection.cursor() as cursor:
        cursor.execute(_READERS, [tables])
        pids = ", ".join(str(row[0]) for row in cursor.fetchall()) or "they are gone now"
    raise SwapRefused(
        f"Transactions hold {', '.join(projection.filled)} for too long (server processes: {pids}). Nothing is lost; "
        f"go on when they have ended: manage.py projections rebuild {projection.name}"
    )
