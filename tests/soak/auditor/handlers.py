"""Plain inserts without any guard: an event that is handled twice leaves two rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seamline.contract import Event
from seamline.data import connection_for
from seamline.events import Delivery


def write_down_all(deliveries: Sequence[Delivery[Event]]) -> None:
    """A row for each, in the order of their arrival."""
    _insert("auditor.in_batches", deliveries)


def write_down(event: Event, delivery: Delivery[Event]) -> None:
    """A row for it."""
    _insert("auditor.one_by_one", [delivery])


def _insert(subscription: str, deliveries: Iterable[Delivery[Event]]) -> None:
    with connection_for("auditor").cursor() as cursor:
        cursor.executemany(
            "INSERT INTO seen (subscription, publisher, position, event_id, key) VALUES (%s, %s, %s, %s, %s)",
            [(subscription, each.publisher, each.position, each.event_id, each.event.key) for each in deliveries],
        )
