"""Plain Celery: a task for each event, sent after the commit, acknowledged late. The worker runs as ``celery -A`` this.

A crash between commit and sending loses the event; a crash of a worker may run a task twice; there is no order.
"""

from __future__ import annotations

import os
import sys

import psycopg
from celery import Celery
from celery.signals import worker_ready

from benchmarks.events.child import answer, paced, serve
from benchmarks.events.tables import BUSINESS_ROW, EFFECT_ROW, NOTE, item_of

app = Celery("bench", broker=os.environ["BENCH_BROKER"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=int(os.environ.get("BENCH_PREFETCH", "4")),
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    task_default_queue="bench",
)
_connections: dict[int, psycopg.Connection] = {}


def connection() -> psycopg.Connection:
    """This process's one connection; a worker forks after the import."""
    found = _connections.get(os.getpid())
    if found is None:
        found = _connections[os.getpid()] = psycopg.connect(os.environ["BENCH_URL"], autocommit=True)
    return found


@app.task
def book(number: int, item: str, note: str) -> None:
    """One statement is one transaction here."""
    connection().execute(EFFECT_ROW, [number, item, note])


@worker_ready.connect
def _tell(**_: object) -> None:
    answer("ready")


def main() -> None:
    def publish(first: int, count: int, together: int = 1) -> None:
        numbers = range(first, first + count)
        for index in range(0, count, together):
            some = numbers[index : index + together]
            with connection().transaction():
                for number in some:
                    connection().execute(BUSINESS_ROW, [number, item_of(number), NOTE])
            for number in some:
                book.delay(number, item_of(number), NOTE)

    serve(publish=publish, pace=lambda *numbers: paced(lambda number: publish(number, 1), *numbers))


if __name__ == "__main__":
    sys.modules.setdefault("benchmarks.events.contenders.celery_tasks", sys.modules["__main__"])
    book.name = "benchmarks.events.contenders.celery_tasks.book"
    main()
