"""Running a handler over stored events, inside the subscriber's open transaction.

Whatever goes wrong in a handler leaves as ``HandlerFailed`` with the event that failed, where that is known. This file
may not know checkpoints.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from math import inf
from typing import Any

import msgspec
from psycopg.pq import TransactionStatus

from seamline.calls.context import Call, Origin, current
from seamline.contract import Event
from seamline.data import connection_for
from seamline.events.publishing import causing_event
from seamline.events.stored import StoredEvent
from seamline.events.subscription import Delivery, Subscription
from seamline.modules.manifest import imported

LONGEST_TRACEBACK = 8_000
"""Characters that are kept of a traceback: its end."""


class HandlerFailed(Exception):
    """A handler raised; ``index`` is the place of its event in the sequence, None when it had several."""

    def __init__(self, *, index: int | None, cause: Exception) -> None:
        super().__init__(repr(cause))
        self.index = index
        self.cause = cause

    @property
    def error(self) -> str:
        """The exception in one line."""
        return "".join(traceback.format_exception_only(self.cause)).strip()

    @property
    def traceback(self) -> str:
        """The traceback, its end if it is long."""
        return "".join(traceback.format_exception(self.cause))[-LONGEST_TRACEBACK:]


class Handling:
    """The handler of one subscription for the events of one publisher."""

    def __init__(self, *, subscriber: str, subscription: Subscription, publisher: str) -> None:
        self._subscriber = subscriber
        self._publisher = publisher
        self._in_batches = subscription.batch is not None
        self._path = subscription.handler
        self._timeout = subscription.timeout
        self._handler: Callable[..., None] | None = None

    def run(self, events: Sequence[StoredEvent], *, attempt: int = 1) -> None:
        """Call the handler, for each event or once for all.

        :raises HandlerFailed: it raised, an event could not be decoded, or the handler could not be imported.
        """
        if not events:
            return
        if self._in_batches:
            self._run_batch(events, attempt)
        else:
            self._run_each(events, attempt)

    def _run_batch(self, events: Sequence[StoredEvent], attempt: int) -> None:
        alone = 0 if len(events) == 1 else None
        deliveries = []
        for index, event in enumerate(events):
            try:
                deliveries.append(self._delivery(event, attempt))
            except Exception as error:
                raise HandlerFailed(index=index, cause=error) from error
        outer, cause = (
            current.set(Call("", inf, "", Origin(actor="system", correlation_id=""))),
            causing_event.set(None),
        )
        try:
            began = time.monotonic()
            self._function()(deliveries)
            self._check(began)
        except Exception as error:
            raise HandlerFailed(index=alone, cause=error) from error
        finally:
            current.reset(outer)
            causing_event.reset(cause)

    def _run_each(self, events: Sequence[StoredEvent], attempt: int) -> None:
        outer, cause = current.set(current.get()), causing_event.set(None)
        index = 0
        try:
            handler = self._function()
            for index, event in enumerate(events):  # noqa: B007 - the handler of the exception needs it
                delivery = self._delivery(event, attempt)
                meta = delivery.meta
                origin = Origin(actor=meta.get("actor", "system"), correlation_id=meta.get("correlation", ""))
                current.set(Call("", inf, "", origin))
                causing_event.set(delivery.event_id)
                began = time.monotonic()
                handler(delivery.event, delivery)
                self._check(began)
        except Exception as error:
            raise HandlerFailed(index=index, cause=error) from error
        finally:
            current.reset(outer)
            causing_event.reset(cause)

    def _check(self, began: float) -> None:
        seconds = time.monotonic() - began
        if seconds > self._timeout:
            # PostgreSQL may have ended the session meanwhile, which only the next statement would show.
            raise TimeoutError(f"{self._path} took {seconds:.1f} s; the subscription allows {self._timeout:g} s.")
        # Asked of the client library, not of the server: a swallowed error must not be blamed on the next event.
        connection = connection_for(self._subscriber)
        status = connection.connection.info.transaction_status if connection.connection is not None else None
        if connection.needs_rollback or status is not TransactionStatus.INTRANS:
            raise RuntimeError(
                f"{self._path} caught an error of the database and went on, but the transaction is lost. Wrap what may "
                f'fail in a savepoint: with atomic("{self._subscriber}"): ...'
            )

    def _delivery(self, event: StoredEvent, attempt: int) -> Delivery[Event]:
        meta: dict[str, Any] = msgspec.json.decode(event.meta)
        return Delivery(
            event=event.decode(),
            event_id=event.event_id,
            publisher=self._publisher,
            position=event.position,
            at=event.at,
            meta=meta,
            attempt=attempt,
        )

    def _function(self) -> Callable[..., None]:
        if self._handler is None:
            self._handler = imported(self._path)
        return self._handler
