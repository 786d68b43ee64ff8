"""Transactions that name their module. ``atomic("orders")`` is the only one modules use.

Which transaction is open is known without asking the database, so that a call to another module inside one can be
refused. This file may not know what modules do inside.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


class Transaction:
    """One open ``atomic`` block; nested ones are savepoints of the outermost.

    ``pending`` is a place where rooms of the framework keep what belongs to the transaction; it is shared by all
    blocks that are nested in the same outermost one of the module.
    """

    __slots__ = ("_atomic", "module", "outer", "pending")

    def __init__(self, *, module: str) -> None:
        self.module = module
        self.outer: Transaction | None = None
        self.pending: dict[str, Any] = {}
        self._atomic = transaction.Atomic(using=module, savepoint=True, durable=False)

    def __enter__(self) -> Transaction:
        self.outer = getattr(_thread, "transaction", None)
        if self.outer is not None:
            if self.outer.module != self.module:
                raise RuntimeError(
                    f"A transaction on {self.outer.module!r} is open and one on {self.module!r} was asked for. No "
                    "transaction spans two modules: finish the first, or publish an event that the other handles."
                )
            self.pending = self.outer.pending
        self._atomic.__enter__()
        _thread.transaction = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _thread.transaction = self.outer
        self._atomic.__exit__(kind, error, traceback)


_thread = threading.local()


def atomic(module: str) -> Transaction:
    """A transaction on the module's own schema; nested, a savepoint.

    :raises RuntimeError: a transaction of another module is open in this thread.
    """
    return Transaction(module=module)


def current_transaction() -> Transaction | None:
    """The innermost open ``atomic`` block of this thread, or None."""
    return getattr(_thread, "transaction", None)


def after_commit(module: str, function: Callable[[], None]) -> None:
    """Run the function once the module's open transaction has committed; never if it rolls back.

    What the function raises is logged and goes no further: the commit stands.

    :raises RuntimeError: no transaction of the module is open.
    """
    current = current_transaction()
    if current is None or current.module != module:
        raise RuntimeError(f'after_commit("{module}") needs an open transaction: with atomic("{module}"): ...')
    transaction.on_commit(function, using=module, robust=True)


def connection_for(module: str) -> BaseDatabaseWrapper:
    """This thread's connection to the module's schema."""
    return connections[module]


def release_connections() -> None:
    """Give this thread's idle connections back; threads that are not request threads call it when they rest."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
