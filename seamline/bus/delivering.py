"""What a task does in a worker: couriers kept by each thread, run for a bounded time, their errors kept from Celery.

A task that finds its partition busy does nothing: whoever has it reads on until the log has no more. This file may not
know Celery.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterable

from django.conf import settings

from seamline.bus.sender import Wake, sender
from seamline.data import connection_for
from seamline.events.courier import Courier, new_owner
from seamline.events.couriers import couriers_of
from seamline.events.step import Step
from seamline.events.time_limit import HandlerTimeout
from seamline.events.unavailable import Unavailable
from seamline.modules.registry import hosted_modules

SLICE = 0.5
"""Seconds that one task delivers; then the partition goes to the end of the queue."""
SWEEP_SLICE = 0.1
FIRST_HOLD, LONGEST_HOLD = 0.001, 0.032
"""Seconds to wait for an open writer; when it commits it wakes us itself."""
FIRST_REST, LONGEST_REST = 0.1, 5.0

logger = logging.getLogger(__name__)


class _Slot:
    """A courier, and how long it rests after errors of the database."""

    __slots__ = ("courier", "failures", "rests_until")

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.failures = 0
        self.rests_until = 0.0


class _Thread(threading.local):
    def __init__(self) -> None:
        self.slots: dict[Wake, _Slot] = {}
        self.known: set[str] = set()
        self.swept_at: dict[str, float] = {}


_thread = _Thread()


def deliver_partition(*, subscription: str, publisher: str, partition: int) -> None:
    """Deliver what there is for one partition, for a moment; a subscription that is not hosted here is noted in the
    log and left alone."""
    module = _module_of(subscription)
    if module is None:
        logger.warning(
            "A wake-up names the subscription %.200r, which is not hosted here: nothing was done", subscription
        )
        return
    slot = _slots_of(module).get(
        Wake(module=module, subscription=subscription, publisher=publisher, partition=partition)
    )
    if slot is None:
        logger.debug("A wake-up names partition %d of %s for %.200r: there is none", partition, subscription, publisher)
        return
    hold = FIRST_HOLD
    while True:
        step = _burst(slot, seconds=SLICE)
        if step is None or not step.held_back or hold > LONGEST_HOLD:
            return
        time.sleep(hold)
        hold *= 2


def sweep_module(module: str) -> None:
    """Look at all that the module subscribes to, also at retries that are due; no more often than asked for."""
    now = time.monotonic()
    if now - _thread.swept_at.get(module, 0.0) < settings.SEAMLINE_SWEEP_SECONDS / 2:
        return  # sweeps have queued up
    _thread.swept_at[module] = now
    for slot in _shuffled(_slots_of(module).values()):
        _burst(slot, seconds=SWEEP_SLICE)


def _burst(slot: _Slot, *, seconds: float) -> Step | None:
    if time.monotonic() < slot.rests_until:
        return None
    courier = slot.courier
    try:
        step = courier.burst(seconds=seconds)
        if step.handled and not step.again:
            # A wake-up that came while the lease was still ours found us busy.
            more = courier.burst(seconds=seconds)
            step = more if more.handled or more.held_back else step
    except (Exception, HandlerTimeout) as error:
        # Handlers' errors are dealt with below: this is the database, or a defect. The next sweep tries again.
        _rest(slot, error)
        return None
    if slot.failures:
        logger.info("Delivery for %s goes on", courier.subscription.name)
        slot.failures = 0
    if step.again:
        sender().wake(_wake_of(courier))
    return step


def _rest(slot: _Slot, error: BaseException) -> None:
    courier = slot.courier
    rest = min(FIRST_REST * 2 ** min(slot.failures, 10), LONGEST_REST)
    away = isinstance(error, Unavailable)  # that is no defect here, and its text says all
    logger.log(
        logging.DEBUG if slot.failures else logging.WARNING if away else logging.ERROR,
        "Delivery for %s stopped, trying again in %.1f s: %s",
        courier.subscription.name,
        rest,
        error,
        exc_info=not (slot.failures or away),
    )
    slot.failures += 1
    slot.rests_until = time.monotonic() + rest
    courier.forget()
    for alias in {courier.subscriber, courier.publisher} & settings.DATABASES.keys():
        connection_for(alias).close()


def _module_of(subscription: str) -> str | None:
    for module in hosted_modules():
        if any(each.name == subscription for each in module.subscriptions):
            return module.name
    return None


def _slots_of(module: str) -> dict[Wake, _Slot]:
    if module not in _thread.known:
        owner = new_owner()
        for hosted in hosted_modules():
            if hosted.name == module:
                slots = (_Slot(courier) for courier in couriers_of(hosted, owner=owner))
                _thread.slots |= {_wake_of(slot.courier): slot for slot in slots}
                _thread.known.add(module)
    return {wake: slot for wake, slot in _thread.slots.items() if wake.module == module}


def _wake_of(courier: Courier) -> Wake:
    return Wake(
        module=courier.subscriber,
        subscription=courier.subscription.name,
        publisher=courier.publisher,
        partition=courier.partition.index,
    )


def _shuffled(slots: Iterable[_Slot]) -> list[_Slot]:
    """So that processes do not all begin with the same partition."""
    shuffled = list(slots)
    random.shuffle(shuffled)
    return shuffled
