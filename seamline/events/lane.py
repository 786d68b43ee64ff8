"""A lane: one thread that delivers for all subscriptions of one module, so that a stuck module holds up only itself.

It runs when hinted, when a retry is due, and on an adaptive poll; it rests while its module is placed elsewhere. Errors
of the database are waited out. A lane that hangs in a handler beyond its limit is left behind, and its successor takes
over. This file may not know how hints travel.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from django.conf import settings

from seamline.data import connection_for, release_connections
from seamline.events.courier import Courier, new_owner
from seamline.events.couriers import couriers_of
from seamline.events.feed import Feed
from seamline.events.glance import Glance
from seamline.events.handling import Verdict
from seamline.events.partition import Partition
from seamline.events.step import Step
from seamline.events.time_limit import HandlerTimeout, ThreadAbandoned
from seamline.events.unavailable import Unavailable
from seamline.modules.manifest import Module
from seamline.placement.here import RESTING_LOOK, works_here

FIRST_POLL, LONGEST_POLL = 0.1, 2.0
FIRST_HOLD, LONGEST_HOLD = 0.001, 0.05
FIRST_REST, LONGEST_REST = 0.1, 5.0
GAP = 0.005
"""Seconds from the end of one burst to the next at least: under load one commit then takes many events."""
REST = 1.0
"""Seconds of idling from which an unpooled connection is not kept."""

logger = logging.getLogger(__name__)

_Place: TypeAlias = tuple[str, str, Partition]


def _place(courier: Courier) -> _Place:
    return courier.subscription.name, courier.publisher, courier.partition


class _Slot:
    """When a courier steps next, and how long the pauses between have become."""

    __slots__ = ("courier", "due", "failures", "hold", "poll", "rests_until")

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.due = 0.0
        self.poll = FIRST_POLL
        self.hold = FIRST_HOLD
        self.failures = 0
        self.rests_until = 0.0

    def after(self, step: Step, now: float) -> None:
        self.failures = 0
        self.rests_until = now + GAP
        if step.again:
            self.due, self.poll, self.hold = 0.0, FIRST_POLL, FIRST_HOLD
            return
        if step.held_back or step.busy:
            pause, self.hold = self.hold, min(self.hold * 2, LONGEST_HOLD)
        else:
            pause, self.poll, self.hold = self.poll, min(self.poll * 2, LONGEST_POLL), FIRST_HOLD
        if step.retry_in is not None:
            pause = min(pause, step.retry_in)
        self.due = now + pause

    def after_error(self, now: float) -> None:
        rest = min(FIRST_REST * 2 ** min(self.failures, 10), LONGEST_REST)
        self.failures += 1
        self.due = now + rest * random.uniform(0.8, 1.2)  # noqa: S311


class Lane(threading.Thread):
    """Delivers for one module until stopped. Any number of processes may run a lane for the same module.

    :param stuck: told by the watchdog that a handler does not come back; says whether a successor was started.
    """

    def __init__(
        self,
        *,
        module: Module,
        stuck: Callable[[Lane, Courier, Verdict], bool] = lambda lane, courier, verdict: False,
        owner: str = "",
        verdicts: Mapping[_Place, Verdict] = MappingProxyType({}),
    ) -> None:
        super().__init__(name=f"seamline lane {module.name}", daemon=True)
        self.module = module
        self._stuck = stuck
        self._owner = owner or new_owner()
        self._verdicts = verdicts
        self._couriers: tuple[Courier, ...] = ()
        self._glances: list[Glance] = []
        self._hints: deque[str] = deque()
        self._hinted = threading.Event()
        self._stopping = False
        self._pooled = any("pool" in alias["OPTIONS"] for alias in settings.DATABASES.values() if "OPTIONS" in alias)

    def wake(self, publisher: str) -> None:
        """Look at the publisher's log now. Safe from any thread."""
        if works_here(self.module.name):
            self._hints.append(publisher)
            self._hinted.set()

    def placed(self) -> None:
        """Placements have changed: rest, or go on. Safe from any thread."""
        self._hinted.set()

    def stop(self) -> None:
        """End after the batch at hand; join the thread afterwards."""
        self._stopping = True
        self._hinted.set()

    def successor(self, stuck: Courier, verdict: Verdict) -> Lane:
        """A lane that goes on where this one hangs, under the same name in leases; the caller starts it."""
        pending = {_place(courier): courier.handling.condemned for courier in self._couriers}
        verdicts = {place: each for place, each in pending.items() if each is not None} | {_place(stuck): verdict}
        self.name += " (left behind)"
        return Lane(module=self.module, stuck=self._stuck, owner=self._owner, verdicts=verdicts)

    def run(self) -> None:
        try:
            self._deliver()
        except ThreadAbandoned:
            logger.warning("A handler that was left behind has come back; its thread ends: %s", self.name)
        finally:
            release_connections()

    def _glance(self, feed: Feed) -> Feed:
        self._glances.append(Glance(feed=feed))
        return self._glances[-1]

    def _prepare(self) -> None:
        self._couriers = couriers_of(self.module, owner=self._owner, through=self._glance)
        for courier in self._couriers:
            courier.handling.on_stuck = partial(self._stuck, self, courier)
            courier.handling.condemned = self._verdicts.get(_place(courier))

    def _deliver(self) -> None:
        self._prepare()
        slots = [_Slot(courier) for courier in self._couriers]
        random.shuffle(slots)  # so that processes do not all begin with the same partition
        while not self._stopping:
            if not works_here(self.module.name):
                self._rest(slots)
                continue
            self._take_hints(slots)
            for glance in self._glances:
                glance.renew()
            for slot in slots:
                if slot.due <= time.monotonic() and not self._is_to_end():
                    self._step(slot)
            pause = min((slot.due for slot in slots), default=time.monotonic() + LONGEST_POLL) - time.monotonic()
            if pause > 0:
                if self._pooled or pause >= REST:
                    release_connections()
                self._hinted.wait(pause)

    def _is_to_end(self) -> bool:
        return self._stopping or not works_here(self.module.name)

    def _rest(self, slots: list[_Slot]) -> None:
        """Others deliver for the module: hold nothing, and begin anew when it comes back."""
        release_connections()
        self._hinted.clear()
        while self._is_to_end() and not self._stopping:
            self._hinted.wait(RESTING_LOOK)
            self._hinted.clear()
        self._hints.clear()
        for slot in slots:
            slot.courier.forget()
            slot.due, slot.poll, slot.failures = 0.0, FIRST_POLL, 0

    def _take_hints(self, slots: list[_Slot]) -> None:
        self._hinted.clear()
        publishers = set()
        while self._hints:
            publishers.add(self._hints.popleft())
        for slot in slots:
            if slot.courier.publisher in publishers and not slot.failures:
                slot.due, slot.poll = slot.rests_until, FIRST_POLL

    def _step(self, slot: _Slot) -> None:
        courier = slot.courier
        failed_before = slot.failures
        try:
            slot.after(courier.burst(stopping=self._is_to_end), time.monotonic())
        except (Exception, HandlerTimeout) as error:
            # Handlers' errors are dealt with below: this is the database, or a defect. Either way the thread must live.
            slot.after_error(time.monotonic())
            away = isinstance(error, Unavailable)  # that is no defect here, and its text says all
            logger.log(
                logging.DEBUG if failed_before else logging.WARNING if away else logging.ERROR,
                "Delivery for %s stopped, trying again in %.1f s: %s",
                courier.subscription.name,
                slot.due - time.monotonic(),
                error,
                exc_info=not (failed_before or away),
            )
            courier.forget()
            for alias in {courier.subscriber, courier.publisher} & settings.DATABASES.keys():
                connection_for(alias).close()
            return
        if failed_before:
            logger.info("Delivery for %s goes on", courier.subscription.name)
