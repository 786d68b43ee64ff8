"""Who serves a module that is placed at a service: instances of other deployables than this one.

The hub is left out, be it still listed or not: what it passes on may not come back to it. This file may not send.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from seamline.discovery import Balancer, Instance, NoInstance
from seamline.discovery.here import directory, own_group
from seamline.events.feed import FeedUnavailable


class _Others:
    """The instances of others; the same object while nothing changes, as balancers want it."""

    def __init__(self, instances: Callable[[], tuple[Instance, ...]]) -> None:
        self._instances = instances
        self._known: tuple[Instance, ...] | None = None
        self._found: tuple[Instance, ...] = ()

    def __call__(self) -> tuple[Instance, ...]:
        instances = self._instances()
        if instances is not self._known:
            group = own_group()
            self._found = tuple(each for each in instances if each.group != group)
            self._known = instances
        return self._found


@cache
def balancer_at_service(module: str) -> Balancer:
    """This process's balancer of the module's instances in other deployables."""
    return Balancer(module, _Others(lambda: directory().instances()), suspect=lambda id: directory().suspect(id))


def service_url(module: str) -> str:
    """Where an instance of the module's service answers.

    :raises FeedUnavailable: none is known.
    """
    try:
        return balancer_at_service(module).pick().url
    except NoInstance as error:
        raise FeedUnavailable(f"The log of {module!r} cannot be read at its service: {error}") from error


os.register_at_fork(after_in_child=balancer_at_service.cache_clear)
