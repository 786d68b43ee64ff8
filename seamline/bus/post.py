"""Sending a task to a module's queue, over one connection, for one thread. Queues stay bounded while workers are away.

Errors leave as they are: whoever sends decides how long to wait. This file may not know events.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from seamline.bus.application import CONNECT_TIMEOUT, application, queue_name, uses_valkey

MOST_WAKES = 500
"""Tasks in a queue from which no wake-ups are added: what is there, and the next sweep, will find all work."""
MOST_TASKS = 1_000
"""Tasks in a queue from which no sweeps are added either."""
COUNT_EVERY = 0.5
"""Seconds for which a queue's length is taken to hold."""

logger = logging.getLogger(__name__)


class Post:
    """Sends tasks. Connects at the first one, and again after an error."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._producer: Any = None
        self._full: dict[str, tuple[float, int]] = {}

    def send(self, *, task: str, arguments: Sequence[str | int], module: str, most: int = MOST_WAKES) -> bool:
        """Put the task into the module's queue; False when that holds too many already.

        :raises Exception: the broker cannot be reached or refuses; the kind is the driver's.
        """
        if self._producer is not None:
            try:
                return self._send(task, arguments, module, most)
            except Exception as error:
                # The broker has restarted, or ended a connection that was idle: a new one may do.
                logger.debug("Connecting to the broker anew: %s", error)
                self.close()
        try:
            return self._send(task, arguments, module, most)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._producer = self._connection, None, None
        self._full.clear()
        if connection is not None:
            connection.collect(socket_timeout=1.0)

    def _send(self, task: str, arguments: Sequence[str | int], module: str, most: int) -> bool:
        if self._length(module) >= most:
            return False
        application().send_task(
            task,
            args=list(arguments),
            queue=queue_name(module),
            producer=self._connected(),
            retry=False,
            ignore_result=True,
        )
        return True

    def _connected(self) -> Any:
        if self._producer is None:
            app = application()
            # With confirms a task that RabbitMQ did not take is an error here, and not lost in silence.
            options = {} if uses_valkey(app.conf.broker_url) else {"confirm_publish": True}
            self._connection = app.connection_for_write(connect_timeout=CONNECT_TIMEOUT, transport_options=options)
            self._connection.connect()
            self._producer = app.amqp.Producer(self._connection, auto_declare=False)
        return self._producer

    def _length(self, module: str) -> int:
        now = time.monotonic()
        counted_at, length = self._full.get(module, (0.0, 0))
        if now - counted_at > COUNT_EVERY:
            queue = application().amqp.queues[queue_name(module)]
            length = queue.bind(self._connected().channel).queue_declare().message_count
            self._full[module] = now, length
        return length
