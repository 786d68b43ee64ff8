"""``python -m benchmarks.projections``: events a second of a rebuild of the shop's order history, against a raw floor.

The log is generated: orders with a few lines each. The floor reads the same rows of the log with psycopg, decodes the
same events, and copies the same number of finished rows into a table of the same columns and key, a transaction a
batch. Live delivery of the same events, in this process alone, is timed as well. All in one run, on one server.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from seamline.embedded import EmbeddedServer

NAME = "storefront.order_history"
BATCH = 2_000
AIM = 20_000
"""Events a second."""
_GENERATE = """
INSERT INTO orders.event_log (event_id, name, schema_version, key, data, meta)
SELECT gen_random_uuid(), 'orders.order_placed', 1, id, jsonb_build_object(
    'order_id', id, 'number', 'S' || n, 'channel', 'shop', 'customer_id', gen_random_uuid(), 'email', 'ann@example.org',
    'country', 'United Kingdom', 'total', jsonb_build_object('amount', '12.50', 'currency', 'GBP'),
    'placed_at', timestamptz '2011-01-01' + n * interval '1 minute', 'lines', (
        SELECT jsonb_agg(jsonb_build_object('sku', 'SKU' || (n + l) % 4000, 'name', 'PRODUCT NUMBER ' || (n + l) % 4000,
            'quantity', l, 'unit_price', jsonb_build_object('amount', '1.25', 'currency', 'GBP')))
        FROM generate_series(1, {lines}) AS l)
), '{{"actor": "system"}}'
FROM (SELECT n, gen_random_uuid()::text AS id FROM generate_series(1, {events}) AS n) AS numbered;
ANALYZE orders.event_log;
"""
_READ = """
SELECT position, event_id, name, schema_version, key, data::text, meta::text, at FROM orders.event_log
WHERE position > %s AND name = ANY(%s) ORDER BY position LIMIT %s
"""


def floor(url: str, *, lines: int) -> int:
    """Read, decode and copy with the bare driver; answers how many events."""
    from contracts.orders import OrderPlaced
    from seamline.contract.codec import decoder

    decode = decoder(OrderPlaced).decode
    table = "storefront.storefront_ordersummary"
    preview = json.dumps([["85123A", "A PRODUCT OF THE SHOP"]] * lines)
    position, handled = 0, 0
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE TEMP TABLE floor (LIKE {table} INCLUDING INDEXES)")
        connection.commit()
        while rows := connection.execute(_READ, [position, ["orders.order_placed"], BATCH]).fetchall():
            with connection.cursor().copy("COPY floor FROM STDIN") as copy:
                for row in rows:
                    event: Any = decode(row[5])
                    copy.write_row(
                        (event.order_id, event.number, event.customer_id, event.channel, "placed", event.placed_at,
                         event.total.amount, event.total.currency, lines, lines, preview, event.country)
                    )  # fmt: skip
            connection.commit()
            position = rows[-1][0]
            handled += len(rows)
        connection.execute("DROP TABLE floor")
    return handled


def timed(work: Callable[[], int]) -> tuple[float, float]:
    """Events a second by the clock, and by the processor time of this process."""
    began, spent = time.perf_counter(), time.process_time()
    handled = work()
    return handled / (time.perf_counter() - began), handled / (time.process_time() - spent)


def rebuilt() -> tuple[int, float, float]:
    """Make the projection anew, without a comparison; events, and the seconds spent on filling and on all of it."""
    from seamline.projections import rebuild

    began = time.perf_counter()
    outcome = rebuild(NAME, compare=False)
    return outcome.handled, outcome.seconds, time.perf_counter() - began


def measure(url: str, *, events: int, lines: int, rounds: int, profile: bool) -> dict[str, Any]:
    """Prepare the shop's tables and the log, deliver it once, and measure rounds of floor and rebuild in turn."""
    from django.conf import settings

    from seamline.data.migration import migrate_all
    from seamline.data.provision import provision_hosted
    from seamline.events import drain
    from seamline.projections import compare

    provision_hosted(admin_url=url, secret=settings.SEAMLINE_SECRET)
    migrate_all()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_GENERATE.format(events=events, lines=lines))
    live, _ = timed(lambda: drain(timeout=600))
    figures: dict[str, list[float]] = {"floor": [], "floor cpu": [], "filling": [], "whole": [], "whole cpu": []}
    figures |= {"ratio": [], "ratio cpu": []}
    for _ in range(rounds):
        by_clock, by_processor = timed(lambda: floor(url, lines=lines))
        spent = time.process_time()
        handled, filling, whole = rebuilt()
        processor = handled / (time.process_time() - spent)
        assert handled == events, f"{handled} of {events} events"
        for name, value in (("floor", by_clock), ("floor cpu", by_processor), ("filling", handled / filling)):
            figures[name].append(value)
        figures["whole"].append(handled / whole)
        figures["whole cpu"].append(processor)
        figures["ratio"].append(by_clock / (handled / filling))
        figures["ratio cpu"].append(by_processor / processor)
    if profile:
        profiler = cProfile.Profile(time.process_time)
        profiler.runcall(rebuilt)
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    found = compare(NAME)
    assert found.is_equal, found.comparisons
    return {"events": events, "lines": lines, "live": live} | {
        name: {"median": statistics.median(values), "least": min(values), "most": max(values)}
        for name, values in figures.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.projections", description=__doc__)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--lines", type=int, default=4, help="lines of each order")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="profile one further rebuild, on stderr")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seamline-projections-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(directory=Path(folder) / "postgres", fast=True)
        try:
            server.ensure_running()
            os.environ.update(
                DATABASE_URL=server.url, SEAMLINE_SECRET="of the benchmark alone", SEAMLINE_MODULES="orders,storefront",
                DJANGO_SETTINGS_MODULE="project.settings",
            )  # fmt: skip
            import django

            django.setup()
            figures = measure(
                server.url,
                events=options.events,
                lines=options.lines,
                rounds=options.rounds,
                profile=options.profile,
            )
        finally:
            server.destroy()
    if options.format == "json":
        print(json.dumps(figures))
        return 0
    print(f"{options.events:,} events with {options.lines} lines each, {options.rounds} rounds; median (least-most)")
    print(f"live delivery          {figures['live']:8,.0f} events/s")
    for label, name in (
        ("raw psycopg floor", "floor"),
        ("  a processor second", "floor cpu"),
        ("rebuild, filling", "filling"),
        ("rebuild, whole", "whole"),
        ("  a processor second", "whole cpu"),
    ):
        found = figures[name]
        print(f"{label:22} {found['median']:8,.0f} events/s ({found['least']:,.0f}-{found['most']:,.0f})")
    clock, processor = figures["ratio"]["median"], figures["ratio cpu"]["median"]
    print(f"floor over rebuild     {clock:8.2f} x while filling, {processor:.2f} x by processor time of this process")
    print(f"aim: {AIM:,} events/s while filling")
    return 0


if __name__ == "__main__":
    sys.exit(main())
