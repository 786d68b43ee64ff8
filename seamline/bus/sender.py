"""Wake-ups after each commit: a background thread turns "this log has grown" into tasks, many commits into one.

A commit adds to a set and goes on; it never waits for the broker and never hears of its errors. What waits is bounded
by the number of partitions. This file may not know what a wake-up does.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from dataclasses import dataclass

from django.conf import settings

from seamline.bus.application import DELIVER
from seamline.bus.post import Post
from seamline.events.publishing import on_published
from seamline.modules.registry import hosted_modules

GAP = 0.005
"""Seconds between two wake-ups of the same partition at least."""
FIRST_REST, LONGEST_REST = 0.1, 5.0
FLUSH = 1.0
"""Seconds that a process which ends gives its last wake-ups."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """One partition of one subscription that has something to do."""

    module: str
    subscription: str
    publisher: str
    partition: int


class Sender:
    """The thread and what waits for it. Starts with the first wake-up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._needed = threading.Event()
        self._publishers: set[str] = set()
        self._wakes: set[Wake] = set()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def published(self, publisher: str) -> None:
        """The publisher's log has grown: wake all that subscribe to it. Never blocks, never raises."""
        self._publishers.add(publisher)
        self._need()

    def wake(self, wake: Wake) -> None:
        """Wake one partition. Never blocks, never raises."""
        self._wakes.add(wake)
        self._need()

    def stop(self, *, timeout: float = FLUSH) -> None:
        """Send what waits, end the thread."""
        self._stopping = True
        self._needed.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _need(self) -> None:
        self._needed.set()
        if self._thread is None and not self._stopping:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="seamline wake-ups", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        post, rest, unsent = Post(), FIRST_REST, set[Wake]()
        while True:
            if not unsent:
                self._needed.wait()
            self._needed.clear()
            unsent |= self._take()
            try:
                while unsent:
                    wake = next(iter(unsent))
                    self._send(post, wake)
                    unsent.discard(wake)
                if rest != FIRST_REST:
                    logger.info("The broker takes wake-ups again")
                rest = FIRST_REST
            except Exception as error:
                # Whatever the driver raises: the thread must live, and the sweep finds what is not told.
                if rest == FIRST_REST:
                    logger.warning("No wake-ups are sent, the broker does not take them; trying again: %s", error)
                if self._stopping:
                    return
                time.sleep(rest)
                rest = min(rest * 2, LONGEST_REST)
            if self._stopping and not unsent and not self._needed.is_set():
                post.close()
                return
            time.sleep(GAP)

    def _take(self) -> set[Wake]:
        taken = set()
        # Taken one by one: what another thread adds meanwhile is taken now, or sets the event again.
        while self._wakes:
            taken.add(self._wakes.pop())
        while self._publishers:
            taken |= wakes_of(self._publishers.pop())
        return taken

    @staticmethod
    def _send(post: Post, wake: Wake) -> None:
        post.send(task=DELIVER, arguments=(wake.subscription, wake.publisher, wake.partition), module=wake.module)


def wakes_of(publisher: str) -> set[Wake]:
    """The partitions of all hosted subscriptions to the publisher."""
    return {
        Wake(module=module.name, subscription=subscription.name, publisher=publisher, partition=index)
        for module in hosted_modules()
        for subscription in module.subscriptions
        if publisher in subscription.publishers
        for index in range(subscription.partitions)
    }


_sender = Sender()
_installed = False


def sender() -> Sender:
    """This process's sender."""
    return _sender


def install() -> None:
    """From now on each commit that holds events wakes its subscribers over the broker, if ``EVENT_BUS`` is celery."""
    global _installed  # noqa: PLW0603 - one for each process
    if not _installed:
        _installed = True
        on_published(_published)
        os.register_at_fork(after_in_child=_after_fork)
        atexit.register(_at_exit)


def _published(publisher: str) -> None:
    if settings.EVENT_BUS == "celery":
        _sender.published(publisher)


def _at_exit() -> None:
    _sender.stop()


def _after_fork() -> None:
    global _sender  # noqa: PLW0603 - threads do not survive a fork, and a held lock would never open
    _sender = Sender()
