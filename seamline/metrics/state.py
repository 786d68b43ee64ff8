"""One look at all events of this deployable: subscriptions, partitions, logs, and who holds a log back.

It comes from the databases, so that every process answers the same. This file may not know an output format.
"""

from __future__ import annotations

from dataclasses import dataclass

from seamline.events import Lag, Log, OpenWriter, lag, logs, open_writers, sums


@dataclass(frozen=True, slots=True, kw_only=True)
class EventState:
    """Everything that an operator watches."""

    subscriptions: tuple[Lag, ...]
    """One for each hosted subscription and publisher, its partitions summed up."""
    partitions: tuple[Lag, ...]
    """The same, one for each partition."""
    logs: tuple[Log, ...]
    open_writers: tuple[OpenWriter, ...]


def event_state() -> EventState:
    """Look at everything; a few statements for each subscription, none of which grows with a backlog.

    :raises django.db.Error: a database of a hosted module cannot be reached.
    """
    partitions = lag()
    return EventState(subscriptions=sums(partitions), partitions=partitions, logs=logs(), open_writers=open_writers())
