"""Are the target's sequences as far as the source's? Replication does not carry them; the cutover sets them.

This file may not set any.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from seamline.carve.comparing.report import SequenceBehind

_NAMES = "SELECT sequencename, increment_by FROM pg_sequences WHERE schemaname = %s ORDER BY 1"


def sequences_behind(
    *, source: psycopg.Connection[Any], target: psycopg.Connection[Any], schema: str
) -> tuple[SequenceBehind, ...]:
    """Each sequence of the source whose next value at the target may have been given already.

    Sequences know no snapshots: under traffic those of the source go on while they are compared.
    """
    theirs = _positions(target, schema)
    return tuple(
        SequenceBehind(sequence=name, source=position, target=theirs[name][0] if name in theirs else None)
        for name, (position, step) in _positions(source, schema).items()
        if name not in theirs or (theirs[name][0] - position) * step < 0
    )


def _positions(connection: psycopg.Connection[Any], schema: str) -> dict[str, tuple[int, int]]:
    """The value given last, and the step; one step before the first for a sequence that has given none."""
    names = connection.execute(_NAMES, [schema]).fetchall()
    if not names:
        return {}
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {name}, CASE WHEN is_called THEN last_value ELSE last_value - {step} END, {step} FROM {sequence}"
        ).format(name=sql.Literal(name), step=sql.Literal(step), sequence=sql.Identifier(schema, name))
        for name, step in names
    )
    return {name: (position, step) for name, position, step in connection.execute(query).fetchall()}
