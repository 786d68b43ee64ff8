"""``manage.py worker``: a process that delivers events and runs jobs, and serves no requests. Thin."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.bus.application import queue_name, with_work
from seamline.checks.bus import refuse_unusable_bus

EPILOG = """\
examples:
  EVENT_BUS=celery manage.py worker                              all modules, two processes
  EVENT_BUS=celery manage.py worker --modules orders,payments    only what these two subscribe to, and their jobs
  EVENT_BUS=celery manage.py worker --concurrency 8              eight deliver at once
  manage.py worker                                               EVENT_BUS=thread: the threads of one process

Start as many as you like, on as many machines: a partition has one owner at a time. With EVENT_BUS=celery one beat
must run as well: 'manage.py beat'. SIGTERM ends a worker after the batch at hand. See docs/events/celery.md.

exit status: 0 told to end; 1 it could not start; 2 wrong usage.
"""


class Command(BaseCommand):
    """Becomes Celery's worker, so that signals and exit codes are Celery's."""

    help = "Deliver events and run jobs until told to end, without serving requests."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--modules", default="", help="their queues alone, by comma (default: all hosted modules)")
        parser.add_argument(
            "--concurrency", type=int, default=2, help="processes that deliver at once (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["concurrency"] < 1:
            raise CommandError("--concurrency takes a whole number above zero.", returncode=2)
        if settings.EVENT_BUS == "thread":
            self._run_threads(options["modules"])
            return
        refuse_unusable_bus()
        queues = [queue_name(module) for module in _chosen(options["modules"])]
        # One connection for each process and module, kept: a pool would open threads in each of them.
        environment = {"SEAMLINE_POOL_SIZE": "0", **os.environ, "SEAMLINE_DISPATCHER": "off"}
        command = [sys.executable, "-m", "celery", "--quiet", "--app", settings.SEAMLINE_CELERY_APP, "worker"]
        command += ["--queues", ",".join(queues), "--concurrency", str(options["concurrency"])]
        command += ["--hostname", f"seamline-{os.getpid()}@%h", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.stdout.flush()
        os.execve(sys.executable, command, environment)  # noqa: S606

    def _run_threads(self, modules: str) -> None:
        if modules:
            raise CommandError(
                "--modules is for EVENT_BUS=celery; with threads SEAMLINE_MODULES says what a process hosts.",
                returncode=2,
            )
        from seamline.carve.shadow.following import start_shadowing
        from seamline.control import start_control
        from seamline.events import start_dispatcher, stop_dispatcher
        from seamline.placement.following import start_placement

        start_placement()
        start_shadowing()
        start_control()
        start_dispatcher()
        self.stdout.write("Delivering with the threads of this process; Ctrl-C or SIGTERM ends it.")
        self.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            stop_dispatcher()


def _chosen(text: str) -> tuple[str, ...]:
    known = tuple(module.name for module in with_work())
    if not text:
        return known
    chosen = tuple(name.strip() for name in text.split(","))
    if unknown := [name for name in chosen if name not in known]:
        raise CommandError(
            f"--modules names {', '.join(unknown)}; hosted here, with subscriptions or jobs: {', '.join(known)}.",
            returncode=2,
        )
    return chosen
