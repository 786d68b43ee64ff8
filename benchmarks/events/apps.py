"""The two modules of the benchmark: ``bench_shop`` sells and publishes, ``bench_ledger`` keeps a row for each event."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import AppConfig

from benchmarks.events.tables import BUSINESS_ROW, EFFECT_ROW, EFFECT_ROWS, NOTE, item_of
from seamline.contract import Contract, Event

SHOP, LEDGER = "bench_shop", "bench_ledger"
HANDLER = "BENCH_HANDLER"
"""Environment variable: ``each``, ``batch`` or ``none``: which subscription the ledger has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold(Event, name="bench_shop.sold", key="item"):
    item: str
    number: int
    note: str


class Shop(Contract, module=SHOP, version="1.0", events=(Sold,)):
    """Sells."""


class Ledger(Contract, module=LEDGER, version="1.0"):
    """Books."""


class BenchmarkConfig(AppConfig):
    name = "benchmarks.events"
    label = "bench"

    def ready(self) -> None:
        from seamline.events import Subscription
        from seamline.modules import Module
        from seamline.modules.registry import register

        handlers = {
            "each": Subscription(name=f"{LEDGER}.each", events=(Sold,), handler=f"{__name__}:book"),
            "batch": Subscription(name=f"{LEDGER}.batch", events=(Sold,), handler=f"{__name__}:book_all", batch=500),
        }
        wanted = os.environ.get(HANDLER, "none")
        register(Module(name=SHOP, owner="benchmarks", contract=Shop))
        register(
            Module(
                name=LEDGER,
                owner="benchmarks",
                contract=Ledger,
                subscriptions=(handlers[wanted],) if wanted in handlers else (),
            )
        )


def sell_quietly(numbers: Sequence[int]) -> None:
    """The business rows alone, in one transaction."""
    from seamline.data import atomic, connection_for

    with atomic(SHOP), connection_for(SHOP).cursor() as cursor:
        for number in numbers:
            cursor.execute(BUSINESS_ROW, [number, item_of(number), NOTE])


def sell(numbers: Sequence[int]) -> None:
    """The business rows and their events, in one transaction."""
    from seamline.data import atomic, connection_for
    from seamline.events import publish

    with atomic(SHOP):
        with connection_for(SHOP).cursor() as cursor:
            for number in numbers:
                cursor.execute(BUSINESS_ROW, [number, item_of(number), NOTE])
        publish(*(Sold(item=item_of(number), number=number, note=NOTE) for number in numbers))


def book(event: Sold, delivery: object) -> None:
    """The handler that takes events one by one."""
    from seamline.data import connection_for

    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(EFFECT_ROW, [event.number, event.item, event.note])


def book_all(deliveries: Sequence[object]) -> None:
    """The handler that takes a batch in one call."""
    from seamline.data import connection_for

    events: list[Sold] = [delivery.event for delivery in deliveries]  # type: ignore[attr-defined]
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(
            EFFECT_ROWS,
            [
                [event.number for event in events],
                [event.item for event in events],
                [event.note for event in events],
            ],
        )
