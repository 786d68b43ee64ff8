"""How this process follows the record: on the connection of the control room's exchange, which PostgreSQL wakes.

While the record is away, what was last known stays in force. Deployables other than the hub follow nothing: they serve
what they host. This file may not know what listeners do about a change.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings

from seamline.control import table
from seamline.control.board import HEARTBEAT, BoardAway
from seamline.data import release_connections
from seamline.placement import here, record
from seamline.placement.reaching import balancer_at_service
from seamline.placement.standby import turn_routes
from seamline.placement.values import Serves

logger = logging.getLogger(__name__)


FORSAKEN_AFTER = 5.0
"""Seconds without an instance of a module's service after which this process does the module's own work again."""


class Following:
    """Brings placements into force as they are read, and tells the record how far that has come.

    :param instances: how many instances of a module's service take calls.
    """

    def __init__(
        self, *, process: str, instances: Callable[[str], int] = lambda module: balancer_at_service(module).size
    ) -> None:
        self.process = process
        self._instances = instances
        self._alone_since: dict[str, float] = {}
        self._told_epoch = -1
        self._told_at = 0.0

    def look(self, execute: Callable[..., Any]) -> None:
        """Read all placements, bring them into force, and tell that this process lives."""
        found = record.read(execute)
        epoch = max((each.epoch for each in found), default=0)
        if epoch < here.epoch():
            logger.warning("The record of placements is older than what is in force: was it restored from a backup?")
        at_service = frozenset(each.module for each in found if each.serves is Serves.SERVICE)
        if at_service != here.placed_at_service():
            logger.info("Served by services from now on: %s", ", ".join(sorted(at_service)) or "none")
        here.bring_into_force(at_service=at_service, until=epoch, forsaken=self._forsaken(at_service))
        if at_service:
            turn_routes()  # a first call may have bound a route at the very moment of the change
        if epoch != self._told_epoch or time.monotonic() - self._told_at >= HEARTBEAT:
            record.follows(execute, process=self.process, epoch=epoch)
            self._told_epoch, self._told_at = epoch, time.monotonic()

    def look_beside(self, execute: Callable[..., Any]) -> None:
        """The same in a thread that has no Django connection of its own, and shall keep none."""
        try:
            self.look(execute)
        finally:
            release_connections()

    def _forsaken(self, at_service: frozenset[str]) -> frozenset[str]:
        now = time.monotonic()
        alone = {module for module in at_service if not self._instances(module)}
        self._alone_since = {module: self._alone_since.get(module, now) for module in alone}
        return frozenset(module for module, since in self._alone_since.items() if now - since >= FORSAKEN_AFTER)

    def leave(self, execute: Callable[..., Any]) -> None:
        """This process ends."""
        record.forget(execute, self.process)


def follows() -> bool:
    """Whether this process goes by placements: those of the hub do, unless ``SEAMLINE_CONTROL`` is off."""
    return bool(settings.SEAMLINE_CONTROL) and not settings.SEAMLINE_REGISTRY


def start_placement() -> Following | None:
    """Read the placements, and follow them with this process's exchange from then on; None where there are none.

    Call it before the process announces itself, and begin the exchange afterwards.
    """
    return _started() if follows() else None


def stop_placement() -> None:
    """Serve all that is hosted here again, and follow no more; after the exchange was stopped."""
    if _started.cache_info().currsize:
        following = _started()
        table.apart(look=following.look_beside, leave=following.leave)
        here.bring_into_force(at_service=frozenset(), until=0)
        here.no_longer(turn_routes)
        _started.cache_clear()


@cache
def _started() -> Following:
    following = Following(process=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")
    here.on_change(turn_routes)
    try:
        with table.django_execute() as execute:
            following.look(execute)
    except BoardAway as error:
        logger.warning("The placements cannot be read, this process serves what it hosts until they can: %s", error)
    finally:
        release_connections()
    table.beside(look=following.look_beside, leave=following.leave)
    return following


os.register_at_fork(after_in_child=_started.cache_clear)
