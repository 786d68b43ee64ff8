"""Jobs in a worker: each in a thread beside the tasks, so that a slow job holds up no delivery.

A sweep starts those that are due and does not wait for them. That a job never runs twice at once is seen to by
``seamline.jobs``; this file may not know events.
"""

from __future__ import annotations

import logging
import threading
import time

from seamline.data import release_connections
from seamline.jobs import Job, run_if_due
from seamline.modules.registry import hosted_modules

LONGEST_TRUST = 30.0
"""Seconds for which a job's schedule is taken to hold; operators may change it."""
REST = 1.0

logger = logging.getLogger(__name__)


class SideJobs:
    """The jobs of this process that run now, and when the others are worth asking for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._next_at: dict[str, float] = {}

    def start_due(self, module: str) -> None:
        """Start a thread for each job of the module that may be due and does not run in this process already."""
        for hosted in hosted_modules():
            for job in hosted.jobs if hosted.name == module else ():
                with self._lock:
                    thread = self._threads.get(job.name)
                    if (thread is not None and thread.is_alive()) or time.monotonic() < self._next_at.get(job.name, 0):
                        continue
                    thread = self._threads[job.name] = threading.Thread(
                        target=self._run, args=(module, job), name=f"seamline job {job.name}", daemon=True
                    )
                    thread.start()

    def join(self, *, timeout: float) -> None:
        """Wait for the jobs at hand; a job that takes longer is cut off with the process, which it must stand."""
        end = time.monotonic() + timeout
        for thread in list(self._threads.values()):
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, module: str, job: Job) -> None:
        pause = REST
        try:
            pause = min(run_if_due(module=module, job=job).next_in, LONGEST_TRUST)
        except Exception as error:
            # What the job raises is dealt with below: this is the database, and the next sweep tries again.
            logger.warning("The job %s cannot run: %s", job.name, error)
        finally:
            self._next_at[job.name] = time.monotonic() + pause
            release_connections()


side_jobs = SideJobs()
