"""Celery tasks that carry on what their sender began: its name, its trace and, where asked for, its deadline.

Every task of this application carries actor, correlation and trace. One whose class is ``BoundedTask`` carries the
sender's deadline too: it is not begun after it, and its calls and statements end with it. Clocks of hosts are compared
for that; they may differ by what NTP leaves. This file may not know any task.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import Token
from math import inf
from typing import Any

from celery import Task
from celery.exceptions import Ignore
from celery.signals import before_task_publish, task_postrun, task_prerun

from seamline.calls.context import Call, Origin, current

HEADER = "seamline"
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
            options["headers"] = {**(options.get("headers") or {}), "seamline_deadline": time.time() + left}
        return super().apply_async(*args, **options)


def install() -> None:
    """Have this process send and take on what travels with a task."""
    before_task_publish.connect(_send, weak=False, dispatch_uid="seamline.bus.bounded")
    task_prerun.connect(_take_on, weak=False, dispatch_uid="seamline.bus.bounded")
    task_postrun.connect(_lay_down, weak=False, dispatch_uid="seamline.bus.bounded")


def _send(headers: dict[str, Any], **signal: Any) -> None:
    origin = current.get().origin
    if origin.correlation_id or origin.traceparent:
        headers[HEADER] = {
            "actor": origin.actor,
            "correlation_id": origin.correlation_id,
            "traceparent": origin.traceparent,
        }


def _take_on(task_id: str, task: Task, **signal: Any) -> None:
    request = task.request
    carried = request.get(HEADER) or {}
    ends_at = request.get("seamline_deadline")
    deadline = inf if ends_at is None else time.monotonic() + float(ends_at) - time.time()
    origin = Origin(
        actor=str(carried.get("actor", "system")),
        correlation_id=str(carried.get("correlation_id", "")),
        traceparent=str(carried.get("traceparent", "")),
    )
    _outer[task_id] = current.set(Call("", deadline, "", origin))


def _lay_down(task_id: str, **signal: Any) -> None:
    token = _outer.pop(task_id, None)
    if token is not None:
        current.reset(token)


__all__ = ["BoundedTask", "Callable", "install"]
