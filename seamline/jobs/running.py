"""One run of a job: never two at a time in all processes, and its schedule kept in the module's own schema.

An advisory lock of the session is the right to run: it goes when the process dies. This file may not start threads.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from django.db import Error

from seamline.data import connection_for
from seamline.jobs.job import Job
from seamline.modules.manifest import imported

LONGEST_REST = 30.0
"""Seconds after which a job that another process runs is looked at again."""

logger = logging.getLogger(__name__)

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"
_CREATE = "INSERT INTO job (name) VALUES (%s) ON CONFLICT DO NOTHING"
_SCHEDULE = "SELECT extract(epoch FROM next_run_at - clock_timestamp())::float, failures FROM job WHERE name = %s"
_STARTED = "UPDATE job SET last_started_at = clock_timestamp() WHERE name = %s"
_FINISHED = """
UPDATE job SET next_run_at = clock_timestamp() + make_interval(secs => %s), failures = %s, error = %s,
    last_finished_at = clock_timestamp()
WHERE name = %s
"""


class Outcome(StrEnum):
    """How an attempt to run a job ended."""

    DONE = "done"
    FAILED = "failed"
    NOT_DUE = "not_due"
    BUSY = "busy"
    """Another process runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The outcome, and the seconds until the job is worth asking for again."""

    outcome: Outcome
    next_in: float


def run_now(*, module: str, job: Job) -> Run:
    """Run the job in this thread, due or not; busy when another process runs it. Its errors are logged and noted."""
    return _run(module=module, job=job, due_only=False)


def run_if_due(*, module: str, job: Job) -> Run:
    """Run the job in this thread if it is due and nobody else runs it. Its errors are logged and noted."""
    return _run(module=module, job=job, due_only=True)


def _run(*, module: str, job: Job, due_only: bool) -> Run:
    with _right_to_run(module=module, job=job) as granted:
        if not granted:
            return Run(outcome=Outcome.BUSY, next_in=min(job.every, LONGEST_REST))
        failures = 0
        with connection_for(module).cursor() as cursor:
            cursor.execute(_CREATE, [job.name])
            cursor.execute(_SCHEDULE, [job.name])
            seconds, failures = cursor.fetchone()
            if due_only and seconds > 0:
                return Run(outcome=Outcome.NOT_DUE, next_in=seconds)
            cursor.execute(_STARTED, [job.name])
        error = ""
        try:
            imported(job.run)()
        except Exception as failure:
            error = "".join(traceback.format_exception_only(failure)).strip()
            logger.exception("The job %s failed, %d times in a row now", job.name, failures + 1)
        failures = failures + 1 if error else 0
        delay = job.delay_after(failures=failures)
        with connection_for(module).cursor() as cursor:
            cursor.execute(_FINISHED, [delay, failures, error, job.name])
        return Run(outcome=Outcome.FAILED if error else Outcome.DONE, next_in=delay)


@contextmanager
def _right_to_run(*, module: str, job: Job) -> Iterator[bool]:
    key = f"seamline job {job.name}"
    with connection_for(module).cursor() as cursor:
        cursor.execute(_LOCK, [key])
        granted = bool(cursor.fetchone()[0])
    try:
        yield granted
    finally:
        if granted:
            try:
                with connection_for(module).cursor() as cursor:
                    cursor.execute(_UNLOCK, [key])
            except Error:
                logger.debug("The connection of %s is gone, and its lock with it", job.name)
