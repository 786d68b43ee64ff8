"""Who still needs events of a log: as long as anybody does, they stay in it.

A subscription that has not begun yet holds nothing: it reads what is archived from the files. This file only looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seamline.data import connection_for
from seamline.events.feed_readers import remote_readers
from seamline.events.partition import Partition
from seamline.events.subscription import Subscription
from seamline.modules.registry import hosted_modules

# By module, not by manifest: a subscription that the manifest no longer has may be on its way back.
_IN_SUBSCRIBER = """
SELECT 'subscription', subscription, partition, position, partitions::text FROM checkpoint
WHERE publisher = %(publisher)s
UNION ALL
SELECT 'put aside', subscription, NULL, min(position) - 1, count(*)::text FROM parked_event
WHERE publisher = %(publisher)s AND status <> 'discarded' GROUP BY subscription
UNION ALL
SELECT 'replay', subscription, NULL, min(position), id FROM replay
WHERE publisher = %(publisher)s AND status IN ('running', 'failed') GROUP BY subscription, id
"""


_FIRST_WANTED = "SELECT min(position) FROM event_log WHERE position > %s AND name = ANY(%s){condition}"
_FURTHEST = "SELECT coalesce(max(position), 0) FROM checkpoint WHERE publisher = %s"


class HolderKind(StrEnum):
    """What keeps events in a log."""

    SUBSCRIPTION = "subscription"
    REMOTE_READER = "remote reader"
    REPLAY = "replay"
    PUT_ASIDE = "put aside"
    OPEN_WRITER = "open writer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One that needs all events behind ``position``."""

    kind: HolderKind
    name: str
    position: int
    advice: str
    """What it waits for, and what to do if that does not come."""


def holders(publisher: str) -> tuple[Holder, ...]:
    """All that this process can see, the one furthest back first.

    :raises django.db.Error: a database cannot be reached.
    """
    found = [
        Holder(
            kind=HolderKind.REMOTE_READER,
            name=f"{reader.subscription} (partition {reader.partition})",
            position=reader.position,
            advice=f"{reader.caller} was seen last at {reader.seen_at:%Y-%m-%d %H:%M:%S %Z}; if it is gone for good, "
            "say so: manage.py events readers --forget",
        )
        for reader in remote_readers(publisher)
    ]
    for module in hosted_modules():
        known = {each.name: each for each in module.subscriptions}
        with connection_for(module.name).cursor() as cursor:
            cursor.execute(_IN_SUBSCRIBER, {"publisher": publisher})
            rows = cursor.fetchall()
        found += [
            holder for row in rows if (holder := _holder(row, publisher=publisher, subscription=known.get(row[1])))
        ]
    return tuple(sorted(found, key=lambda holder: holder.position))


def furthest_checkpoint(publisher: str) -> int:
    """Up to where the log is settled for certain: no checkpoint has ever been moved past what was."""
    furthest = 0
    for module in hosted_modules():
        with connection_for(module.name).cursor() as cursor:
            cursor.execute(_FURTHEST, [publisher])
            furthest = max(furthest, cursor.fetchone()[0])
    return furthest


def _holder(
    row: tuple[str, str, int | None, int, str], *, publisher: str, subscription: Subscription | None
) -> Holder | None:
    kind, name, partition, position, detail = HolderKind(row[0]), *row[1:]
    if kind is HolderKind.PUT_ASIDE:
        advice = f"{detail} events on its shelf: redrive or discard them (events parked)"
        return Holder(kind=kind, name=name, position=position, advice=advice)
    if kind is HolderKind.REPLAY:
        advice = f"resume or cancel it: events replay --resume {detail}"
        return Holder(kind=kind, name=f"{name} ({detail})", position=position, advice=advice)
    advice = "no manifest names it any more: delete its rows in checkpoint, if it will not come back"
    if subscription is not None:
        # A checkpoint is not moved for each event that its subscription does not want.
        keys = Partition(index=partition or 0, count=int(detail))
        with connection_for(publisher).cursor() as cursor:
            statement = _FIRST_WANTED.format(condition=keys.condition)
            cursor.execute(statement, [position, list(subscription.names_of(publisher))])
            first = cursor.fetchone()[0]
        if first is None:
            return None
        position, advice = first - 1, "it has not come further; see: events status"
    return Holder(kind=kind, name=f"{name} (partition {partition})", position=position, advice=advice)
