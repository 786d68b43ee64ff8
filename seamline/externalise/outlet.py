"""Outlets: the subscriptions that the framework adds to each publisher, one for each target of its events.

An outlet is a subscription like any other, of the publisher itself: its handler sends within the transaction that
moves the checkpoint, so the position moves only after the broker's confirm, and whoever holds the checkpoint's lock is
the only one that sends. Parking, pausing, replay, lag and retention know it without further ado.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from django.conf import settings

from seamline.contract import Event
from seamline.events import Delivery, Subscription
from seamline.events.handling import HandlerFailed
from seamline.externalise.cloud_event import message_of
from seamline.externalise.sending import EventRefused, sender_for
from seamline.externalise.target import Target, read_targets
from seamline.modules.manifest import Module
from seamline.modules.registry import extend, hosted_modules

BATCH = 200
"""Events that are sent between two commits."""
TIMEOUT = 90.0
"""Seconds for a batch: each wait for the broker has a shorter limit of its own, but there may be many."""
ATTEMPTS = 3
"""A broker that refused an event thrice will refuse it for ever."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outlet(Subscription):
    """What one publisher publishes, all of it or what the target names, on its way to one target."""

    target: Target

    def function(self) -> Callable[..., None]:
        if self.handler != _HANDLER:
            return super().function()  # a replay that names another handler

        def send_to_target(deliveries: Sequence[Delivery[Event]]) -> None:
            send(deliveries, target=self.target)

        return send_to_target


_HANDLER = f"{__name__}:send"


def send(deliveries: Sequence[Delivery[Event]], *, target: Target) -> None:
    """Send a batch and wait until it is confirmed.

    :raises HandlerFailed: the broker refuses one of the events for its own sake.
    :raises BrokerUnavailable: it takes none at the moment.
    """
    try:
        sender_for(target).send([message_of(delivery, source=target.source) for delivery in deliveries])
    except EventRefused as refused:
        raise HandlerFailed(index=refused.index, cause=refused) from refused


def outlets() -> Iterator[tuple[str, Outlet]]:
    """The outlets of this process, each with the module that it belongs to."""
    for module in hosted_modules():
        for subscription in module.subscriptions:
            if isinstance(subscription, Outlet):
                yield module.name, subscription


def install() -> None:
    """Give each module that is registered from now on its outlets."""
    extend(with_outlets)


def with_outlets(module: Module) -> Module:
    """The module with a subscription for each target of its events; itself where there is none."""
    events = module.contract.events if module.contract is not None else ()
    added = tuple(
        Outlet(
            name=f"{module.name}.externalise_{target.name}",
            events=leaving,
            handler=_HANDLER,
            batch=BATCH,
            start=target.start,
            timeout=TIMEOUT,
            max_attempts=ATTEMPTS,
            # A broker that hangs holds up nothing but what leaves to it.
            lane=f"externalise {target.name}",
            target=target,
        )
        for target in _usable(settings.SEAMLINE_EXTERNALISE)
        if target.takes(module.name)
        and (leaving := tuple(event for event in events if target.takes_event(event.event_name)))
    )
    return replace(module, subscriptions=(*module.subscriptions, *added)) if added else module


@cache
def _usable(text: str) -> tuple[Target, ...]:
    targets, problems = read_targets(text)
    for problem in problems:
        # Checks stop a deployment on it; a process that is started all the same does what it can.
        logger.error("SEAMLINE_EXTERNALISE: %s", problem)
    return targets
