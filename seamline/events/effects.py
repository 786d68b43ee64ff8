"""The transaction in which a handler has its effects, and whom to blame for a commit that fails.

What the server refuses at the commit, as deferred constraints do, is the fault of an event: it counts as a failure of
the handler, or the event would come again for ever. What says nothing about an event is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error

from seamline.data import atomic
from seamline.events.handling import HandlerFailed

SERVER_TROUBLES = frozenset({"08", "25", "40", "53", "55", "57", "58", "XX"})
"""Classes of errors that no event is to blame for: lost sessions, deadlocks, full disks, shutdowns."""
QUERY_CANCELED = "57014"


@contextmanager
def effects(subscriber: str, *, index: int | None) -> Iterator[None]:
    """A transaction of the subscriber for the block.

    :param index: the place of the event that is to blame if the commit is refused; None when there were several.
    :raises HandlerFailed: the commit was refused for what was written.
    :raises django.db.Error: anything else: the session is lost, or the server is in trouble.
    """
    complete = False
    try:
        with atomic(subscriber):
            yield
            complete = True
    except Error as error:
        if not complete or not _refused(error):
            raise
        raise HandlerFailed(index=index, cause=error) from error


def _refused(error: Error) -> bool:
    """Whether the server refused a commit for what was written; else it, or the way to it, is in trouble."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return bool(state) and (state == QUERY_CANCELED or state[:2] not in SERVER_TROUBLES)
