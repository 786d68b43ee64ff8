"""This process as an instance: it registers, gives signs of life, drains and leaves. Its thread never gives up."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable

from seamline.discovery.instance import Instance
from seamline.discovery.registry import HEARTBEAT, TTL, Registry, RegistryAway

logger = logging.getLogger(__name__)
DRAIN = 1.0
"""Seconds that callers get to hear that an instance drains."""


class Presence:
    """An instance that is registered from ``start`` to ``stop``."""

    def __init__(
        self, instance: Instance, registry: Registry, *, after_beat: Callable[[], None] = lambda: None
    ) -> None:
        self.instance = instance
        self._registry = registry
        self._after_beat = after_beat
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._draining = False
        self._known = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Register, and keep it so."""
        self._thread = threading.Thread(target=self._beat, name="seamline presence", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def become(self, instance: Instance) -> None:
        """Be listed otherwise, at once: as serving other modules."""
        if instance != self.instance:
            self.instance = instance
            self._woken.set()

    def drain(self, *, seconds: float = DRAIN) -> None:
        """Take nothing new: tell the registry, and give callers the time to hear of it."""
        self._draining = True
        try:
            self._registry.drain(self.instance.id)
        except RegistryAway as error:
            logger.warning("That %s drains cannot be told: %s", self.instance.id, error)
            return
        time.sleep(seconds)

    def stop(self) -> None:
        """Leave."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=TTL)
        try:
            self._registry.deregister(self.instance.id)
        except RegistryAway as error:
            logger.info("That %s leaves cannot be told: %s", self.instance.id, error)

    def _beat(self) -> None:
        told: Instance | None = None
        while not self._stopping.is_set():
            self._woken.clear()
            instance = self.instance
            try:
                if not self._known or instance is not told or not self._registry.heartbeat(instance.id):
                    self._registry.register(instance)
                    self._known, told = True, instance
                    if self._draining:
                        self._registry.drain(self.instance.id)
            except RegistryAway as error:
                if self._known:
                    logger.warning("The registry does not hear %s: %s", self.instance.id, error)
                self._known = False
            except Exception:
                logger.exception("The presence of %s cannot be told", self.instance.id)
            finally:
                self._after_beat()
            if not self._stopping.is_set():
                self._woken.wait(HEARTBEAT)
