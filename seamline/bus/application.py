"""The Celery application: settings that suit wake-ups, and one queue for each hosted module with work to do.

No results, no pickle, no remote control, nothing that has to be exact: losing or doubling any message must stay
harmless. Celery's Django fixup is left out, because it closes all connections around every task. This file may not know
what a task does.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.signals import setup_logging
from django.conf import settings
from kombu.entity import Queue

from seamline.bus import bounded
from seamline.modules.manifest import Module
from seamline.modules.registry import hosted_modules

CONNECT_TIMEOUT = 4.0
"""Seconds for the broker to take a connection."""
VISIBILITY_TIMEOUT = 60
"""Seconds after which Redis gives a task that was not acknowledged to another worker. A task that takes longer is
doubled, which is harmless: the second finds the partition busy."""

DELIVER = "seamline.deliver"
SWEEP = "seamline.sweep"

_VALKEY_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "socket_connect_timeout": CONNECT_TIMEOUT,
    "socket_timeout": 15.0,
    "socket_keepalive": True,
    "priority_steps": [0],
    "queue_order_strategy": "round_robin",
}


@cache
def application() -> Celery:
    """This process's Celery application, made at the first call from Django's settings."""
    setup_logging.connect(_keep_logging, weak=False)
    # Root matters with pickle, and nothing but JSON is accepted; a task that runs on after a loss does no harm.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
    bounded.install()
    app = Celery("seamline", fixups=[], set_as_current=True)
    url = settings.CELERY_BROKER_URL
    app.conf.update(
        broker_url=url,
        broker_transport_options=_VALKEY_OPTIONS if uses_valkey(url) else {},
        broker_connection_timeout=CONNECT_TIMEOUT,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=20,
        task_queues=[_queue(module.name) for module in with_work()],
        task_create_missing_queues=False,
        task_default_queue=queue_name("default"),
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        timezone=settings.TIME_ZONE,
        beat_scheduler="seamline.bus.beat:SweepScheduler",
        beat_max_loop_interval=1.0,
        beat_schedule=_schedule(),
        imports=("seamline.bus.tasks", "seamline.bus.worker"),
    )
    return app


def queue_name(module: str) -> str:
    """The queue of a module's wake-ups."""
    return f"{settings.SEAMLINE_QUEUE_PREFIX}.{module}"


def with_work() -> tuple[Module, ...]:
    """The hosted modules that subscribe or have jobs."""
    return tuple(module for module in hosted_modules() if module.subscriptions or module.jobs)


def uses_valkey(url: str) -> bool:
    """Whether the broker is Valkey or Redis."""
    return url.partition(":")[0] in ("redis", "rediss")


def _queue(module: str) -> Queue:
    return Queue(queue_name(module))  # type: ignore[no-untyped-call]


def _keep_logging(**kwargs: Any) -> None:
    """That somebody listens is what keeps Celery from replacing Django's logging."""


def _schedule() -> dict[str, dict[str, Any]]:
    return {
        f"sweep {module.name}": {
            "task": SWEEP,
            "schedule": settings.SEAMLINE_SWEEP_SECONDS,
            "args": (module.name,),
        }
        for module in with_work()
    }
