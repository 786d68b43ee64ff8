"""A thread that runs one job of one module whenever it is due, so that a slow job holds up no other.

It rests while the module is placed elsewhere; a run that has begun is finished here.
"""

from __future__ import annotations

import logging
import threading

from seamline.data import connection_for, release_connections
from seamline.jobs.job import Job
from seamline.jobs.running import run_if_due
from seamline.placement.here import RESTING_LOOK, works_here

SHORTEST_PAUSE = 0.05
FIRST_REST, LONGEST_REST = 0.5, 30.0

logger = logging.getLogger(__name__)


class JobThread(threading.Thread):
    """Runs the job until stopped; any number of processes may have such a thread for it."""

    def __init__(self, *, module: str, job: Job) -> None:
        super().__init__(name=f"seamline job {job.name}", daemon=True)
        self._module = module
        self._job = job
        self._stopping = False
        self._woken = threading.Event()

    def stop(self) -> None:
        """End after the run at hand; join the thread afterwards."""
        self._stopping = True
        self._woken.set()

    def placed(self) -> None:
        """Placements have changed: rest, or go on. Safe from any thread."""
        self._woken.set()

    def run(self) -> None:
        rest = FIRST_REST
        while not self._stopping:
            self._woken.clear()
            if works_here(self._module):
                try:
                    pause = run_if_due(module=self._module, job=self._job).next_in
                    rest = FIRST_REST
                except Exception as error:
                    # What the job raises is dealt with below: this is the database, and the thread must outlive it.
                    logger.warning("The job %s cannot run, trying again in %.1f s: %s", self._job.name, rest, error)
                    connection_for(self._module).close()
                    pause, rest = rest, min(rest * 2, LONGEST_REST)
            else:
                pause = RESTING_LOOK
            release_connections()
            if not self._stopping:
                self._woken.wait(max(pause, SHORTEST_PAUSE))
