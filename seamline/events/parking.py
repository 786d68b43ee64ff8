"""Parked events, for operators: list, redrive, discard. The command line and the console call these and nothing below.

Order is kept: only the head of a key can be redriven or discarded, and what waits behind it follows by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from seamline.data import atomic, connection_for
from seamline.events.checkpoint import lock_partitions
from seamline.events.shelf import ParkedStatus
from seamline.events.subscription import Subscription
from seamline.modules.registry import hosted_modules

_LIST = """
SELECT parked_event.*, (
    SELECT count(*) FROM parked_event AS behind
    WHERE behind.subscription = parked_event.subscription AND behind.publisher = parked_event.publisher
      AND behind.key = parked_event.key AND behind.status = 'waiting'
)
FROM parked_event
WHERE (%(subscription)s::text IS NULL OR subscription = %(subscription)s)
  AND (%(publisher)s::text IS NULL OR publisher = %(publisher)s)
  AND (%(key)s::text IS NULL OR key = %(key)s) AND (%(event_id)s::text IS NULL OR event_id = %(event_id)s::uuid)
  AND status = ANY(%(statuses)s)
ORDER BY subscription, publisher, position
"""
_REDRIVE = """
UPDATE parked_event SET status = 'retrying', attempts = 0, next_attempt_at = clock_timestamp()
WHERE subscription = %s AND publisher = %s AND position = %s AND status IN ('parked', 'retrying')
"""
_DISCARD = """
UPDATE parked_event SET status = 'discarded', reason = %s, next_attempt_at = NULL
WHERE subscription = %s AND publisher = %s AND position = %s AND status IN ('parked', 'retrying')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedEvent:
    """One event that a subscription has put aside. ``behind`` counts the later events of its key that wait for it."""

    subscription: str
    publisher: str
    position: int
    event_id: UUID
    name: str
    key: str
    status: ParkedStatus
    attempts: int
    next_attempt_at: datetime | None
    error: str
    traceback: str
    first_failed_at: datetime | None
    last_failed_at: datetime | None
    reason: str
    behind: int


_FAILED = (ParkedStatus.PARKED, ParkedStatus.RETRYING)


def parked(
    *,
    subscription: str | None = None,
    publisher: str | None = None,
    key: str | None = None,
    event_id: UUID | None = None,
    statuses: tuple[ParkedStatus, ...] = _FAILED,
) -> tuple[ParkedEvent, ...]:
    """Events that hosted subscriptions have put aside, in the order of each log; failed ones if not told otherwise.

    :raises LookupError: no hosted module has the subscription.
    """
    filters: dict[str, Any] = {
        "subscription": subscription,
        "publisher": publisher,
        "key": key,
        "event_id": None if event_id is None else str(event_id),
        "statuses": [str(status) for status in statuses],
    }
    found: list[ParkedEvent] = []
    for subscriber in dict.fromkeys(subscriber for subscriber, _ in subscriptions(subscription)):
        with connection_for(subscriber).cursor() as cursor:
            cursor.execute(_LIST, filters)
            names = [column.name for column in cursor.description[:-1]]
            for *values, behind in cursor.fetchall():
                row = dict(zip(names, values, strict=True))
                found.append(ParkedEvent(**{**row, "status": ParkedStatus(row["status"]), "behind": behind}))
    return tuple(found)


def redrive(
    *,
    subscription: str | None = None,
    publisher: str | None = None,
    key: str | None = None,
    event_id: UUID | None = None,
    dry_run: bool = False,
) -> tuple[ParkedEvent, ...]:
    """Try failed events again from now, with a fresh count of attempts; what waits behind each follows in order.

    :param dry_run: only answer what would be redriven.
    :returns: the events as they were before.
    """
    chosen = parked(subscription=subscription, publisher=publisher, key=key, event_id=event_id)
    for event in () if dry_run else chosen:
        _change(event, _REDRIVE, [])
    return chosen


def discard(*, subscription: str, event_id: UUID, reason: str, dry_run: bool = False) -> ParkedEvent:
    """Give one failed event up for one subscription; the next of its key is then tried.

    :param reason: why; kept with the event.
    :raises LookupError: the subscription has not put aside such an event, or it only waits behind another.
    :raises ValueError: the reason is empty.
    """
    if not reason.strip():
        raise ValueError("Discarding an event needs a reason: it is all that will tell why its effect is missing.")
    chosen = parked(subscription=subscription, event_id=event_id)
    if not chosen:
        raise LookupError(
            f"{subscription!r} has no failed event {event_id}. An event that waits behind another cannot be discarded "
            "before that one; list them with: manage.py events parked --all"
        )
    if not dry_run:
        _change(chosen[0], _DISCARD, [reason.strip()])
    return chosen[0]


def subscriptions(name: str | None = None) -> Iterator[tuple[str, Subscription]]:
    """Each hosted subscription, or the one of this name, with the module that it belongs to.

    :raises LookupError: no hosted module has a subscription of this name.
    """
    found = False
    for module in hosted_modules():
        for subscription in module.subscriptions:
            if name in (None, subscription.name):
                found = True
                yield module.name, subscription
    if name is not None and not found:
        known = ", ".join(each.name for _, each in subscriptions()) or "none"
        raise LookupError(f"No hosted module has a subscription {name!r}; there are: {known}.")


def _change(event: ParkedEvent, statement: str, leading: list[str]) -> None:
    from seamline.events.dispatcher import announce

    subscriber = next(iter(subscriptions(event.subscription)))[0]
    with atomic(subscriber):
        # Under this lock no event is being added behind the one that leaves.
        lock_partitions(subscriber=subscriber, subscription=event.subscription, publisher=event.publisher)
        with connection_for(subscriber).cursor() as cursor:
            cursor.execute(statement, [*leading, event.subscription, event.publisher, event.position])
    announce(event.publisher)
