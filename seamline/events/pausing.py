"""Pausing: an operator stops the delivery for one subscription, everywhere and at once, and lets it go on later.

The mark lies on the checkpoint, which whoever delivers must lock and read first; so when ``pause`` returns, nothing is
being delivered any more. Events wait in the log meanwhile, none is lost. The command line and the console call these.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from seamline.calls.context import current_call
from seamline.data import atomic, connection_for
from seamline.events.checkpoint import lock_partitions
from seamline.events.couriers import couriers_of
from seamline.events.hosted import subscriptions
from seamline.modules.registry import module_named

logger = logging.getLogger(__name__)

_COLUMNS = "subscription, publisher, min(pause_reason), min(paused_by), min(paused_at)"
_PAUSES = f"""
SELECT {_COLUMNS} FROM checkpoint
WHERE paused AND subscription = %s AND publisher = %s GROUP BY subscription, publisher
"""  # noqa: S608 - constants only
_EXISTS = "SELECT EXISTS (SELECT FROM checkpoint WHERE subscription = %s AND publisher = %s)"
_PAUSE = """
UPDATE checkpoint SET paused = true, pause_reason = %s, paused_by = %s, paused_at = clock_timestamp()
WHERE subscription = %s AND publisher = %s
"""
_RESUME = """
UPDATE checkpoint SET paused = false, pause_reason = '', paused_by = '', paused_at = NULL
WHERE subscription = %s AND publisher = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """That nobody delivers a publisher's events for a subscription."""

    subscription: str
    publisher: str
    reason: str
    actor: str
    at: datetime

    @property
    def text(self) -> str:
        """In one line."""
        return (
            f"{self.subscription} <- {self.publisher} is paused since {self.at:%Y-%m-%d %H:%M:%S} UTC by {self.actor}: "
            f"{self.reason}"
        )


def pause(subscription: str, *, publisher: str | None = None, reason: str) -> tuple[Pause, ...]:
    """Stop the delivery for the subscription; one that is paused already gets the new reason.

    Waits for the batch at hand, at most for the time limit of its handler.

    :param publisher: only what this module publishes; all that the subscription listens to if None.
    :returns: one for each publisher.
    :raises LookupError: no hosted module has the subscription, or it does not listen to the publisher.
    :raises ValueError: the reason is empty.
    :raises RuntimeError: it has never run, and where it begins cannot be told yet.
    """
    if not reason.strip():
        raise ValueError("A pause needs a reason: it is all that will tell others whether it may be ended.")
    actor = current_call().origin.actor
    paused: list[Pause] = []
    for subscriber, name in _publishers(subscription, publisher):
        _ensure_begun(subscriber, subscription, name)
        with atomic(subscriber):
            lock_partitions(subscriber=subscriber, subscription=subscription, publisher=name)
            with connection_for(subscriber).cursor() as cursor:
                cursor.execute(_PAUSE, [reason.strip(), actor, subscription, name])
            paused += _pauses(subscriber, subscription, name)
        logger.info("%s paused %s <- %s: %s", actor, subscription, name, reason.strip())
    return tuple(paused)


def resume(subscription: str, *, publisher: str | None = None) -> tuple[Pause, ...]:
    """Let the delivery go on, with the event that was next when it was paused.

    :param publisher: only what this module publishes; all if None.
    :returns: the pauses that were ended; none if it was not paused.
    :raises LookupError: no hosted module has the subscription, or it does not listen to the publisher.
    """
    from seamline.events.parking import hint

    ended: list[Pause] = []
    for subscriber, name in _publishers(subscription, publisher):
        with atomic(subscriber):
            lock_partitions(subscriber=subscriber, subscription=subscription, publisher=name)
            found = _pauses(subscriber, subscription, name)
            with connection_for(subscriber).cursor() as cursor:
                cursor.execute(_RESUME, [subscription, name])
        if found:
            ended += found
            logger.info("%s resumed %s <- %s", current_call().origin.actor, subscription, name)
            hint(subscriber, name)
    return tuple(ended)


def pauses() -> tuple[Pause, ...]:
    """What is paused among the hosted subscriptions."""
    return tuple(
        each
        for subscriber, subscription in subscriptions()
        for publisher in subscription.publishers
        for each in _pauses(subscriber, subscription.name, publisher)
    )


def _publishers(name: str, publisher: str | None) -> Iterator[tuple[str, str]]:
    for subscriber, subscription in subscriptions(name):
        if publisher not in (None, *subscription.publishers):
            raise LookupError(
                f"{name} does not listen to {publisher!r}; it listens to {', '.join(subscription.publishers)}."
            )
        for each in subscription.publishers:
            if publisher in (None, each):
                yield subscriber, each


def _pauses(subscriber: str, subscription: str, publisher: str) -> list[Pause]:
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_PAUSES, [subscription, publisher])
        return [
            Pause(subscription=row[0], publisher=row[1], reason=row[2], actor=row[3], at=row[4])
            for row in cursor.fetchall()
        ]


def _ensure_begun(subscriber: str, subscription: str, publisher: str) -> None:
    """One that has never run has no checkpoint yet that could carry the mark."""
    for courier in couriers_of(module_named(subscriber)):
        if (courier.subscription.name, courier.publisher) == (subscription, publisher) and not _exists(
            subscriber, subscription, publisher
        ):
            courier.start()
    if not _exists(subscriber, subscription, publisher):
        raise RuntimeError(
            f"{subscription} has never read the log of {publisher}, and where it begins cannot be told at the moment: "
            "the log is out of reach, or a transaction that writes events is open (manage.py events status). Try again."
        )


def _exists(subscriber: str, subscription: str, publisher: str) -> bool:
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_EXISTS, [subscription, publisher])
        return bool(cursor.fetchone()[0])
