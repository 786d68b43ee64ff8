"""Which connections this thread has opened, so that a short piece of work can look after those alone.

Django looks at every alias at the end of each request, which costs more than a small call. This file may not know what
the work is.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class _Opened(threading.local):
    def __init__(self) -> None:
        self.connections: list[BaseDatabaseWrapper] = []


_opened = _Opened()


def install() -> None:
    """Note from now on what is opened."""
    connection_created.connect(_note, dispatch_uid="seamline.data.opened")


def tidy_connections() -> None:
    """At the end of a piece of work: give pooled connections back, close what is broken or too old, keep the rest."""
    kept = []
    for connection in _opened.connections:
        connection.close_if_unusable_or_obsolete()
        if connection.connection is not None:
            kept.append(connection)
    _opened.connections = kept


def _note(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    if connection not in _opened.connections:
        _opened.connections.append(connection)
