"""The dispatcher of a process: a lane for each hosted module that subscribes, hints between processes, periodic jobs.

Any number of processes may run one; the checkpoints' locks decide who delivers. It belongs to the process that started
it: after a fork the child starts its own.
"""

from __future__ import annotations

import atexit
import os
import threading
import time

from django.conf import settings

from seamline.data import connection_for
from seamline.events.growth import growth
from seamline.events.lane import Lane
from seamline.events.lanes import Lanes
from seamline.events.publishing import on_published, tell
from seamline.events.signals import CHANNEL, Signals
from seamline.events.watchdog import watchdog
from seamline.events.watcher import Watcher, watchers
from seamline.jobs import JobThread
from seamline.modules.registry import hosted_modules
from seamline.placement.here import no_longer, on_change


class Dispatcher:
    """All threads that deliver events and run jobs in this process."""

    def __init__(self) -> None:
        from seamline.placement.hints import WatchersAtServices

        modules = hosted_modules()
        self._lanes = Lanes(modules)
        self._jobs = tuple(JobThread(module=module.name, job=job) for module in modules for job in module.jobs)
        self._signals = tuple(
            Signals(alias=aliases[0], received=self._wake_lanes) for aliases in _aliases_by_database().values()
        )
        self._watchers = watchers(self._wake_lanes)
        self._at_services = WatchersAtServices(self._wake_lanes)

    def start(self) -> None:
        """Start all threads."""
        growth.heard_everywhere = True
        for thread in (*self._signals, *self._watchers, *self._lanes, *self._jobs):
            thread.start()
        on_change(self._placed)
        self._at_services.follow()

    def wake(self, publisher: str) -> None:
        """The publisher's log has grown: tell the lanes of this process, and other processes."""
        self._wake_lanes(publisher)
        for signals in self._signals:
            signals.notify(publisher)

    def stop(self, *, timeout: float = 10.0) -> bool:
        """End all threads after the batch or the job at hand.

        :returns: whether all ended in time; what goes on is rolled back when the process ends, and nothing is lost.
        """
        growth.heard_everywhere = False
        no_longer(self._placed)
        self._lanes.close()
        threads: tuple[Lane | JobThread | Signals | Watcher, ...] = (
            *self._lanes, *self._jobs, *self._signals, *self._watchers, *self._at_services.close()
        )  # fmt: skip
        for thread in threads:
            thread.stop()
        end = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        watchdog().rest()
        return not any(thread.is_alive() for thread in threads)

    @property
    def abandoned(self) -> int:
        """How many threads of this process hang in a handler and have been replaced."""
        return len(self._lanes.abandoned)

    def _placed(self) -> None:
        """Placements have changed: what is placed elsewhere rests, what came back goes on at once."""
        self._at_services.follow()
        for thread in (*self._lanes, *self._jobs):
            thread.placed()

    def _wake_lanes(self, publisher: str) -> None:
        growth.hint(publisher)
        for lane in self._lanes:
            lane.wake(publisher)


_lock = threading.Lock()
_dispatcher: Dispatcher | None = None


def start_dispatcher() -> Dispatcher:
    """Start this process's dispatcher; the one that runs, if it does."""
    global _dispatcher  # noqa: PLW0603 - one for each process
    with _lock:
        if _dispatcher is None:
            _dispatcher = Dispatcher()
            _dispatcher.start()
            atexit.register(stop_dispatcher)
        return _dispatcher


def stop_dispatcher(*, timeout: float = 10.0) -> bool:
    """Stop this process's dispatcher, if it runs; whether it ended in time."""
    global _dispatcher
    with _lock:
        running, _dispatcher = _dispatcher, None
    atexit.unregister(stop_dispatcher)
    return running is None or running.stop(timeout=timeout)


def announce(publisher: str) -> None:
    """Hint every dispatcher and worker that there is work behind the publisher's log; outside transactions only."""
    tell(publisher)
    if _dispatcher is None and publisher in settings.DATABASES:
        with connection_for(publisher).cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, publisher])


def _wake(publisher: str) -> None:
    if _dispatcher is not None:
        _dispatcher.wake(publisher)


def _after_fork() -> None:
    global _dispatcher, _lock  # noqa: PLW0603 - threads do not survive a fork, and a held lock would never open
    _dispatcher = None
    _lock = threading.Lock()


def _aliases_by_database() -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for module in hosted_modules():
        place = settings.DATABASES[module.name]
        found.setdefault((place["HOST"], str(place["PORT"]), place["NAME"]), []).append(module.name)
    return found


on_published(_wake)
os.register_at_fork(after_in_child=_after_fork)
