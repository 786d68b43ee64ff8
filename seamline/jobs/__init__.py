"""Periodic jobs: declared in a module's manifest, run by whichever process is free, one at a time.

Modules import this package's names and nothing below it.
"""

from seamline.jobs.job import Job
from seamline.jobs.running import Run, run_if_due, run_now
from seamline.jobs.thread import JobThread

__all__ = ["Job", "JobThread", "Run", "run_if_due", "run_now"]
