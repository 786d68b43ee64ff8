"""One soak from beginning to end: a deployment, buyers, faults, quiet, and the books."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from seamline.testing import wait_until
from tests.soak import books
from tests.soak.buyers import Answer, Buyer, OrderBook
from tests.soak.deployment import Deployment
from tests.soak.faults import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a soak went through and compared; ``settled`` is the seconds from the last order to the last effect."""

    bus: str
    orders: int
    placed: int
    events: int
    deliveries: int
    faults: dict[str, int]
    seconds: float
    settled: float


def soak(
    *,
    folder: Path,
    bus: str,
    broker: str = "valkey",
    orders: int,
    buyers: int = 4,
    every: float = 1.0,
    faults: int = 20,
    seed: int = 1,
    inspect: Callable[[psycopg.Connection, list[Answer]], None] = lambda connection, answers: None,
) -> Report:
    """Place at least so many orders while everything is killed, wait for quiet, and compare all books.

    :param bus: "thread" or "celery", the latter over ``broker``.
    :param every: seconds between two faults, on average.
    :param faults: how many; orders are placed until all have happened.
    :param inspect: called with an administrator's connection when all books agree.
    :raises books.BooksDisagree: an effect is missing, doubled or out of order.
    :raises AssertionError: a buyer had no answer, or the deployment did not come to rest.
    """
    with Deployment(folder=folder, bus=bus, broker=broker) as deployment:
        began = time.monotonic()
        harm = Faults(deployment=deployment, seed=seed, every=every, most=faults)
        harm.start()
        book = OrderBook(orders=orders, goes_on=harm.is_alive)
        crowd = [
            Buyer(ports=deployment.ports, skus=deployment.skus, orders=book, seed=seed * 100 + number)
            for number in range(buyers)
        ]
        for buyer in crowd:
            buyer.start()
        for thread in (*crowd, harm):
            thread.join()
        quiet = time.monotonic()
        with psycopg.connect(deployment.postgres.url, autocommit=True) as connection:
            for thread in (harm, *crowd):
                if thread.error is not None:
                    text = f"{thread.name}: {thread.error}\n{_difference(connection)}\n{deployment.logs()}"
                    raise AssertionError(text) from thread.error
            try:
                wait_until(lambda: books.is_settled(connection), seconds=90, every=0.2, what="all effects")
            except AssertionError as error:
                raise AssertionError(f"{_difference(connection)}\n{deployment.logs()}") from error
            settled = time.monotonic() - quiet
            compared = books.check(connection, book.answers)
            inspect(connection, book.answers)
        return Report(
            bus=bus if bus == "thread" else f"{bus} over {broker}",
            placed=sum(answer.state == "placed" for answer in book.answers),
            faults=dict(harm.done),
            seconds=time.monotonic() - began,
            settled=settled,
            **compared,
        )


def _difference(connection: psycopg.Connection) -> str:
    try:
        books.check(connection, ())
    except books.BooksDisagree as disagreement:
        return str(disagreement)
    return "The counts never agreed, yet no check finds anything."
