"""Celery tasks that carry on what their sender began: its request, its trace and, where asked for, its deadline.

Every task carries correlation and trace. One whose class is ``BoundedTask`` carries the sender's deadline too: it is
not begun after it, and its calls and statements end with it. Clocks of hosts are compared for that; they may differ by
what NTP leaves. On whose behalf a task acts is not carried: whoever can write to the broker could say anything.
"""

from __future__ import annotations

import time
from contextvars import Token
from math import inf
from typing import Any

from celery import Task
from celery.exceptions import Ignore
from celery.signals import before_task_publish, task_postrun, task_prerun

from seamline.calls.context import Call, Origin, current
from seamline.telemetry.traceparent import accepted

ORIGIN, DEADLINE = "seamline_origin", "seamline_deadline"
LONGEST = 200
_outer: dict[str, Token[Call]] = {}


class BoundedTask(Task):
    """Base of tasks whose sender waits for what they do: ``@app.task(base=BoundedTask)``."""

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """End it where nobody waits any more.

        :raises Ignore: the deadline has passed.
        """
        if current.get().deadline <= time.monotonic():
            raise Ignore(f"{self.name} is not begun: its sender's deadline has passed.")

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """As Celery's; the deadline that the sender has now goes along."""
        left = current.get().deadline - time.monotonic()
        if left != inf:
            options["headers"] = {**(options.get("headers") or {}), DEADLINE: time.time() + left}
        return super().apply_async(*args, **options)


def install() -> None:
    """Have this process send and take on what travels with a task."""
    before_task_publish.connect(_send, weak=False, dispatch_uid="seamline.bus.bounded")
    task_prerun.connect(_take_on, weak=False, dispatch_uid="seamline.bus.bounded")
    task_postrun.connect(_lay_down, weak=False, dispatch_uid="seamline.bus.bounded")


def _send(headers: dict[str, Any], **signal: Any) -> None:
    origin = current.get().origin
    if origin.correlation_id or origin.traceparent:
        headers[ORIGIN] = [origin.correlation_id, origin.traceparent]


def _take_on(task_id: str, task: Task, **signal: Any) -> None:
    correlation, traceparent = (task.request.get(ORIGIN) or ("", ""))[:2]
    ends_at = task.request.get(DEADLINE)
    deadline = inf if ends_at is None else time.monotonic() + float(ends_at) - time.time()
    origin = Origin(actor="system", correlation_id=str(correlation)[:LONGEST], traceparent=accepted(str(traceparent)))
    _outer[task_id] = current.set(Call("", deadline, "", origin))


def _lay_down(task_id: str, **signal: Any) -> None:
    token = _outer.pop(task_id, None)
    if token is not None:
        current.reset(token)
