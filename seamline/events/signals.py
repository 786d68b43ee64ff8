"""Hints between processes that a log has grown: NOTIFY after the commit, LISTEN, on one connection of their own.

A hint that is lost costs latency only: lanes also poll. Hints of one moment become one. This file may not read logs.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Callable

import psycopg
from django.db import connections

from seamline.data import release_connections

CHANNEL = "seamline_events"
GAP = 0.005
"""Seconds between two hints at least: many commits make one."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

logger = logging.getLogger(__name__)


class Signals(threading.Thread):
    """Sends and receives hints in the database behind one alias. Reconnects for as long as it lives."""

    def __init__(self, *, alias: str, received: Callable[[str], None]) -> None:
        super().__init__(name=f"seamline signals {alias}", daemon=True)
        self._alias = alias
        self._received = received
        self._pending: set[str] = set()
        self._stopping = threading.Event()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)

    def notify(self, publisher: str) -> None:
        """Tell other processes that the publisher's log has grown. Never blocks."""
        self._pending.add(publisher)
        self._interrupt()

    def stop(self) -> None:
        """End the thread; join it afterwards."""
        self._stopping.set()
        self._interrupt()

    def run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                with self._connected() as connection:
                    pause = FIRST_PAUSE
                    self._serve(connection)
            except (psycopg.Error, OSError) as error:
                logger.warning("No hints about new events for %.1f s, polling goes on: %s", pause, error)
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self._wake_reader.close()
        self._wake_writer.close()

    def _connected(self) -> psycopg.Connection:
        parameters = connections[self._alias].get_connection_params()
        release_connections()
        return psycopg.connect(**{**parameters, "application_name": "seamline signals"}, autocommit=True)

    def _serve(self, connection: psycopg.Connection) -> None:
        connection.add_notify_handler(self._on_notification(connection))
        connection.execute(f"LISTEN {CHANNEL}")
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_reader, selectors.EVENT_READ)
            selector.register(connection.fileno(), selectors.EVENT_READ)
            while not self._stopping.is_set():
                for key, _ in selector.select():
                    if key.fileobj is self._wake_reader:
                        self._send(connection)
                    else:
                        self._receive(connection)

    def _send(self, connection: psycopg.Connection) -> None:
        self._wake_reader.recv(4096)
        # Taken one by one: a name that another thread adds meanwhile is sent now or interrupts again.
        publishers = []
        while self._pending:
            publishers.append(self._pending.pop())
        if publishers:
            connection.execute("SELECT pg_notify(%s, name) FROM unnest(%s::text[]) AS name", [CHANNEL, publishers])
            self._stopping.wait(GAP)

    def _receive(self, connection: psycopg.Connection) -> None:
        connection.pgconn.consume_input()
        while (notification := connection.pgconn.notifies()) is not None:
            self._handle(connection, notification.be_pid, notification.extra.decode())

    def _on_notification(self, connection: psycopg.Connection) -> Callable[[psycopg.Notify], None]:
        return lambda notification: self._handle(connection, notification.pid, notification.payload)

    def _handle(self, connection: psycopg.Connection, process: int, publisher: str) -> None:
        if process != connection.info.backend_pid:
            self._received(publisher)

    def _interrupt(self) -> None:
        try:
            self._wake_writer.send(b"!")
        except BlockingIOError:
            return  # the pipe is full of interrupts already
        except OSError:
            return  # the thread has ended
