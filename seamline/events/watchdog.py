"""The watchdog of a process: one thread that looks at all running time limits and raises in the threads that are late.

It sleeps while nothing is limited. It belongs to the process that started it: after a fork the child starts its own.
This file may not know what is limited.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
import time
from types import FrameType
from typing import Protocol

TICK = 0.05
"""Seconds between two looks, hence how late a limit may come."""

logger = logging.getLogger(__name__)


class Limited(Protocol):
    """What the watchdog sees of a time limit."""

    deadline: float
    """Monotonic time when the call at hand is late; infinite between calls."""
    firing: bool
    """Set before the deadline is looked at a second time, so that the thread waits before it goes on."""
    next_at: float
    """When it is told again."""
    thread: int

    def fire(self, frame: FrameType | None) -> type[BaseException]:
        """Time is up, the thread is at this frame; what is to be raised in it. The lock is held."""


class Watchdog:
    """One for each process. Adding and removing costs two operations on a dictionary."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        """Held while an exception is being raised in a thread, or taken back."""
        self._limits: dict[int, Limited] = {}
        self._needed = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, limit: Limited) -> None:
        """Look after the limit from now on."""
        self._limits[id(limit)] = limit
        if not self._needed.is_set():
            self._needed.set()
        if self._thread is None:
            self._start()

    def remove(self, limit: Limited) -> None:
        """Forget the limit, if it is known."""
        self._limits.pop(id(limit), None)

    def rest(self) -> None:
        """End the thread if nothing is limited; the next limit starts it again."""
        with self._starting:
            thread = self._thread
            if thread is None or self._limits:
                return
            self._thread = None
            self._needed.set()
        thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="seamline time limits", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._thread is threading.current_thread():
            if not self._limits:
                self._needed.clear()
                if not self._limits and self._thread is threading.current_thread():
                    self._needed.wait()
            try:
                self._look()
            except Exception:
                logger.exception("A time limit could not be enforced; the next look tries again")
            time.sleep(TICK)

    def _look(self) -> None:
        now = time.monotonic()
        for limit in self._limits.copy().values():
            if limit.deadline < now and limit.next_at <= now:
                self._fire(limit)

    def _fire(self, limit: Limited) -> None:
        with self.lock:
            limit.firing = True
            if limit.deadline >= time.monotonic():  # the thread was faster
                limit.firing = False
                return
            frame = sys._current_frames().get(limit.thread)
            _raise_in_thread(limit.thread, limit.fire(frame))


_SET = ctypes.pythonapi.PyThreadState_SetAsyncExc
_SET.argtypes = (ctypes.c_ulong, ctypes.py_object)


def _raise_in_thread(thread: int, kind: type[BaseException]) -> None:
    _SET(thread, kind)


def clear_in_thread(thread: int) -> None:
    """Take back what was raised in the thread and has not arrived yet."""
    _SET(thread, ctypes.py_object())


_watchdog = Watchdog()


def watchdog() -> Watchdog:
    """This process's watchdog."""
    return _watchdog


def _after_fork() -> None:
    global _watchdog  # noqa: PLW0603 - threads do not survive a fork, and a held lock would never open
    _watchdog = Watchdog()


os.register_at_fork(after_in_child=_after_fork)
