"""``manage.py beat``: the safety net of ``EVENT_BUS=celery``. Thin."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.checks.bus import refuse_unusable_bus

EPILOG = """\
examples:
  EVENT_BUS=celery manage.py beat                                      a sweep every second
  EVENT_BUS=celery SEAMLINE_SWEEP_MILLISECONDS=250 manage.py beat      wake-ups that the broker lost cost less time

One is enough; a second one does no harm. Without any, failed events are not retried, jobs do not run, and an event
whose wake-up was lost waits for the next one of its publisher. See docs/events/celery.md.

exit status: 0 told to end; 1 it could not start.
"""


class Command(BaseCommand):
    """Becomes Celery's beat, so that signals and exit codes are Celery's."""

    help = "Let workers look at all logs, retries and jobs every now and then, whatever the broker has lost."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EVENT_BUS != "celery":
            raise CommandError("Beat is for EVENT_BUS=celery: threads look after retries and jobs themselves.")
        refuse_unusable_bus()
        command = [sys.executable, "-m", "celery", "--quiet", "--app", settings.SEAMLINE_CELERY_APP, "beat"]
        command += ["--loglevel", "WARNING", "--pidfile", ""]
        self.stdout.flush()
        os.execve(sys.executable, command, dict(os.environ))  # noqa: S606
