"""Parked events as operators see them: which there are, chosen by filters, one by one or counted by similar errors.

Only reads. The same filters choose what ``parking`` redrives or discards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from seamline.data import connection_for
from seamline.events.feed import feed_for
from seamline.events.hosted import subscriptions
from seamline.events.shelf import ParkedStatus
from seamline.events.stored import StoredEvent

FAILED = (ParkedStatus.PARKED, ParkedStatus.RETRYING)
"""What an operator acts on: the heads of their keys. Waiting events follow by themselves."""

CHOSEN = """
(%(subscription)s::text IS NULL OR subscription = %(subscription)s)
  AND (%(publisher)s::text IS NULL OR publisher = %(publisher)s)
  AND (%(key)s::text IS NULL OR key = %(key)s) AND (%(event_id)s::uuid IS NULL OR event_id = %(event_id)s::uuid)
  AND (%(name)s::text IS NULL OR name = %(name)s)
  AND (%(error)s::text IS NULL OR strpos(lower(error), lower(%(error)s)) > 0)
  AND (%(failed_before)s::timestamptz IS NULL OR first_failed_at <= %(failed_before)s::timestamptz)
  AND status = ANY(%(statuses)s)
"""
"""SQL that is true for the rows of ``parked_event`` that filters choose."""

_BEHIND = """
    SELECT count(*) FROM parked_event AS behind
    WHERE behind.subscription = {row}.subscription AND behind.publisher = {row}.publisher AND behind.key = {row}.key
      AND behind.status = 'waiting'
"""
_LIST = f"""
SELECT subscription, publisher, position, event_id, name, key, status, attempts, next_attempt_at, error, traceback,
    first_failed_at, last_failed_at, reason, actor, acted_at, ({_BEHIND.format(row="parked_event")}) AS behind
FROM parked_event WHERE {CHOSEN} ORDER BY subscription, publisher, position LIMIT %(limit)s
"""  # noqa: S608 - constants only
# Errors that differ in numbers and ids alone are of one kind.
COUNTED = f"""
WITH chosen AS ({{rows}})
SELECT subscription, publisher, error, count(*)::bigint AS events, sum(behind)::bigint AS behind,
    min(first_failed_at) AS failing_since
FROM (
    SELECT subscription, publisher, first_failed_at, ({_BEHIND.format(row="chosen")}) AS behind,
        left(regexp_replace(
            split_part(error, chr(10), 1), '[0-9a-fA-F]{{{{8}}}}-[0-9a-fA-F-]{{{{27}}}}|[0-9]+', '…', 'g'
        ), 200) AS error
    FROM chosen
) AS alike
GROUP BY subscription, publisher, error ORDER BY subscription, publisher, events DESC, error
"""  # noqa: S608 - constants only
_COUNT = COUNTED.format(rows=f"SELECT * FROM parked_event WHERE {CHOSEN}")  # noqa: S608 - constants only


class Choice(TypedDict, total=False):
    """Filters; each that is given must hold."""

    subscription: str | None
    publisher: str | None
    key: str | None
    event_id: UUID | None
    name: str | None
    """The event's name, such as ``orders.order_placed``."""
    error: str | None
    """Part of the last error's text, in upper or lower case."""
    failed_before: datetime | None
    """It failed first at that time or earlier."""


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
    """Why it was redriven or discarded."""
    actor: str
    """Who redrove it last, or discarded it; empty where nobody has."""
    acted_at: datetime | None
    behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedGroup:
    """Events of one subscription whose errors differ in numbers and ids alone; those are left out of ``error``."""

    subscription: str
    publisher: str
    error: str
    events: int
    behind: int
    """Events that wait behind them."""
    failing_since: datetime | None


def parked(
    *, statuses: tuple[ParkedStatus, ...] = FAILED, limit: int | None = None, **choice: Unpack[Choice]
) -> tuple[ParkedEvent, ...]:
    """Events that hosted subscriptions have put aside, in the order of each log; failed ones if not told otherwise.

    :param limit: at most so many, the first ones.
    :raises LookupError: no hosted module has the subscription.
    """
    found: list[ParkedEvent] = []
    for subscriber in subscribers(choice):
        left = None if limit is None else limit - len(found)
        rows = rows_of(subscriber, _LIST, {**parameters(choice, statuses), "limit": left})
        found += (ParkedEvent(**{**row, "status": ParkedStatus(row["status"])}) for row in rows)
    return tuple(found)


def parked_groups(*, statuses: tuple[ParkedStatus, ...] = FAILED, **choice: Unpack[Choice]) -> tuple[ParkedGroup, ...]:
    """How many there are, by subscription, publisher and similar errors; the largest group of each first.

    :raises LookupError: no hosted module has the subscription.
    """
    return tuple(
        ParkedGroup(**row)
        for subscriber in subscribers(choice)
        for row in rows_of(subscriber, _COUNT, parameters(choice, statuses))
    )


def stored_event(event: ParkedEvent) -> StoredEvent | None:
    """The event as it lies in the publisher's log; None where this process has no way to it, or it is there no more.

    :raises FeedUnavailable: the log is elsewhere and cannot be read now.
    :raises django.db.Error: its database cannot be reached.
    """
    feed = feed_for(event.publisher)
    return next(iter(feed.fetch(positions=[event.position])), None) if feed is not None else None


def subscribers(choice: Choice) -> tuple[str, ...]:
    """The hosted modules that may have put aside what was chosen."""
    return tuple(dict.fromkeys(subscriber for subscriber, _ in subscriptions(choice.get("subscription"))))


def parameters(choice: Choice, statuses: tuple[ParkedStatus, ...]) -> dict[str, Any]:
    """What ``CHOSEN`` needs."""
    filters = {name: choice.get(name) for name in Choice.__annotations__}
    return {**filters, "statuses": [status.value for status in statuses]}


def rows_of(subscriber: str, statement: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The answer's rows by the names of their columns."""
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))
