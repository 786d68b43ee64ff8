"""What operators do with parked events: redrive and discard. The command line and the console call these.

Order is kept: only the head of a key can be redriven or discarded, and what waits behind it follows by itself. Who did
it and why stays with the event as long as that is on the shelf, and goes to the log.
"""

from __future__ import annotations

import logging
from typing import Any, Unpack

from django.conf import settings

from seamline.calls.context import current_call
from seamline.data import atomic, connection_for
from seamline.events.checkpoint import lock_partitions
from seamline.events.parked_event import (
    CHOSEN,
    COUNTED,
    FAILED,
    Choice,
    ParkedGroup,
    parameters,
    parked_groups,
    rows_of,
    subscribers,
)
from seamline.events.shelf import ParkedStatus
from seamline.events.signals import CHANNEL

logger = logging.getLogger(__name__)

_CHANGE = """
UPDATE parked_event SET status = '{status}', {also}, reason = %(reason)s, actor = %(actor)s,
    acted_at = clock_timestamp()
WHERE {chosen} RETURNING *
"""
_REDRIVE = COUNTED.format(
    rows=_CHANGE.format(status="retrying", also="attempts = 0, next_attempt_at = clock_timestamp()", chosen=CHOSEN)
)
_AFFECTED = f"SELECT DISTINCT subscription, publisher FROM parked_event WHERE {CHOSEN}"  # noqa: S608 - constants only
_DISCARD = COUNTED.format(rows=_CHANGE.format(status="discarded", also="next_attempt_at = NULL", chosen=CHOSEN))


def redrive(
    *,
    reason: str = "",
    statuses: tuple[ParkedStatus, ...] = FAILED,
    dry_run: bool = False,
    **choice: Unpack[Choice],
) -> tuple[ParkedGroup, ...]:
    """Try failed events again from now, with a fresh count of attempts; what waits behind each follows in order.

    :param reason: why; kept with the event until it is handled.
    :param dry_run: only answer what would be redriven.
    :returns: how many, by subscription, publisher and similar errors.
    :raises LookupError: no hosted module has the subscription.
    :raises ValueError: waiting or discarded events were asked for.
    """
    _check_statuses(statuses)
    if dry_run:
        return parked_groups(statuses=statuses, **choice)
    return _change(_REDRIVE, verb="redrove", reason=reason.strip(), statuses=statuses, choice=choice)


def discard(
    *,
    reason: str,
    statuses: tuple[ParkedStatus, ...] = FAILED,
    dry_run: bool = False,
    **choice: Unpack[Choice],
) -> tuple[ParkedGroup, ...]:
    """Give failed events up, each for its subscription alone; the next of their keys are then tried.

    :param reason: why; kept with the event.
    :param dry_run: only answer what would be discarded.
    :returns: how many, by subscription, publisher and similar errors.
    :raises LookupError: nothing was chosen, or what was chosen only waits behind another event.
    :raises ValueError: the reason is empty, no filter was given, or waiting or discarded events were asked for.
    """
    if not reason.strip():
        raise ValueError("Discarding an event needs a reason: it is all that will tell why its effect is missing.")
    if all(value is None for value in choice.values()):
        raise ValueError("Discarding needs a filter, such as a subscription or an event id, so that nobody loses all.")
    _check_statuses(statuses)
    if dry_run:
        found = parked_groups(statuses=statuses, **choice)
    else:
        found = _change(_DISCARD, verb="discarded", reason=reason.strip(), statuses=statuses, choice=choice)
    if not found:
        given = ", ".join(f"{name}={value}" for name, value in choice.items() if value is not None)
        raise LookupError(
            f"There is no failed event with {given}. An event that waits behind another cannot be discarded before "
            "that one; list them with: manage.py events parked --all"
        )
    return found


def _change(
    statement: str, *, verb: str, reason: str, statuses: tuple[ParkedStatus, ...], choice: Choice
) -> tuple[ParkedGroup, ...]:
    actor = current_call().origin.actor
    changed: list[ParkedGroup] = []
    filters: dict[str, Any] = {**parameters(choice, statuses), "reason": reason, "actor": actor}
    for subscriber in subscribers(choice):
        for subscription, publisher in _affected(subscriber, filters):
            values = {**filters, "subscription": subscription, "publisher": publisher}
            with atomic(subscriber):
                # Under this lock no event is being added behind one that leaves.
                lock_partitions(subscriber=subscriber, subscription=subscription, publisher=publisher)
                done = [ParkedGroup(**row) for row in rows_of(subscriber, statement, values)]
            if done:
                events = sum(group.events for group in done)
                logger.info("%s %s %d events of %s <- %s: %s", actor, verb, events, subscription, publisher, reason)
                hint(subscriber, publisher)
            changed += done
    return tuple(changed)


def hint(subscriber: str, publisher: str) -> None:
    """Tell whoever delivers the publisher's events for the subscriber, in any process, that there is work."""
    from seamline.events.dispatcher import announce

    announce(publisher)
    if publisher not in settings.DATABASES:
        # Whoever delivers for the subscriber listens in its database.
        with connection_for(subscriber).cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, publisher])


def _affected(subscriber: str, values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((row["subscription"], row["publisher"]) for row in rows_of(subscriber, _AFFECTED, values))


def _check_statuses(statuses: tuple[ParkedStatus, ...]) -> None:
    if not set(statuses) <= set(FAILED):
        raise ValueError(
            f"Only events that are {' or '.join(FAILED)} can be redriven or discarded; those that wait follow by "
            "themselves when what they wait for is dealt with."
        )
