"""How far behind each subscription is, and who holds a log back. Only reads; for ``drain``, commands and metrics."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from seamline.data import connection_for
from seamline.events.parking import subscriptions

_CHECKPOINT = "SELECT position, paused FROM checkpoint WHERE subscription = %s AND publisher = %s AND partition = 0"
_SHELF = """
SELECT count(*) FILTER (WHERE status = 'retrying'), count(*) FILTER (WHERE status = 'waiting'),
    count(*) FILTER (WHERE status = 'parked')
FROM parked_event WHERE subscription = %s AND publisher = %s AND status <> 'discarded'
"""
_BEHIND = """
SELECT count(*), coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(at))), 0)::float
FROM event_log WHERE position > %s AND name = ANY(%s)
"""
_HOLDERS = """
SELECT locks.pid, locks.virtualtransaction, coalesce(activity.application_name, ''),
    coalesce(extract(epoch FROM clock_timestamp() - activity.xact_start), 0)::float
FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
WHERE locks.locktype = 'relation' AND locks.relation = 'event_log'::regclass AND locks.mode = 'RowExclusiveLock'
  AND locks.granted AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND locks.pid IS DISTINCT FROM pg_backend_pid() AND locks.virtualtransaction NOT LIKE '%/0'
ORDER BY 4 DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """The state of one subscription for one publisher.

    ``position`` is None before its first start; ``events`` and ``seconds`` tell how many wanted events lie behind the
    checkpoint and how old the oldest is. ``reachable`` is False where this process has no way to the publisher's log.
    """

    subscription: str
    publisher: str
    position: int | None
    events: int
    seconds: float
    retrying: int
    waiting: int
    parked: int
    paused: bool
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWriter:
    """An open transaction that has written events: readers cannot pass its place in the log before it ends."""

    publisher: str
    process: int | None
    """Its server process; None for a prepared transaction, which belongs to none."""
    transaction: str
    application: str
    seconds: float
    """How long it has been open; 0 where the server does not tell."""


def lag() -> tuple[Lag, ...]:
    """The state of every hosted subscription, for each publisher."""
    found = []
    for subscriber, subscription in subscriptions():
        for publisher in subscription.publishers:
            with connection_for(subscriber).cursor() as cursor:
                cursor.execute(_CHECKPOINT, [subscription.name, publisher])
                position, paused = cursor.fetchone() or (None, False)
                cursor.execute(_SHELF, [subscription.name, publisher])
                retrying, waiting, parked = cursor.fetchone()
            events, seconds, reachable = 0, 0.0, publisher in settings.DATABASES
            if reachable and (position is not None or subscription.start == "beginning"):
                with connection_for(publisher).cursor() as cursor:
                    cursor.execute(_BEHIND, [position or 0, list(subscription.names_of(publisher))])
                    events, seconds = cursor.fetchone()
            found.append(
                Lag(
                    subscription=subscription.name,
                    publisher=publisher,
                    position=position,
                    events=events,
                    seconds=seconds,
                    retrying=retrying,
                    waiting=waiting,
                    parked=parked,
                    paused=paused,
                    reachable=reachable,
                )
            )
    return tuple(found)


def open_writers() -> tuple[OpenWriter, ...]:
    """Open transactions of others that have written events of a module that this process reads, the longest first."""
    publishers = dict.fromkeys(
        publisher
        for _, subscription in subscriptions()
        for publisher in subscription.publishers
        if publisher in settings.DATABASES
    )
    found = []
    for publisher in publishers:
        with connection_for(publisher).cursor() as cursor:
            cursor.execute(_HOLDERS)
            for process, transaction, application, seconds in cursor.fetchall():
                found.append(
                    OpenWriter(
                        publisher=publisher,
                        process=process,
                        transaction=transaction,
                        application=application,
                        seconds=seconds,
                    )
                )
    return tuple(found)
