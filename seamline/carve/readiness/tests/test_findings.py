"""The score, and what a database says of a module that is to be carved."""

from __future__ import annotations

from seamline.carve.move.servers import Move
from seamline.carve.readiness.database import database_reasons
from seamline.carve.readiness.findings import Level, Readiness, Reason


def reason(level: Level) -> Reason:
    return Reason(id="P000", level=level, text="so it is", evidence="1")


def test_blockers_weigh_more_than_warnings_and_notes_nothing() -> None:
    def found(*levels: Level) -> Readiness:
        return Readiness(module="orders", reasons=tuple(reason(level) for level in levels))

    assert (found().score, found().ready) == (100, True)
    assert found(Level.NOTE, Level.WARNING).score == 92
    assert (found(Level.BLOCKER).score, found(Level.BLOCKER).ready) == (60, False)
    assert found(*[Level.BLOCKER] * 4).score == 0


def test_database_tells_sizes_sequences_and_what_blocks(move: Move) -> None:
    with move.source.connect(module="moved") as source, move.target.connect(module="moved") as target:
        source.execute("ANALYZE moved.thing; ANALYZE moved.log")
        found = {each.id: each for each in database_reasons(move, source, target)}
        assert "About 1,000 rows in 3 tables" in found["P110"].text
        assert "thing_id_seq" in found["P111"].evidence
        assert not [each for each in found.values() if each.level is Level.BLOCKER]
        source.execute("CREATE TABLE moved.keyless (n int)")
        source.execute("SELECT setval('moved.log_id_seq', 2000000000)")
        worse = {each.id: each for each in database_reasons(move, source, target)}
        assert worse["P101"].level is Level.BLOCKER
        assert worse["P112"].level is Level.WARNING


def test_schema_that_is_not_there_blocks(move: Move) -> None:
    with move.target.connect(module="moved") as empty:
        assert "P114" in {each.id for each in database_reasons(move.reversed(), empty, None)}
