"""Taking a database session away from a handler whose time is up, from its own thread or from another one.

What the handler wrote is rolled back by that, and its thread can commit nothing any more, whenever it comes back. This
file may not know events.
"""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress
from threading import Thread
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

CANCEL = 2.0
"""Seconds that the server may take to answer that a statement is cancelled."""

logger = logging.getLogger(__name__)


class Session:
    """The session in which a handler runs, and how deep its transaction was before."""

    __slots__ = ("_blocks", "_savepoints", "_severed", "connection", "driver")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.driver: psycopg.Connection[Any] | None = connection.connection
        self._savepoints = len(connection.savepoint_ids)
        self._blocks = len(connection.atomic_blocks)
        self._severed = False

    @property
    def in_transaction(self) -> bool:
        """Whether the transaction can still commit. Asks the client library, not the server."""
        driver = self.connection.connection
        if driver is None or self.connection.needs_rollback:
            return False
        return bool(driver.info.transaction_status is TransactionStatus.INTRANS)

    def drop(self) -> None:
        """End it, in the thread that it belongs to. An exception may have come between any two lines there, even in
        those that leave a savepoint, so nothing is trusted but what was noted before."""
        connection, driver = self.connection, self.driver
        if driver is not None:
            _cancel(driver)
            with suppress(psycopg.Error):
                driver.close()
        del connection.savepoint_ids[self._savepoints :]
        del connection.atomic_blocks[self._blocks :]
        connection.in_atomic_block = True
        try:
            connection.close()
        except Exception:
            logger.debug("Giving up a session that was lost before", exc_info=True)
        connection.closed_in_transaction = connection.needs_rollback = True

    def cancel(self) -> None:
        """Cancel the statement that runs, if there is one, from another thread and without waiting."""
        if self.driver is not None and _active(self.driver):
            Thread(target=_cancel, args=(self.driver,), name="seamline cancel", daemon=True).start()

    def sever(self) -> None:
        """Cut the line to the server from another thread, without waiting: it rolls back and frees all locks."""
        if self.driver is not None and not self._severed:
            self._severed = True
            Thread(target=_sever, args=(self.driver,), name="seamline sever", daemon=True).start()


def _active(driver: psycopg.Connection[Any]) -> bool:
    return not driver.closed and driver.pgconn.transaction_status == TransactionStatus.ACTIVE


def _cancel(driver: psycopg.Connection[Any]) -> None:
    with suppress(psycopg.Error, OSError):
        if _active(driver):
            driver.cancel_safe(timeout=CANCEL)


def _sever(driver: psycopg.Connection[Any]) -> None:
    _cancel(driver)
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(driver.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
    pool = getattr(driver, "_pool", None)
    if pool is not None:
        # It would be missing there for as long as the handler hangs.
        with suppress(Exception):
            pool.putconn(driver)
