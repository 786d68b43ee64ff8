"""Ours: events published inside ``atomic`` with the business row, delivered in process or over Celery."""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.events.settings"

import django

django.setup()

from benchmarks.events.apps import sell, sell_quietly  # noqa: E402
from benchmarks.events.child import paced, serve  # noqa: E402
from seamline.events import start_dispatcher  # noqa: E402


def publish(first: int, count: int, together: int = 1) -> None:
    """So many events with so many in a transaction."""
    numbers = range(first, first + count)
    for index in range(0, count, together):
        sell(numbers[index : index + together])


def bare(first: int, count: int, together: int = 1) -> None:
    """The business rows alone."""
    numbers = range(first, first + count)
    for index in range(0, count, together):
        sell_quietly(numbers[index : index + together])


def pace(first: int, count: int, rate: int) -> None:
    """So many events at so many a second."""
    paced(lambda number: sell((number,)), first, count, rate)


def dispatch() -> None:
    """Deliver in this process from now on."""
    start_dispatcher()


if __name__ == "__main__":
    if os.environ.get("BENCH_DISPATCH") == "yes":
        dispatch()
    serve(publish=publish, bare=bare, pace=pace, dispatch=dispatch)
