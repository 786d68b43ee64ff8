"""The floor, psycopg alone: two INSERTs and a commit to publish; a batch, its effects and a mark in one commit.

It gives up what costs: holes of rolled back transactions would stop it for ever, and nothing is retried.
"""

from __future__ import annotations

import os
import sys
import time

import psycopg

from benchmarks.events.child import answer, paced, serve
from benchmarks.events.tables import BUSINESS_ROW, EFFECT_ROWS, NOTE, OUTBOX_ROW, item_of

BATCH = 500
_READ = "SELECT id, number, item, note FROM outbox WHERE id > %s ORDER BY id LIMIT %s"


def main(role: str) -> None:
    connection = psycopg.connect(os.environ["BENCH_URL"], autocommit=True)

    def one(number: int) -> None:
        with connection.transaction():
            connection.execute(BUSINESS_ROW, [number, item_of(number), NOTE])
            connection.execute(OUTBOX_ROW, [number, item_of(number), NOTE])

    def publish(first: int, count: int, together: int = 1) -> None:
        numbers = range(first, first + count)
        for index in range(0, count, together):
            with connection.transaction():
                for number in numbers[index : index + together]:
                    connection.execute(BUSINESS_ROW, [number, item_of(number), NOTE])
                    connection.execute(OUTBOX_ROW, [number, item_of(number), NOTE])

    def bare(first: int, count: int, together: int = 1) -> None:
        numbers = range(first, first + count)
        for index in range(0, count, together):
            with connection.transaction():
                for number in numbers[index : index + together]:
                    connection.execute(BUSINESS_ROW, [number, item_of(number), NOTE])

    if role == "publish":
        serve(publish=publish, bare=bare, pace=lambda *numbers: paced(one, *numbers))
        return
    answer("ready")
    position = 0
    while True:
        rows = connection.execute(_READ, [position, BATCH]).fetchall()
        while rows and rows[-1][0] != position + len(rows):
            rows.pop()  # a commit is missing in between
        if not rows:
            time.sleep(0.001)
            continue
        with connection.transaction():
            connection.execute("SELECT position FROM mark FOR UPDATE")
            connection.execute(EFFECT_ROWS, [[row[column] for row in rows] for column in (1, 2, 3)])
            position += len(rows)
            connection.execute("UPDATE mark SET position = %s", [position])


if __name__ == "__main__":
    main(sys.argv[1])
