"""procrastinate: a job deferred on the connection of the business transaction; async workers with LISTEN/NOTIFY.

At least once: a job whose worker dies is run again when an operator's sweep finds it stalled.
"""

from __future__ import annotations

import asyncio
import os
import sys

import procrastinate
import psycopg
import psycopg_pool

from benchmarks.events.child import answer, paced, serve
from benchmarks.events.tables import BUSINESS_ROW, EFFECT_ROW, NOTE, item_of

URL = os.environ["BENCH_URL"]
CONCURRENCY = 8
working = sys.argv[1:] == ["work"]
connector = (
    procrastinate.PsycopgConnector(conninfo=URL, min_size=4, max_size=CONCURRENCY + 4)
    if working
    else procrastinate.SyncPsycopgConnector(conninfo=URL, min_size=1, max_size=2)
)
app = procrastinate.App(connector=connector)
_pool: list[psycopg_pool.AsyncConnectionPool] = []


@app.task(name="book")
async def book(number: int, item: str, note: str) -> None:
    async with _pool[0].connection() as connection:
        await connection.execute(EFFECT_ROW, [number, item, note])


async def work() -> None:
    pool = psycopg_pool.AsyncConnectionPool(
        URL, kwargs={"autocommit": True}, min_size=CONCURRENCY, max_size=CONCURRENCY, open=False
    )
    async with pool, app.open_async():
        _pool.append(pool)
        asyncio.get_running_loop().call_later(1.0, answer, "ready")
        await app.run_worker_async(concurrency=CONCURRENCY, wait=True, listen_notify=True)


def main() -> None:
    connection = psycopg.connect(URL, autocommit=True)
    deferrer = book.configure(connection=connection)

    def publish(first: int, count: int, together: int = 1) -> None:
        numbers = range(first, first + count)
        for index in range(0, count, together):
            some = numbers[index : index + together]
            with connection.transaction():
                for number in some:
                    connection.execute(BUSINESS_ROW, [number, item_of(number), NOTE])
                if together == 1:
                    deferrer.defer(number=some[0], item=item_of(some[0]), note=NOTE)
                else:
                    deferrer.batch_defer(*({"number": n, "item": item_of(n), "note": NOTE} for n in some))

    with app.open():
        serve(publish=publish, pace=lambda *numbers: paced(lambda number: publish(number, 1), *numbers))


if __name__ == "__main__":
    if working:
        asyncio.run(work())
    elif sys.argv[1:] == ["prepare"]:
        with app.open():
            app.schema_manager.apply_schema()
    else:
        main()
