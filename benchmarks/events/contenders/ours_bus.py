"""Ours over Celery: the deployable's own worker and beat, which also say when they are ready."""

from __future__ import annotations

import sys
from typing import Any

from celery.signals import worker_ready
from django.core.management import call_command

from benchmarks.events.child import answer
from project.celery import app

__all__ = ["app"]


@worker_ready.connect
def _tell(**_: Any) -> None:
    answer("ready")


if __name__ == "__main__":
    if sys.argv[1] == "beat":
        answer("ready")
    call_command(sys.argv[1])
