"""Hints about new events of modules that are placed at services: what they publish there, nobody tells this process.

One watcher for each such module that a hosted subscription listens to, for as long as it is placed there. This file may
not read events.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from seamline.events.watcher import Watcher, wanted_names
from seamline.modules.registry import hosted_modules
from seamline.placement.here import placed_at_service
from seamline.placement.reaching import service_url


class WatchersAtServices:
    """Those of one dispatcher.

    :param received: called with the publisher when its log may have grown.
    """

    def __init__(self, received: Callable[[str], None]) -> None:
        self._received = received
        self._lock = threading.Lock()
        self._closed = False
        self._running: dict[str, Watcher] = {}

    def follow(self) -> None:
        """Watch at the services that serve now, and nowhere else."""
        hosted = {module.name for module in hosted_modules()}
        with self._lock:
            wanted = {} if self._closed else wanted_names()
            placed = {publisher for publisher in wanted if publisher in hosted} & placed_at_service()
            for publisher in [each for each in self._running if each not in placed]:
                self._running.pop(publisher).stop()
            for publisher in placed - self._running.keys():
                watcher = Watcher(
                    publisher=publisher,
                    url=partial(service_url, publisher),
                    names=wanted[publisher],
                    received=self._received,
                )
                self._running[publisher] = watcher
                watcher.start()

    def close(self) -> tuple[Watcher, ...]:
        """Start no more; those that run, for the caller to stop."""
        with self._lock:
            self._closed = True
            return tuple(self._running.values())
