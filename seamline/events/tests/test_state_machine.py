"""Anything at any time: writers that commit, roll back or die, workers that fail or die, keys divided anew.

A random walk over all that can happen to a log and its subscription. At each moment the effects of a key are the
beginning of what was committed for it, in the log's order; at the end they are all of it, once each.
``SEAMLINE_STATE_MACHINE_EXAMPLES`` sets how many walks are made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import Error, connections
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from seamline.data import atomic, connection_for
from seamline.events import NotDrained, ParkedStatus, drain, parked, publish, redrive
from seamline.events.courier import Courier
from seamline.events.couriers import couriers_of
from seamline.events.tail import Tail
from seamline.events.tests import sample
from seamline.modules.registry import module_named

WALKS = int(os.environ.get("SEAMLINE_STATE_MACHINE_EXAMPLES", "12"))
KEYS = ("apple", "pear", "plum", "quince")
WRITERS = 3
BATCHED = f"{sample.__name__}:book_all"

_INSERT = """
INSERT INTO event_log (event_id, name, schema_version, key, data)
VALUES (gen_random_uuid(), 'sample_shop.sold', 1, %(item)s,
    jsonb_build_object('item', %(item)s::text, 'number', %(number)s::int))
"""
_COMMITTED = "SELECT (data ->> 'number')::int FROM event_log WHERE key = %s ORDER BY position"
_CLEAN = "; ".join(
    f"DELETE FROM {table}"
    for table in (f"{sample.LEDGER}.effect", f"{sample.LEDGER}.checkpoint", f"{sample.LEDGER}.parked_event")
)

writers = st.integers(0, WRITERS - 1)
keys = st.sampled_from(KEYS)


class Walk(RuleBasedStateMachine):
    """One walk; ``admin_url`` is set by the test."""

    admin_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.poison: set[int] = set()
        self.kill_at: int | None = None
        self.prepared: set[str] = set()
        self.savepoints: set[int] = set()
        self.connections = [self._connect() for _ in range(WRITERS)]
        self.administrator = psycopg.connect(self.admin_url, autocommit=True)
        with self.administrator.transaction():
            self.administrator.execute("SET LOCAL session_replication_role = replica")
            self.administrator.execute(f"DELETE FROM {sample.SHOP}.event_log")
            self.administrator.execute(_CLEAN)
        sample.behaviour["handle"] = self._handle
        self.restart_workers(1, batch=None)

    # Writers

    @rule(item=keys, count=st.integers(1, 3), delivered=st.booleans())
    def publish_and_commit(self, item: str, count: int, delivered: bool) -> None:
        with atomic(sample.SHOP):
            publish(*(sample.Sold(item=item, number=self._next()) for _ in range(count)))
        if delivered:
            self.deliver_all()

    @rule(item=keys)
    def publish_and_roll_back(self, item: str) -> None:
        with pytest.raises(ZeroDivisionError), atomic(sample.SHOP):
            publish(sample.Sold(item=item, number=self._next()))
            raise ZeroDivisionError

    @rule(writer=writers, item=keys, other=keys, overtaken=st.booleans())
    def write_and_keep_open(self, writer: int, item: str, other: str, overtaken: bool) -> None:
        self.connections[writer].execute(_INSERT, {"item": item, "number": self._next()})
        if overtaken:
            self.publish_and_commit(other, 1, True)

    @rule(writer=writers)
    def commit(self, writer: int) -> None:
        self.connections[writer].commit()
        self.savepoints.discard(writer)
        self.deliver_all()

    @rule(writer=writers)
    def roll_back(self, writer: int) -> None:
        self.connections[writer].rollback()
        self.savepoints.discard(writer)

    @rule(writer=writers)
    def set_savepoint(self, writer: int) -> None:
        self.connections[writer].execute("SAVEPOINT here")
        self.savepoints.add(writer)

    @precondition(lambda self: self.savepoints)
    @rule(released=st.booleans())
    def leave_savepoint(self, released: bool) -> None:
        writer = self.savepoints.pop()
        self.connections[writer].execute("RELEASE here" if released else "ROLLBACK TO here")

    @rule(writer=writers)
    def lose_writer(self, writer: int) -> None:
        """The client is gone without a word."""
        self._terminate(self.connections[writer].info.backend_pid)
        self.connections[writer].close()
        self.connections[writer] = self._connect()
        self.savepoints.discard(writer)

    @rule(writer=writers)
    def prepare(self, writer: int) -> None:
        if self.connections[writer].info.transaction_status.name == "INTRANS":
            name = f"walk_{self._next()}"
            self.connections[writer].execute(f"PREPARE TRANSACTION '{name}'")
            self.connections[writer].commit()
            self.prepared.add(name)
            self.savepoints.discard(writer)

    @precondition(lambda self: self.prepared)
    @rule(committed=st.booleans())
    def end_prepared(self, committed: bool) -> None:
        self.administrator.execute(f"{'COMMIT' if committed else 'ROLLBACK'} PREPARED '{self.prepared.pop()}'")

    # Workers

    @rule(data=st.data(), steps=st.integers(1, 3))
    def deliver(self, data: st.DataObject, steps: int) -> None:
        courier = data.draw(st.sampled_from(self.couriers))
        for _ in range(steps):
            courier.step(at_once=data.draw(st.booleans()))

    def deliver_all(self) -> None:
        for courier in self.couriers:
            courier.burst(seconds=0.05)

    @rule(data=st.data(), after=st.integers(0, 2))
    def lose_worker_in_the_middle(self, data: st.DataObject, after: int) -> None:
        """The session dies inside the handler, after it has written its effect."""
        self.kill_at = after
        courier = data.draw(st.sampled_from(self.couriers))
        try:
            courier.burst(seconds=0.05)
        except Error:
            self.couriers = [self._again(each) if each is courier else each for each in self.couriers]
        finally:
            self.kill_at = None
            for alias in (sample.SHOP, sample.LEDGER):
                connections[alias].close()

    @rule(partitions=st.integers(1, 4), batch=st.sampled_from([None, 2]))
    def restart_workers(self, partitions: int, batch: int | None) -> None:
        changes: dict[str, Any] = {"batch": batch, "handler": BATCHED} if batch else {}
        sample.host(sample.subscription(partitions=partitions, max_attempts=2, **changes))
        rivals = (couriers_of(module_named(sample.LEDGER)) for _ in range(2))
        self.couriers = [courier for worker in rivals for courier in worker]

    # Failures

    @precondition(lambda self: self.number)
    @rule(data=st.data())
    def poison_an_event(self, data: st.DataObject) -> None:
        self.poison.add(data.draw(st.integers(1, self.number + 3)))

    @rule(healed=st.booleans(), item=st.none() | keys)
    def redrive_parked(self, healed: bool, item: str | None) -> None:
        if healed:
            self.poison.clear()
        redrive(key=item)

    # What always holds

    @invariant()
    def effects_are_the_beginning_of_what_was_committed(self) -> None:
        for key in KEYS:
            found, wanted = sample.effects(key), self._committed(key)
            assert found == wanted[: len(found)], f"{key}: {found} of {wanted}"

    @invariant()
    def nothing_on_the_shelf_has_had_its_effect(self) -> None:
        for event in parked(statuses=tuple(ParkedStatus)):
            assert len(sample.effects(event.key)) < len(self._committed(event.key))

    def teardown(self) -> None:
        try:
            for connection in self.connections:
                connection.close()
            for name in self.prepared:
                self.administrator.execute(f"ROLLBACK PREPARED '{name}'")
            self.poison.clear()
            redrive()
            drain(timeout=20)
            for key in KEYS:
                assert sample.effects(key) == self._committed(key)
        finally:
            self.administrator.close()

    def _handle(self, delivery: Any) -> None:
        if self.kill_at is not None:
            if self.kill_at == 0:
                self.kill_at = None
                self._terminate(connection_for(sample.LEDGER).connection.info.backend_pid)
            else:
                self.kill_at -= 1
        if delivery.event.number in self.poison:
            raise RuntimeError(f"{delivery.event.number} is poison")

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.admin_url, options=f"-c search_path={sample.SHOP}")

    def _terminate(self, process: int) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    def _committed(self, key: str) -> list[int]:
        with connection_for(sample.SHOP).cursor() as cursor:
            cursor.execute(_COMMITTED, [key])
            return [row[0] for row in cursor.fetchall()]

    def _again(self, courier: Courier) -> Courier:
        alike = couriers_of(module_named(sample.LEDGER))
        return next(each for each in alike if each.partition == courier.partition)


@pytest.fixture
def walk(shop: None, admin_url: str) -> Iterator[type[Walk]]:
    Walk.admin_url = admin_url
    yield Walk
    sample.behaviour.clear()


def walked(walk: type[Walk], *, examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    """Walk so often; the same ways each time, unless many more are asked for than the suite takes."""
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize="SEAMLINE_STATE_MACHINE_EXAMPLES" not in os.environ,
            phases=phases,
        ),
    )


def test_effects_are_exactly_what_was_committed_whatever_happens(walk: type[Walk]) -> None:
    walked(walk, examples=WALKS)


def read_without_waiting(self: Tail, connection: Any) -> bool:
    """The usual mistake: whatever is there is taken as all there will be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM event_log")
        self.settled = max(self.settled, cursor.fetchone()[0])
    return False


def deliver_without_fence(self: Courier, *, position: int | None = None) -> None:
    """The other one: whoever read a batch applies it, whether or not another has done so meanwhile."""


@pytest.mark.parametrize(
    ("owner", "name", "fault"),
    [(Tail, "advance", read_without_waiting), (Courier, "_claim", deliver_without_fence)],
)
def test_walk_finds_planted_faults(
    walk: type[Walk], monkeypatch: pytest.MonkeyPatch, owner: type, name: str, fault: Any
) -> None:
    monkeypatch.setattr(owner, name, fault)
    with pytest.raises((AssertionError, NotDrained)):
        walked(walk, examples=60, phases=(Phase.generate,))
