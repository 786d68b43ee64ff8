"""What this process knows of all instances: one snapshot, replaced whole, read without a lock, kept if all else fails.

A thread watches the registry. While that is away, and for a moment after it is back, nobody is forgotten: a registry
that lost its memory learns of everybody again with their next sign of life. This file may not know how one works.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from seamline.discovery.instance import Instance, Snapshot
from seamline.discovery.registry import Registry, RegistryAway
from seamline.discovery.remembered import remember, remembered

logger = logging.getLogger(__name__)
WATCH = 15.0
"""Seconds of one watch."""
FIRST_REST, LONGEST_REST = 0.2, 2.0
GRACE = 3.0
"""Seconds after the registry has come back for which instances that it does not know yet are believed in."""
FIRST_READ = 2.0


class Directory:
    """The instances that were last heard of. Begins to watch when it is first asked.

    :param permitted: whether an instance's address may be called.
    :param memory: a file that outlives the process.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        permitted: Callable[[str], bool] = lambda url: True,
        memory: Path | None = None,
    ) -> None:
        self.registry = registry
        self._permitted, self._memory = permitted, memory
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._listeners: list[Callable[[], None]] = []
        self._instances: tuple[Instance, ...] = ()
        self._revision = ""
        self._away_since: float | None = None
        self._back_at = 0.0
        self._suspected: dict[str, float] = {}

    def instances(self) -> tuple[Instance, ...]:
        """All of them; the same object until something changes."""
        if self._thread is None:
            self._start()
        return self._instances

    @property
    def away_seconds(self) -> float:
        """For how long the registry has been away; 0 while it is there."""
        return 0.0 if self._away_since is None else time.monotonic() - self._away_since

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have this called after each change, in the watching thread."""
        self._listeners.append(listener)

    def suspect(self, instance_id: str) -> None:
        """Tell the registry that the instance was found dead; once a second at most, without waiting for it."""
        now = time.monotonic()
        if now - self._suspected.get(instance_id, -1.0) < 1.0:
            return
        if len(self._suspected) > 1000:
            self._suspected.clear()
        self._suspected[instance_id] = now
        threading.Thread(target=self._tell_suspicion, args=(instance_id,), daemon=True).start()

    def stop(self) -> None:
        """Watch no more."""
        self._stopping.set()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            try:
                self._take(self.registry.read())
            except RegistryAway as error:
                self._away(error)
                if self._memory is not None:
                    known = remembered(self._memory)
                    self._instances = tuple(each for each in known.instances if self._permitted(each.url))
            self._thread = threading.Thread(target=self._watch, name="seamline directory", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        rest = FIRST_REST
        while not self._stopping.is_set():
            seconds = GRACE if time.monotonic() - self._back_at < GRACE else WATCH
            try:
                self._take(self.registry.watch(after=self._revision, seconds=seconds))
                rest = FIRST_REST
            except RegistryAway as error:
                self._away(error)
                self._stopping.wait(rest)
                rest = min(rest * 2, LONGEST_REST)
            except Exception:
                logger.exception("Watching the registry failed")
                self._stopping.wait(LONGEST_REST)

    def _take(self, snapshot: Snapshot) -> None:
        now = time.monotonic()
        if self._away_since is not None:
            logger.warning("The registry of instances is back after %.1f s", now - self._away_since)
            self._away_since, self._back_at = None, now
        found = tuple(instance for instance in snapshot.instances if self._permitted(instance.url))
        if now - self._back_at < GRACE:
            known = {instance.id for instance in found}
            found += tuple(instance for instance in self._instances if instance.id not in known)
            self._revision = ""  # look again when the grace is over
        else:
            self._revision = snapshot.revision
        if found == self._instances:
            return
        self._instances = found
        if self._memory is not None:
            remember(self._memory, snapshot)
        for listener in self._listeners:
            listener()

    def _away(self, error: RegistryAway) -> None:
        if self._away_since is None:
            self._away_since = time.monotonic()
            logger.warning("The registry of instances is away, the last known ones are used: %s", error)

    def _tell_suspicion(self, instance_id: str) -> None:
        try:
            self.registry.suspect(instance_id)
        except RegistryAway as error:
            logger.info("That %s was found dead cannot be told: %s", instance_id, error)
