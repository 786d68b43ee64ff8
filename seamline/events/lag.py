"""How each subscription stands: how far behind, how fast, what failed. Only reads; for ``drain``, commands and metrics.

One statement for each subscribing module, and one for each checkpoint into the publisher's log; none grows with the
backlog.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import Error

from seamline.data import connection_for
from seamline.events.behind import Behind
from seamline.events.checkpoint import DECAYED_RATE
from seamline.events.feed import Feed, FeedUnavailable, feed_for
from seamline.events.hosted import subscriptions
from seamline.events.partition import PARTITION_OF_KEY, WHOLE, Partition
from seamline.events.subscription import Subscription

logger = logging.getLogger(__name__)

_PARTITION_OF_ROW = PARTITION_OF_KEY.format(count="divided.partitions")
# exp() refuses what is too small for it, hence the bound on the age.
_STATES = f"""
WITH shelf AS (
    SELECT subscription, publisher, {_PARTITION_OF_ROW} AS partition,
        count(*) FILTER (WHERE status = 'retrying') AS retrying,
        count(*) FILTER (WHERE status = 'waiting') AS waiting,
        count(*) FILTER (WHERE status = 'parked') AS parked,
        min(first_failed_at) FILTER (WHERE status IN ('retrying', 'parked')) AS failing_since,
        min(next_attempt_at) FILTER (WHERE status = 'retrying') AS next_retry_at
    FROM parked_event
    JOIN (SELECT DISTINCT subscription, publisher, partitions FROM checkpoint) AS divided
        USING (subscription, publisher)
    WHERE status <> 'discarded' GROUP BY 1, 2, 3
)
SELECT subscription, publisher, partition, partitions, position, paused, pause_reason, handled, failures,
    {DECAYED_RATE} AS rate, updated_at AS moved_at,
    CASE WHEN lease_expires_at > clock_timestamp() THEN lease_owner END AS lease_owner,
    coalesce(retrying, 0) AS retrying, coalesce(waiting, 0) AS waiting, coalesce(parked, 0) AS parked,
    failing_since, next_retry_at
FROM checkpoint LEFT JOIN shelf USING (subscription, publisher, partition)
ORDER BY subscription, publisher, partition
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """The state of one subscription for one publisher and partition; ``partition`` is None where all are summed up."""

    subscription: str
    publisher: str
    partition: int | None = 0
    partitions: int = 1
    position: int | None = None
    """The checkpoint: None before the first start; the lowest one of a sum."""
    events: int = 0
    """Wanted events behind the checkpoint, an estimate where ``estimated`` says so."""
    seconds: float = 0.0
    """Age of the oldest of them; 0 where there is none."""
    estimated: bool = False
    rate: float = 0.0
    """Events a second that are dealt with, averaged with a decay of one minute up to now."""
    handled: int = 0
    """Events dealt with since the subscription began; those that were put aside count too."""
    failures: int = 0
    """Failed attempts since the subscription began."""
    retrying: int = 0
    waiting: int = 0
    """Events that wait behind a failed one of their key."""
    parked: int = 0
    failing_since: datetime | None = None
    """First failure of the oldest event that is retried or parked."""
    next_retry_at: datetime | None = None
    moved_at: datetime | None = None
    """When the checkpoint moved last."""
    lease_owner: str | None = None
    """Who is in the middle of a backlog, as ``host:process:thread``; None while nobody is."""
    paused: bool = False
    pause_reason: str = ""
    reachable: bool = True
    """False where this process has no way to the publisher's log: ``events`` and ``seconds`` are unknown then."""


def lag() -> tuple[Lag, ...]:
    """The state of every hosted subscription, for each publisher and partition.

    :raises django.db.Error: a database cannot be reached.
    """
    feeds: dict[str, _Reach] = {}
    states: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = {}
    found: list[Lag] = []
    for subscriber, subscription in subscriptions():
        if subscriber not in states:
            states[subscriber] = _states(subscriber)
        for publisher in subscription.publishers:
            if publisher not in feeds:
                feeds[publisher] = _Reach(publisher)
            rows = states[subscriber].get((subscription.name, publisher), [])
            found += _of(subscription, publisher=publisher, rows=rows, reach=feeds[publisher])
    return tuple(found)


def sums(states: Iterable[Lag]) -> tuple[Lag, ...]:
    """One ``Lag`` for each subscription and publisher, its partitions summed up."""
    groups: dict[tuple[str, str], list[Lag]] = {}
    for state in states:
        groups.setdefault((state.subscription, state.publisher), []).append(state)
    return tuple(_sum(group) for group in groups.values())


def _states(subscriber: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_STATES, [])  # the partition is written with a doubled percent sign
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            state = dict(zip(names, row, strict=True))
            found.setdefault((state["subscription"], state["publisher"]), []).append(state)
    return found


class _Reach:
    """The way to a publisher's log; once it has failed, it is not tried again in the same look."""

    def __init__(self, publisher: str) -> None:
        self._publisher = publisher
        self._feed: Feed | None = feed_for(publisher)

    @property
    def nothing(self) -> Behind | None:
        """Nothing behind; None where there is no way."""
        return Behind(events=0, seconds=0.0) if self._feed else None

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind | None:
        """None where there is no way, or none at the moment."""
        try:
            return self._feed.behind(after=after, names=names, partition=partition) if self._feed else None
        except (Error, FeedUnavailable) as error:
            logger.debug("How much of the log of %r is unread is unknown: %s", self._publisher, error)
            self._feed = None
            return None


def _of(subscription: Subscription, *, publisher: str, rows: list[dict[str, Any]], reach: _Reach) -> Iterator[Lag]:
    names = subscription.names_of(publisher)
    row: dict[str, Any]
    if not rows:
        # What begins with now or at a time has not been told yet where that is, so nothing counts as behind.
        behind = reach.behind(after=0, names=names) if subscription.start == "beginning" else reach.nothing
        row = {"subscription": subscription.name, "publisher": publisher, "partitions": subscription.partitions}
        yield Lag(**row, **_unread(behind))
    for row in rows:
        partition = Partition(index=row["partition"], count=row["partitions"])
        yield Lag(**row, **_unread(reach.behind(after=row["position"], names=names, partition=partition)))


def _unread(behind: Behind | None) -> dict[str, Any]:
    if behind is None:
        return {"reachable": False}
    return {"events": behind.events, "seconds": behind.seconds, "estimated": behind.estimated}


_SUMMED = ("events", "rate", "handled", "failures", "retrying", "waiting", "parked")


def _sum(group: list[Lag]) -> Lag:
    if len(group) == 1 and group[0].partitions == 1:
        one = {field.name: getattr(group[0], field.name) for field in fields(Lag)}
        return Lag(**{**one, "partition": None})
    totals: dict[str, Any] = {name: sum(getattr(each, name) for each in group) for name in _SUMMED}
    return Lag(
        subscription=group[0].subscription,
        publisher=group[0].publisher,
        partition=None,
        partitions=group[0].partitions,
        position=min((each.position for each in group if each.position is not None), default=None),
        seconds=max(each.seconds for each in group),
        estimated=any(each.estimated for each in group),
        failing_since=min((each.failing_since for each in group if each.failing_since), default=None),
        next_retry_at=min((each.next_retry_at for each in group if each.next_retry_at), default=None),
        moved_at=max((each.moved_at for each in group if each.moved_at), default=None),
        lease_owner=", ".join(each.lease_owner for each in group if each.lease_owner) or None,
        paused=all(each.paused for each in group),
        pause_reason=group[0].pause_reason,
        reachable=all(each.reachable for each in group),
        **totals,
    )
