"""Beat's scheduler: sends a sweep to each module's queue, keeps nothing on disk, and outlives the broker.

It also listens where other deployables' logs grow, for workers cannot wait. This file may not know what a sweep does.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import ScheduleEntry, Scheduler

from seamline.bus.post import MOST_TASKS, Post
from seamline.bus.sender import sender
from seamline.events.watcher import Watcher, watchers

logger = logging.getLogger(__name__)


class SweepScheduler(Scheduler):
    """In memory; sends over one connection of its own, and skips queues that hold enough already."""

    producer = None
    """Not Celery's, which waits for the broker."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._post = Post()
        self._failing = False
        self._watchers: tuple[Watcher, ...] = ()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Celery's hook at the begin, not called where beat is only looked at."""
        self.update_from_dict(self.app.conf.beat_schedule)
        self._watchers = watchers(sender().published)
        for watcher in self._watchers:
            watcher.start()

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send one sweep. An error costs this sweep: the next one is due soon."""
        (module,) = entry.args
        try:
            self._post.send(task=entry.task, arguments=(module,), module=module, most=MOST_TASKS)
        except Exception as error:
            # Whatever the driver raises: beat must live.
            logger.log(logging.DEBUG if self._failing else logging.WARNING, "No sweeps are sent: %s", error)
            self._failing = True
            return
        if self._failing:
            logger.info("The broker takes sweeps again")
            self._failing = False

    def close(self) -> None:
        """Celery's hook at the end."""
        for watcher in self._watchers:
            watcher.stop()
        self._post.close()
        super().close()
