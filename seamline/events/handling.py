"""Running a handler over stored events, inside the subscriber's open transaction and within its time.

Whatever goes wrong in a handler leaves as ``HandlerFailed`` with the event that failed, where that is known. This file
may not know checkpoints.
"""

from __future__ import annotations

import threading
import time
import traceback
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import msgspec

from seamline.calls.context import Call, Origin, current
from seamline.contract import Event
from seamline.data import connection_for
from seamline.events.publishing import causing_event
from seamline.events.sessions import Session
from seamline.events.stored import StoredEvent
from seamline.events.subscription import Delivery, Subscription
from seamline.events.time_limit import HandlerTimeout, ThreadAbandoned, TimeLimit
from seamline.events.unavailable import Unavailable
from seamline.telemetry.spans import Hop, joined, span

LONGEST_TRACEBACK = 8_000
"""Characters that are kept of a traceback: its end."""
LONGEST_ERROR = 2_000
"""Characters that are kept of an error: its beginning."""


class HandlerFailed(Exception):
    """A handler raised; ``index`` is the place of its event in the sequence, None when it had several.

    :param hung: where the handler was when its time was up.
    """

    def __init__(self, *, index: int | None, cause: BaseException, hung: traceback.StackSummary | None = None) -> None:
        super().__init__(type(cause).__name__)
        self.index = index
        self.cause = cause
        self.hung = hung

    @property
    def error(self) -> str:
        """The exception in one line, its beginning if it is long."""
        return _storable("".join(traceback.format_exception_only(self.cause)).strip()[:LONGEST_ERROR])

    @property
    def traceback(self) -> str:
        """The traceback, its end if it is long."""
        if self.hung is None:
            text = "".join(traceback.format_exception(self.cause))
        else:
            text = "\n".join(
                ["Where it was when its time was up (most recent call last):", "".join(self.hung.format()) + self.error]
            )
        return _storable(text[-LONGEST_TRACEBACK:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """That the handler hangs over these events, for whoever takes over from the thread that does not come back."""

    subscription: str
    positions: tuple[int, ...]
    """Several where the handler takes them in one call."""
    attempt: int
    failed: HandlerFailed


class Handling:
    """The handler of one subscription for the events of one publisher. For one thread.

    ``on_stuck`` is called by the watchdog when the handler is late and cannot be interrupted; it says whether another
    thread takes over.
    """

    def __init__(self, *, subscriber: str, subscription: Subscription, publisher: str, replayed: bool = False) -> None:
        self._subscriber = subscriber
        self._subscription = subscription
        self._publisher = publisher
        self._replayed = replayed
        self._handler: Callable[..., None] | None = None
        self._limit = TimeLimit(seconds=subscription.timeout, overdue=self._overdue, stuck=self._stuck)
        self._events: Sequence[StoredEvent] = ()
        self._index: int | None = None
        self._attempt = 1
        self._session: Session | None = None
        self.on_stuck: Callable[[Verdict], bool] = lambda verdict: False
        self.condemned: Verdict | None = None
        """Events that failed in a thread which did not live to say so: they fail here without being tried."""

    def run(self, events: Sequence[StoredEvent], *, attempt: int = 1, seconds: float = inf) -> int:
        """Call the handler, for each event or once for all.

        :param seconds: begin no further call after so many.
        :returns: how many events it was called for, the first ones.
        :raises HandlerFailed: it raised or took too long, an event could not be decoded, or the handler could not be
            imported.
        :raises Unavailable: the handler found that it cannot work now, whatever the event.
        :raises ThreadAbandoned: it hung for so long that another thread has taken over; this one may only end.
        """
        if not events:
            return 0
        self._events, self._index, self._attempt = events, None, attempt
        session = self._session = Session(connection_for(self._subscriber))
        outer, cause = current.set(current.get()), causing_event.set(None)
        try:
            with self._limit:
                if self._subscription.batch is None:
                    return self._run_each(events, attempt, seconds)
                self._run_batch(events, attempt)
                return len(events)
        except (HandlerFailed, Unavailable):
            raise
        except (Exception, HandlerTimeout, CancelledError, GeneratorExit) as error:
            raise self._failed(error, session) from error
        except SystemExit as error:
            if threading.current_thread() is threading.main_thread():
                raise  # so a signal ends the process
            raise self._failed(error, session) from error  # it would end the thread for good, without a word
        except ThreadAbandoned:
            session.drop()
            raise
        finally:
            current.reset(outer)
            causing_event.reset(cause)

    def _run_batch(self, events: Sequence[StoredEvent], attempt: int) -> None:
        deliveries = []
        for index, event in enumerate(events):
            self._index = index
            deliveries.append(self._delivery(event, attempt))
        self._index = 0 if len(events) == 1 else None
        self._refuse_condemned(events, attempt)
        current.set(Call("", self._deadline(), "", Origin(actor="system", correlation_id="")))
        parents = (str(delivery.meta.get("traceparent", "")) for delivery in deliveries)
        with joined(self._subscription.name, Hop.CONSUMER, parents):
            self._call(self._function(), deliveries)

    def _run_each(self, events: Sequence[StoredEvent], attempt: int, seconds: float) -> int:
        ends = time.monotonic() + seconds
        self._index = 0
        handler = self._function()
        for index, event in enumerate(events):
            self._index = index
            if self.condemned is not None:
                self._refuse_condemned((event,), attempt)
            delivery = self._delivery(event, attempt)
            meta = delivery.meta
            origin = Origin(
                actor=meta.get("actor", "system"),
                correlation_id=meta.get("correlation", ""),
                traceparent=meta.get("traceparent", ""),
            )
            current.set(Call("", self._deadline(), "", origin))
            causing_event.set(delivery.event_id)
            with span(self._subscription.name, Hop.CONSUMER):
                self._call(handler, delivery.event, delivery)
            if time.monotonic() >= ends:
                return index + 1
        return len(events)

    def _deadline(self) -> float:
        """The handler's time limit as a deadline, so that its statements end in PostgreSQL too."""
        return time.monotonic() + self._subscription.timeout

    def _call(self, handler: Callable[..., None], *arguments: Any) -> None:
        self._limit.begin()
        handler(*arguments)
        self._limit.end()
        # A swallowed error must not be blamed on the next event.
        if self._session is not None and not self._session.in_transaction:
            raise RuntimeError(
                f"{self._subscription.handler} caught an error of the database and went on, but the transaction is "
                f'lost. Wrap what may fail in a savepoint: with atomic("{self._subscriber}"): ...'
            )

    def _failed(self, error: BaseException, session: Session) -> HandlerFailed:
        if not self._limit.fired and not isinstance(error, HandlerTimeout):
            return HandlerFailed(index=self._index, cause=error)
        cause = self._timed_out()
        try:
            self._limit.leave()  # it may have come while the block was left
        finally:
            session.drop()
        return HandlerFailed(index=self._index, cause=cause, hung=_within_handler(self._limit.stack))

    def _timed_out(self) -> HandlerTimeout:
        return HandlerTimeout(
            f"{self._subscription.handler} took {self._limit.elapsed:.1f} s and was cut off; the subscription allows "
            f"{self._subscription.timeout:g} s."
        )

    def _overdue(self) -> None:
        if self._session is not None:
            self._session.cancel()

    def _stuck(self, stack: traceback.StackSummary) -> bool:
        if self._session is not None:
            self._session.sever()
        hanging = self._events if self._index is None else (self._events[self._index],)
        failed = HandlerFailed(index=None, cause=self._timed_out(), hung=_within_handler(stack))
        return self.on_stuck(
            Verdict(
                subscription=self._subscription.name,
                positions=tuple(event.position for event in hanging),
                attempt=self._attempt,
                failed=failed,
            )
        )

    def _refuse_condemned(self, events: Sequence[StoredEvent], attempt: int) -> None:
        verdict = self.condemned
        if verdict is None or verdict.attempt != attempt:
            return
        found = [index for index, event in enumerate(events) if event.position in verdict.positions]
        if not found or (len(events) == 1 and len(verdict.positions) > 1):
            return  # where it hung over several, it shows now which one it was
        self.condemned = None
        if self._index is None and len(verdict.positions) == 1:
            self._index = found[0]
        raise HandlerFailed(index=self._index, cause=verdict.failed.cause, hung=verdict.failed.hung)

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
            replayed=self._replayed,
        )

    def _function(self) -> Callable[..., None]:
        if self._handler is None:
            self._handler = self._subscription.function()
        return self._handler


def _storable(text: str) -> str:
    """The text with what PostgreSQL refuses spelt out: a failure that cannot be noted would come again for ever."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")


def _within_handler(stack: traceback.StackSummary | None) -> traceback.StackSummary | None:
    """The frames from the handler's own on."""
    if stack is None:
        return None
    calls = [index for index, frame in enumerate(stack) if frame.filename == __file__ and frame.name == "_call"]
    return traceback.StackSummary.from_list(stack[calls[0] + 1 :]) if calls else stack
