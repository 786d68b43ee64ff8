"""Side effects off: while a projection is rebuilt, what its handler publishes goes nowhere.

Events that were told once are not told again because rows are made anew. This file may not know rebuilds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from seamline.events.publishing import muted


def is_rebuilding() -> bool:
    """Whether this thread makes rows anew; handlers of projections leave out then what is not a row of theirs."""
    return muted.get()


@contextmanager
def side_effects_off() -> Iterator[None]:
    """Drop what is published in this block by this thread."""
    token = muted.set(True)
    try:
        yield
    finally:
        muted.reset(token)
