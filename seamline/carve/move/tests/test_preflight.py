"""What must not be carved is refused with the reason and what to do; each by a planted fault."""

from __future__ import annotations

import pytest

from seamline.carve.move import cutover
from seamline.carve.move.errors import MoveRefused
from seamline.carve.move.preflight import refusals
from seamline.carve.move.servers import Move

FAULTS = {
    "no primary key": "CREATE TABLE moved.keyless (n int)",
    "not logged": "CREATE UNLOGGED TABLE moved.fleeting (id int PRIMARY KEY)",
    "out of the schema": "CREATE SCHEMA other; CREATE TABLE other.place (id int PRIMARY KEY);"
    "CREATE TABLE moved.leaves (id int PRIMARY KEY REFERENCES other.place)",
    "belongs to the serving role": "CREATE TABLE moved.own (id int PRIMARY KEY);"
    "ALTER TABLE moved.own OWNER TO moved_rw",
    "fires on replicated rows": "CREATE FUNCTION moved.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER t AFTER INSERT ON moved.thing FOR EACH ROW EXECUTE FUNCTION moved.f();"
    "ALTER TABLE moved.thing ENABLE ALWAYS TRIGGER t",
    "SECURITY DEFINER": "CREATE FUNCTION moved.add() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "large object": "CREATE TABLE moved.blob (id int PRIMARY KEY, content oid)",
    "has no table move_gate": "DROP TABLE moved.move_gate",
    "no collation": "CREATE COLLATION moved_odd (provider = builtin, locale = 'C');"
    "CREATE TABLE moved.worded (id int PRIMARY KEY, word text COLLATE moved_odd)",
}


def test_module_without_faults_is_not_refused(move: Move) -> None:
    with move.source.connect(module="moved") as source, move.target.connect(module="moved") as target:
        assert refusals(move, source, target) == ()


@pytest.mark.parametrize("said", FAULTS)
def test_planted_fault_is_refused_with_its_name(move: Move, said: str) -> None:
    with move.source.connect(module="moved") as source, move.target.connect(module="moved") as target:
        source.execute(FAULTS[said])  # type: ignore[arg-type]
        found = refusals(move, source, target)
        assert len(found) == 1
        assert said in found[0]
    with pytest.raises(MoveRefused, match=said):
        cutover.prepare(move)


def test_administrator_who_may_not_replicate_is_refused(move: Move) -> None:
    with move.target.connect(module="moved") as target, target.transaction(force_rollback=True):
        target.execute("CREATE ROLE weak; SET LOCAL ROLE weak")
        with move.source.connect(module="moved") as source:
            found = refusals(move, source, target)
    assert len(found) == 1
    assert "may not replicate" in found[0]
