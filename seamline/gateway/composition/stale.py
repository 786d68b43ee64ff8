"""The last good answers of parts, to stand in when a part cannot be had. Bounded; the oldest are forgotten first."""

from __future__ import annotations

from collections import OrderedDict

MOST_ENTRIES = 10_000
MOST_BYTES = 64 * 1024 * 1024
LARGEST = 1024 * 1024


class StaleAnswers:
    """Bodies by key, with when they were fetched. For one event loop."""

    def __init__(self, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def keep(self, key: str, body: bytes, *, now: float) -> None:
        """Remember the body instead of an older one; one that is too large is not kept."""
        self._drop(key)
        if len(body) > LARGEST:
            return
        self._kept[key] = (now, body)
        self._bytes += len(body)
        while len(self._kept) > self._most_entries or self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def get(self, key: str, *, now: float, at_most: float) -> tuple[float, bytes] | None:
        """The age in seconds and the body, if there is one that is not older than so many seconds."""
        found = self._kept.get(key)
        if found is None or now - found[0] > at_most:
            return None
        self._kept.move_to_end(key)
        return now - found[0], found[1]

    def _drop(self, key: str) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped[1])
