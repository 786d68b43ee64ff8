"""The subscriptions of this process, for rooms that only look at them. This file may not know their state."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.events.subscription import Subscription
from seamline.modules.registry import hosted_modules


def subscriptions(name: str | None = None) -> Iterator[tuple[str, Subscription]]:
    """Each hosted subscription, or the one of this name, with the module that it belongs to.

    :raises LookupError: no hosted module has a subscription of this name.
    """
    found = False
    for module in hosted_modules():
        for subscription in module.subscriptions:
            if name in (None, subscription.name):
                found = True
                yield module.name, subscription
    if name is not None and not found:
        known = ", ".join(each.name for _, each in subscriptions()) or "none"
        raise LookupError(f"No hosted module has a subscription {name!r}; there are: {known}.")
