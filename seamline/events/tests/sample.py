"""Two modules for the tests of events: ``sample_shop`` publishes, ``sample_ledger`` keeps a row for each event.

``host`` adds their aliases to this process, also in the processes that tests start and kill.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from seamline.contract import Contract, Event
from seamline.data import atomic, connection_for
from seamline.data.databases import databases
from seamline.events import Delivery, Subscription
from seamline.modules import Module, registry

SHOP, LEDGER = "sample_shop", "sample_ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold(Event, name="sample_shop.sold", key="item"):
    item: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Event, name="sample_shop.renamed", key="item"):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeclared(Event, name="sample_shop.undeclared", key="item"):
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked(Event, name="sample_ledger.booked", key="item"):
    item: str
    number: int


class Shop(Contract, module=SHOP, version="1.0", events=(Sold, Renamed)):
    """Sells."""


class Ledger(Contract, module=LEDGER, version="1.0", events=(Booked,)):
    """Books."""


EFFECT = """
CREATE TABLE IF NOT EXISTS effect (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL, number integer NOT NULL,
    attempt integer NOT NULL, meta text NOT NULL DEFAULT '', subscription text NOT NULL DEFAULT ''
)
"""
behaviour: dict[str, Callable[[Any], None]] = {}
"""Tests put a function under "handle" to make the handler fail."""


def book(event: Sold, delivery: Delivery[Sold]) -> None:
    insert(event.item, event.number, delivery.attempt, repr(sorted(delivery.meta)))
    if "handle" in behaviour:
        behaviour["handle"](delivery)


def book_and_publish(event: Sold, delivery: Delivery[Sold]) -> None:
    from seamline.events import publish

    insert(event.item, event.number, delivery.attempt)
    publish(Booked(item=event.item, number=event.number))


def note_booking(event: Booked, delivery: Delivery[Booked]) -> None:
    insert(event.item, -event.number, delivery.attempt, str(delivery.meta.get("causation", "")))


def book_all(deliveries: Sequence[Delivery[Sold]]) -> None:
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(
            "INSERT INTO effect (item, number, attempt) SELECT * FROM unnest(%s::text[], %s::int[], %s::int[])",
            [
                [each.event.item for each in deliveries],
                [each.event.number for each in deliveries],
                [each.attempt for each in deliveries],
            ],
        )
    if "handle" in behaviour:
        for delivery in deliveries:
            behaviour["handle"](delivery)


def insert(item: str, number: int, attempt: int = 1, meta: str = "") -> None:
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(
            "INSERT INTO effect (item, number, attempt, meta) VALUES (%s, %s, %s, %s)", [item, number, attempt, meta]
        )


def subscription(**changes: Any) -> Subscription:
    """A subscription of the ledger that retries at once."""
    defaults: dict[str, Any] = {
        "name": f"{LEDGER}.book",
        "events": (Sold,),
        "handler": f"{__name__}:book",
        "backoff": 0.01,
        "max_attempts": 3,
    }
    return Subscription(**{**defaults, **changes})


def add_aliases() -> None:
    """Let this process reach both modules' schemas."""
    made = databases(url=settings.DATABASE_URL, modules=(SHOP, LEDGER), secret=settings.SEAMLINE_SECRET, pool_size=None)
    for alias in (SHOP, LEDGER):
        settings.DATABASES[alias] = made[alias]
        connections.settings[alias] = connections.configure_settings({"default": {}, alias: made[alias]})[alias]


def remove_aliases() -> None:
    """Forget them again."""
    for alias in (SHOP, LEDGER):
        connections[alias].close()
        del connections[alias]
        settings.DATABASES.pop(alias)
        connections.settings.pop(alias, None)


def host(*subscriptions: Subscription, jobs: tuple[Any, ...] = ()) -> None:
    """Make both modules, the ledger with these subscriptions and jobs, the hosted ones of this process; no others."""
    registry._HOSTED.clear()
    registry.register(Module(name=SHOP, owner="tests", contract=Shop))
    registry.register(Module(name=LEDGER, owner="tests", contract=Ledger, subscriptions=subscriptions, jobs=jobs))


def sell(*numbers: int, item: str = "pear") -> None:
    """Publish one event for each number, in one transaction."""
    from seamline.events import publish

    with atomic(SHOP):
        publish(*(Sold(item=item, number=number) for number in numbers))


def effects(item: str | None = None) -> list[int]:
    """The numbers booked so far, in the order of booking."""
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT number FROM effect WHERE item = coalesce(%s, item) ORDER BY id", [item])
        return [row[0] for row in cursor.fetchall()]


def metas(item: str) -> list[str]:
    """What was noted beside the bookings of an item, in their order."""
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT meta FROM effect WHERE item = %s ORDER BY id", [item])
        return [row[0] for row in cursor.fetchall()]


def in_threads(count: int, function: Callable[[int], None]) -> list[threading.Thread]:
    """Start the function in so many threads, each with connections of its own that are closed at its end."""

    def run(index: int) -> None:
        try:
            function(index)
        finally:
            for alias in (SHOP, LEDGER):
                connections[alias].close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    return threads


def process_setup() -> None:
    """What a process that a test starts does first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django

    django.setup()
    add_aliases()
