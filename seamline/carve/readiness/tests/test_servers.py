"""What a carve would suffer from is found by its id; each by a planted fault on real servers."""

from __future__ import annotations

import psycopg
import pytest

from seamline.carve.move.servers import Move, Server
from seamline.carve.readiness.findings import Level
from seamline.carve.readiness.servers import server_reasons, silent, target_connection_reasons
from seamline.embedded.ports import free_port

FAULTS = {
    "P150": "CREATE TABLE moved.parted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
    "P151": "CREATE TABLE moved.twice (id int PRIMARY KEY, two int GENERATED ALWAYS AS (id * 2) STORED)",
    "P152": "GRANT UPDATE (text) ON moved.log TO moved_rw",
    "P153": "CREATE TYPE public.mood AS ENUM ('glad'); CREATE TABLE moved.felt (id int PRIMARY KEY, mood public.mood)",
}
BLOCKS = frozenset({"P153"})
ALWAYS = {"P157"}


def found_by_id(move: Move, source: psycopg.Connection, target: psycopg.Connection | None) -> dict[str, Level]:
    return {each.id: each.level for each in server_reasons(move, source, target)}


def test_module_without_faults_has_nothing_but_notes(move: Move) -> None:
    with move.source.connect(module="moved") as source, move.target.connect(module="moved") as target:
        assert found_by_id(move, source, target) == dict.fromkeys(ALWAYS, Level.NOTE)


@pytest.mark.parametrize("identifier", FAULTS)
def test_planted_fault_is_found(move: Move, identifier: str) -> None:
    with move.source.connect(module="moved") as source, move.target.connect(module="moved") as target:
        source.execute(FAULTS[identifier])  # type: ignore[arg-type]
        found = found_by_id(move, source, target)
    assert set(found) - ALWAYS == {identifier}
    assert (found[identifier] is Level.BLOCKER) == (identifier in BLOCKS)


def test_target_is_not_asked_while_there_is_none(move: Move) -> None:
    with move.source.connect(module="moved") as source:
        source.execute(FAULTS["P153"])  # type: ignore[arg-type]
        assert found_by_id(move, source, None)["P153"] is Level.WARNING


def test_open_change_of_a_table_is_found(move: Move) -> None:
    with (
        move.source.connect(module="moved") as source,
        move.source.connect(module="moved", autocommit=False) as migration,
    ):
        migration.execute("ALTER TABLE moved.thing ADD COLUMN more int")
        assert found_by_id(move, source, None)["P154"] is Level.WARNING
        migration.rollback()
        assert "P154" not in found_by_id(move, source, None)


def test_long_transaction_is_found(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.carve.readiness.servers.LONG", 0.0)
    with (
        move.source.connect(module="moved") as source,
        move.source.connect(module="moved", autocommit=False) as sleeper,
    ):
        assert "P155" not in found_by_id(move, source, None)
        sleeper.execute("SELECT FROM moved.thing")
        found = next(each for each in server_reasons(move, source, None) if each.id == "P155")
    assert found.level is Level.WARNING
    assert "idle in transaction" in found.text


@pytest.mark.parametrize(("pool", "level"), [(10, Level.NOTE), (10_000, Level.WARNING)])
def test_pools_that_do_not_fit_on_the_target_are_found(move: Move, pool: int, level: Level) -> None:
    with move.target.connect(module="moved") as target:
        (found,) = target_connection_reasons(target, "there", pool=pool)
    assert (found.id, found.level) == ("P159", level)
    assert f"2 x {pool}" in found.evidence


def test_server_that_does_not_answer_blocks_and_shows_no_password() -> None:
    nobody = Server(url=f"postgresql://somebody:hidden@127.0.0.1:{free_port()}/there")
    with pytest.raises(psycopg.OperationalError) as refused:
        nobody.connect(module="moved")
    found = silent(str(nobody.place), refused.value)
    assert (found.id, found.level) == ("P160", Level.BLOCKER)
    assert "hidden" not in f"{found}"
