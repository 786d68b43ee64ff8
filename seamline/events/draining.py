"""``drain``: deliver everything now, in this thread, until nothing is left. For tests and importers.

Handlers that publish are followed through. This file may not start threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from seamline.data import current_transaction
from seamline.events.couriers import all_couriers
from seamline.events.lag import lag, sums
from seamline.events.open_writers import open_writers
from seamline.events.parked_event import parked
from seamline.events.pausing import pauses

LONGEST_PAUSE = 0.05


class NotDrained(Exception):
    """Events are parked, or not all could be delivered in time; the text says which and why."""


def drain(
    *, timeout: float = 60.0, allow_parked: bool = False, progress: Callable[[int], None] = lambda handled: None
) -> int:
    """Run all hosted subscriptions in this thread until each has caught up; failed events are retried without delay.

    :param timeout: seconds.
    :param allow_parked: end quietly when all that is left is parked.
    :param progress: told how many events each step dealt with.
    :returns: how many events were dealt with by this call.
    :raises NotDrained: an event is parked, a subscription that has work is paused, or time ran out.
    :raises RuntimeError: a transaction is open in this thread; it would never be read.
    """
    if (current := current_transaction()) is not None:
        raise RuntimeError(f"drain() was called inside atomic({current.module!r}); call it after the commit.")
    end = time.monotonic() + timeout
    couriers = all_couriers()
    total, pause = 0, 0.001
    while True:
        moved = blocked = False
        for courier in couriers:
            while True:
                step = courier.step(at_once=True)
                total += step.handled
                if step.handled:
                    progress(step.handled)
                    moved = True
                blocked = blocked or step.held_back or step.busy
                if time.monotonic() > end:
                    raise NotDrained(_late(timeout))
                if not step.again:
                    break
        if moved:
            pause = 0.001
        elif not blocked:
            break
        else:
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    if paused := _paused():
        raise NotDrained("\n".join(["Not everything was delivered:", *paused]))
    if not allow_parked and (events := parked()):
        lines = [
            f"{event.subscription}: {event.name} {event.key} at position {event.position} failed {event.attempts} "
            f"times ({event.error}); {event.behind} wait behind it\n{event.traceback}"
            for event in events
        ]
        raise NotDrained("\n".join(["Events are parked:", *lines]))
    return total


def _paused() -> list[str]:
    found = {(pause.subscription, pause.publisher): pause for pause in pauses()}
    if not found:
        return []
    behind = {
        (each.subscription, each.publisher): each.events + each.retrying + each.waiting
        for each in sums(lag())
        if each.events or each.retrying
    }
    return [
        f"{pause.text}; {behind[place]} events wait. Resume it: manage.py events resume {pause.subscription}"
        for place, pause in found.items()
        if place in behind
    ]


def _late(timeout: float) -> str:
    behind = [
        f"{each.subscription} is {each.events} events of {each.publisher} behind"
        for each in sums(lag())
        if each.events or each.retrying
    ]
    writers = [writer.text for writer in open_writers()]
    return "; ".join([f"Not everything was delivered in {timeout:g} s", *behind, *writers])
