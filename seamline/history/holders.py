"""Who still needs events of a log: as long as anybody does, they stay in it.

A subscription that has not begun yet holds nothing: it reads what is archived from the files. This file only looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seamline.data import connection_for
from seamline.events.feed_readers import remote_readers
from seamline.modules.registry import hosted_modules

# By module, not by manifest: a subscription that the manifest no longer has may be on its way back.
_IN_SUBSCRIBER = """
SELECT 'subscription', subscription, partition, position, '' FROM checkpoint WHERE publisher = %(publisher)s
UNION ALL
SELECT 'put aside', subscription, NULL, min(position) - 1, count(*)::text FROM parked_event
WHERE publisher = %(publisher)s AND status <> 'discarded' GROUP BY subscription
UNION ALL
SELECT 'replay', subscription, NULL, min(position), id FROM replay
WHERE publisher = %(publisher)s AND status IN ('running', 'failed') GROUP BY subscription, id
"""


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
            "say so: seamline.events.feed_readers.forget_reader(...)",
        )
        for reader in remote_readers(publisher)
    ]
    for module in hosted_modules():
        known = {subscription.name for subscription in module.subscriptions}
        with connection_for(module.name).cursor() as cursor:
            cursor.execute(_IN_SUBSCRIBER, {"publisher": publisher})
            found += [_holder(row, known=known) for row in cursor.fetchall()]
    return tuple(sorted(found, key=lambda holder: holder.position))


def _holder(row: tuple[str, str, int | None, int, str], *, known: set[str]) -> Holder:
    kind, subscription, partition, position, number = HolderKind(row[0]), *row[1:]
    if kind is HolderKind.PUT_ASIDE:
        name, advice = subscription, f"{number} events on its shelf: redrive or discard them (events parked)"
    elif kind is HolderKind.REPLAY:
        name, advice = f"{subscription} ({number})", f"resume or cancel it: events replay --resume {number}"
    else:
        name = f"{subscription} (partition {partition})"
        advice = (
            "it has not come further; see: events status"
            if subscription in known
            else "no manifest names it any more: delete its rows in checkpoint, if it will not come back"
        )
    return Holder(kind=kind, name=name, position=position, advice=advice)
