"""The couriers of this process: one for each hosted subscription, publisher whose log can be reached, and partition."""

from __future__ import annotations

import logging
from collections.abc import Callable

from seamline.events.courier import Courier
from seamline.events.feed import Feed, feed_for
from seamline.events.partition import Partition
from seamline.modules.manifest import Module
from seamline.modules.registry import hosted_modules

logger = logging.getLogger(__name__)


def couriers_of(
    module: Module, *, owner: str = "", through: Callable[[Feed], Feed] = lambda feed: feed
) -> tuple[Courier, ...]:
    """New couriers for the module's subscriptions, for one thread; they share one feed for each publisher.

    :param owner: the name under which they take leases; one of their own for each if empty.
    :param through: what they read the feed of a publisher through.
    """
    feeds: dict[str, Feed | None] = {}
    couriers = []
    for subscription in module.subscriptions:
        for publisher in subscription.publishers:
            if publisher not in feeds:
                found = feed_for(publisher)
                feeds[publisher] = None if found is None else through(found)
            feed = feeds[publisher]
            if feed is None:
                logger.info("%s waits: this process has no way to the log of %r", subscription.name, publisher)
                continue
            couriers += [
                Courier(
                    subscriber=module.name,
                    subscription=subscription,
                    publisher=publisher,
                    feed=feed,
                    owner=owner,
                    partition=Partition(index=index, count=subscription.partitions),
                )
                for index in range(subscription.partitions)
            ]
    return tuple(couriers)


def all_couriers() -> tuple[Courier, ...]:
    """New couriers for all hosted subscriptions, for one thread."""
    return tuple(courier for module in hosted_modules() for courier in couriers_of(module))
