"""What a worker's processes do at their begin and end: connections of their own, and an orderly end of what runs.

A forked process must never touch its parent's connections. This file may not know events.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import task_postrun, worker_process_init, worker_process_shutdown, worker_shutdown
from django.db import close_old_connections, connections

from seamline.bus.sender import sender
from seamline.bus.side_jobs import side_jobs
from seamline.data import release_connections

JOBS_PATIENCE = 5.0
"""Seconds for running jobs when the worker is told to end."""

logger = logging.getLogger(__name__)


@worker_process_init.connect(weak=False)
def forget_parents_connections(**kwargs: Any) -> None:
    """Leave what the parent has opened alone: closing it here would end it there."""
    for connection in connections.all(initialized_only=True):
        connection.connection = None
        getattr(connection, "_connection_pools", {}).clear()


@worker_process_init.connect(weak=False)
def obey_operators(**kwargs: Any) -> None:
    """Calls of handlers are guarded as operators order."""
    from seamline.carve.shadow.following import start_shadowing
    from seamline.control import start_control
    from seamline.placement.following import start_placement

    start_placement()
    start_shadowing()
    start_control()


@task_postrun.connect(weak=False)
def drop_broken_connections(**kwargs: Any) -> None:
    """Keep connections for the next task, unless they are broken or belong to a pool."""
    close_old_connections()


@worker_process_shutdown.connect(weak=False)
@worker_shutdown.connect(weak=False)
def end_orderly(**kwargs: Any) -> None:
    """Send the last wake-ups, wait for jobs, give connections back."""
    side_jobs.join(timeout=JOBS_PATIENCE)
    sender().stop()
    release_connections()
