"""Shadow reads of this process: a share of the queries that it serves is asked at the target too, off the callers' way.

Callers get their answer as ever; what is left over is looked at by one thread of its own, and dropped when that is
busy. While no module is shadowed, a query costs one comparison more than it did. This file may not know who switches.
"""

from __future__ import annotations

import contextvars
import logging
import os
import queue
import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from seamline.calls import local
from seamline.carve.shadow.answers import Answer, TargetAway
from seamline.carve.shadow.judging import Asked, judge
from seamline.carve.shadow.target import target_connection
from seamline.carve.shadow.values import Difference, Setting, Verdict
from seamline.contract import ContractError, Operation

logger = logging.getLogger(__name__)
MOST_WAITING = 32
MOST_NAMED = 100
"""Differences of one module and kind that are kept by name until somebody takes them."""
RESTS_AFTER = 30.0
"""Seconds without work after which the thread gives its connections back."""


class _Shadowing:
    """The one thread, its work, and what it has found."""

    def __init__(self) -> None:
        self.settings: dict[str, Setting] = {}
        self.waiting: queue.Queue[tuple[contextvars.Context, Asked]] = queue.Queue(MOST_WAITING)
        self.counts: Counter[tuple[str, str, Verdict]] = Counter()
        self.named: dict[tuple[str, Verdict], deque[Difference]] = {}
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.targets: dict[str, tuple[Setting, BaseDatabaseWrapper]] = {}

    def count(self, asked_of: Operation, verdict: Verdict, difference: Difference | None = None) -> None:
        module = asked_of.contract.module
        with self.lock:
            self.counts[module, asked_of.full_name, verdict] += 1
            if difference is not None:
                self.named.setdefault((module, verdict), deque(maxlen=MOST_NAMED)).append(difference)

    def take(self, context: contextvars.Context, asked: Asked) -> None:
        """Look at it later, if there is room."""
        try:
            self.waiting.put_nowait((context, asked))
        except queue.Full:
            self.count(asked.operation, Verdict.DROPPED)
            return
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self.run, name="seamline shadow", daemon=True)
                self.thread.start()

    def run(self) -> None:
        """Until there has been nothing to do for a while."""
        while True:
            try:
                context, asked = self.waiting.get(timeout=RESTS_AFTER)
            except queue.Empty:
                with self.lock:
                    if not self.waiting.empty():
                        continue
                    self.thread = None
                break
            try:
                context.run(self.examine, asked)
            finally:
                self.waiting.task_done()
        self.close()

    def examine(self, asked: Asked) -> None:
        setting = self.settings.get(asked.module)
        if setting is None:
            return
        kept = asked.module in self.targets
        try:
            try:
                verdict, difference = judge(asked, target=self.target(setting), slot=setting.slot)
            except TargetAway:
                if not kept:
                    raise
                self.close()  # the server may have ended a connection that was kept
                verdict, difference = judge(asked, target=self.target(setting), slot=setting.slot)
            self.count(asked.operation, verdict, difference)
        except TargetAway as away:
            logger.info("A shadow read of %s could not be made: %s", asked.operation.full_name, away)
            self.count(asked.operation, Verdict.FAILED)
            self.close()
        except Exception:
            # A shadow read must not end the thread that makes them; it is no caller's business.
            logger.exception("A shadow read of %s failed", asked.operation.full_name)
            self.count(asked.operation, Verdict.FAILED)
            self.close()
        finally:
            connections[asked.module].close()  # back to its pool: callers need it more

    def target(self, setting: Setting) -> BaseDatabaseWrapper:
        known = self.targets.get(setting.module)
        if known is None or known[0] != setting:
            if known is not None:
                known[1].close()
            made = target_connection(setting.module, setting.place, secret=settings.SEAMLINE_SECRET)
            known = self.targets[setting.module] = setting, made
        return known[1]

    def close(self) -> None:
        for _, connection in self.targets.values():
            connection.close()
        self.targets.clear()


_here = _Shadowing()


def shadow(wanted: Iterable[Setting]) -> None:
    """Shadow these modules from now on, and no others."""
    chosen = {setting.module: setting for setting in wanted if setting.share > 0}
    _here.settings = chosen
    local.observe_queries(_observe if chosen else None)


def shadowed() -> tuple[Setting, ...]:
    """What is shadowed in this process now."""
    return tuple(_here.settings.values())


def taken() -> tuple[dict[tuple[str, str, Verdict], int], dict[str, tuple[Difference, ...]]]:
    """What was found since this was called last: numbers by module, operation and verdict; differences by module."""
    with _here.lock:
        counts = dict(_here.counts)
        named: dict[str, tuple[Difference, ...]] = {}
        for (module, _), found in _here.named.items():
            named[module] = (*named.get(module, ()), *found)
        _here.counts.clear()
        _here.named.clear()
    return counts, named


def put_back(counts: Mapping[tuple[str, str, Verdict], int], differences: Mapping[str, Iterable[Difference]]) -> None:
    """What was taken could not be told to anybody."""
    with _here.lock:
        _here.counts.update(counts)
        for module, found in differences.items():
            for each in reversed(tuple(found)):
                _here.named.setdefault((module, each.verdict), deque(maxlen=MOST_NAMED)).appendleft(each)


def busy() -> bool:
    """Whether something still waits to be looked at, or is being looked at."""
    return _here.waiting.unfinished_tasks > 0


def _observe(operation: Operation, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Serve a query, and keep it for the shadow if its turn has come."""
    setting = _here.settings.get(operation.contract.module)
    if setting is None or threading.current_thread() is _here.thread or random.random() >= setting.share:  # noqa: S311
        return function(**arguments)
    try:
        result = function(**arguments)
    except ContractError as error:
        _keep(operation, function, arguments, Answer(error=error))
        raise
    _keep(operation, function, arguments, Answer(result=result))
    return result


def _keep(operation: Operation, function: Callable[..., Any], arguments: dict[str, Any], answer: Answer) -> None:
    asked = Asked(operation=operation, function=function, arguments=arguments, answer=answer)
    _here.take(contextvars.copy_context(), asked)


def _forked() -> None:
    global _here  # noqa: PLW0603 - a child has none of its parent's threads
    known = _here.settings
    _here = _Shadowing()
    _here.settings = known


os.register_at_fork(after_in_child=_forked)
