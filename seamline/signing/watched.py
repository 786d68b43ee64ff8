"""A file of keys that is read again when it changes, so that keys rotate without a restart.

A new content that cannot be used is logged, without showing it, and the last good one stays in force: a slip of an
editor must not end the traffic. This file may not know what keys look like.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from seamline.signing.keys import UnusableKeys

logger = logging.getLogger(__name__)
V = TypeVar("V")
EVERY = 1.0
"""Seconds between two looks at the file."""
MOST_BYTES = 256 * 1024
_Mark = tuple[int, int, int]


class WatchedFile(Generic[V]):
    """What a file says, as of at most ``every`` seconds ago. Safe for any threads; quick between two looks.

    :param parse: makes the value of the file's text; raises ``UnusableKeys``.
    """

    def __init__(
        self,
        path: Path,
        *,
        parse: Callable[[str], V],
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._parse, self._every, self._clock = path, parse, every, clock
        self._lock = threading.Lock()
        self._look_at = float("-inf")
        self._mark: _Mark | None = None
        self._value: V | None = None

    def value(self) -> V:
        """The value.

        :raises UnusableKeys: the file has never been usable; says why.
        """
        if self._clock() < self._look_at and self._value is not None:
            return self._value
        with self._lock:
            return self._looked(forced=False)

    def read_again(self) -> V:
        """The value, read from the file although it may look unchanged; at most once in ``every`` seconds.

        :raises UnusableKeys: the file has never been usable; says why.
        """
        with self._lock:
            return self._looked(forced=True)

    def _looked(self, *, forced: bool) -> V:
        now = self._clock()
        if now < self._look_at and self._value is not None:
            return self._value
        try:
            mark = self._marked()
            if mark != self._mark or forced or self._value is None:
                self._value = self._parse(self._text())
                self._mark = mark
        except UnusableKeys as error:
            if self._value is None:
                raise
            logger.error("The keys stay as they were: %s", error)
        self._look_at = now + self._every
        assert self._value is not None
        return self._value

    def _marked(self) -> _Mark:
        try:
            found = self._path.stat()
        except OSError as error:
            raise UnusableKeys(
                f"The file {self._path} cannot be read ({error.strerror}); name one that can."
            ) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _text(self) -> str:
        try:
            with self._path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise UnusableKeys(
                f"The file {self._path} cannot be read ({error.strerror}); name one that can."
            ) from error
        if len(content) > MOST_BYTES:
            raise UnusableKeys(f"The file {self._path} has more than {MOST_BYTES} bytes; keys need less.")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise UnusableKeys(f"The file {self._path} is no text in UTF-8; write one.") from error
