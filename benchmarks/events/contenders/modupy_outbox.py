"""modupy's PostgreSQL outbox as its README wires it: publish inside the bound session, delivered in the same process.

At least once, no order; its listeners run on the event loop that publishes. Needs ``modupy[postgres]``.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import modulith
from alembic import command
from alembic.config import Config
from modulith.adapters.postgres_outbox import PostgresPublicationStore
from modulith.builtin import outbox
from modulith.builtin.outbox import bind_session, unbind_session
from modulith.serializers import JsonEventSerializer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from benchmarks.events.child import answer
from benchmarks.events.tables import NOTE, item_of

URL = os.environ["BENCH_URL"].replace("postgresql://", "postgresql+asyncpg://")
BUSINESS_ROW = text("INSERT INTO business (number, item, note) VALUES (:number, :item, :note)")
EFFECT_ROW = text("INSERT INTO effect (number, item, note) VALUES (:number, :item, :note)")
modulith.configure(auto_discover=False, observability=False)
engine = create_async_engine(URL, pool_size=10, max_overflow=10)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@modulith.event
@dataclass(frozen=True)
class Sold:
    number: int
    item: str
    note: str


@modulith.listener
async def book(event: Sold) -> None:
    async with sessions() as session:
        await session.execute(EFFECT_ROW, {"number": event.number, "item": event.item, "note": event.note})
        await session.commit()


async def sell(numbers: range) -> None:
    async with sessions() as session:
        token = bind_session(session)
        try:
            for number in numbers:
                await session.execute(BUSINESS_ROW, {"number": number, "item": item_of(number), "note": NOTE})
                await modulith.publish(Sold(number=number, item=item_of(number), note=NOTE))
            await session.commit()
        finally:
            unbind_session(token)


async def publish(first: int, count: int, together: int = 1) -> None:
    numbers = range(first, first + count)
    for index in range(0, count, together):
        await sell(numbers[index : index + together])


async def pace(first: int, count: int, rate: int) -> None:
    start = time.monotonic()
    for index in range(count):
        moment = start + (index + (index * 37 % 101) / 101) / rate
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        await sell(range(first + index, first + index + 1))


async def main() -> None:
    outbox.configure(
        PostgresPublicationStore(create_async_engine(URL, pool_size=10, max_overflow=10)),
        JsonEventSerializer(allowed_event_types=[Sold]),
        claim_strategy=os.environ.get("BENCH_CLAIM", "lease"),
        completion_mode=os.environ.get("BENCH_COMPLETION", "update"),
    )
    modulith.bootstrap()
    outbox.start()
    answer("ready")
    commands = {"publish": publish, "pace": pace}
    while line := await asyncio.to_thread(sys.stdin.readline):
        name, *arguments = line.split()
        await commands[name](*map(int, arguments))
        answer("done")
    await outbox.shutdown()
    await engine.dispose()


def prepare() -> None:
    """The tables, by the library's own migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(modulith.__file__).parent / "adapters" / "migrations"))
    config.set_main_option("sqlalchemy.url", os.environ["BENCH_URL"].replace("postgresql://", "postgresql+psycopg://"))
    command.upgrade(config, "head")


if __name__ == "__main__":
    if sys.argv[1:] == ["prepare"]:
        prepare()
    else:
        asyncio.run(main())
