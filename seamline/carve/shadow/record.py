"""Shadow reads in the hub's ``platform`` schema: what is switched on, and what processes have found. Statements alone.

This file may not know a process's own state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from seamline.carve.shadow.values import Difference, OperationCount, Setting, ShadowReport, Verdict
from seamline.control.table import CHANNEL

Execute = Callable[..., Any]
KEPT = 500
"""Differences of one module."""
_READ = """
SELECT setting::text FROM shadow_setting WHERE expires_at > clock_timestamp() ORDER BY module
"""
_WRITE = """
INSERT INTO shadow_setting (module, setting, changed_by, expires_at)
VALUES (%s, %s, %s, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (module) DO UPDATE SET (setting, changed_by, changed_at, expires_at) =
    (excluded.setting, excluded.changed_by, clock_timestamp(), excluded.expires_at)
"""
_COUNT = """
INSERT INTO shadow_count (module, operation, verdict, reads) VALUES (%s, %s, %s, %s)
ON CONFLICT (module, operation, verdict) DO UPDATE SET reads = shadow_count.reads + excluded.reads
"""
_FOUND = "INSERT INTO shadow_difference (module, difference) VALUES (%s, %s)"
_REAL_FIRST = "ORDER BY difference ->> 'verdict' = 'real' DESC, id DESC"
_TRIM = f"""
DELETE FROM shadow_difference WHERE id IN (
    SELECT id FROM shadow_difference WHERE module = %(module)s {_REAL_FIRST} OFFSET %(kept)s)
"""  # noqa: S608 - constants only
_COUNTS = "SELECT operation, verdict, reads FROM shadow_count WHERE module = %s ORDER BY operation, verdict"
_LATEST = f"SELECT difference::text FROM shadow_difference WHERE module = %s {_REAL_FIRST} LIMIT %s"  # noqa: S608
_FORGET = (
    "DELETE FROM shadow_count WHERE module = %s",
    "DELETE FROM shadow_difference WHERE module = %s",
)


def read(execute: Execute) -> tuple[Setting, ...]:
    """What is switched on."""
    return tuple(msgspec.json.decode(text, type=Setting) for (text,) in execute(_READ).fetchall())


def switch_on(execute: Execute, setting: Setting, *, seconds: float, actor: str) -> None:
    """Have all processes shadow the module for so long; what was found before is forgotten, unless it is on already."""
    if not any(each.module == setting.module for each in read(execute)):
        forget(execute, setting.module)
    execute(_WRITE, (setting.module, msgspec.json.encode(setting).decode(), actor[:200], seconds))
    execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def switch_off(execute: Execute, module: str) -> None:
    """Have it shadowed no more; what was found is kept."""
    execute("DELETE FROM shadow_setting WHERE module = %s", (module,))
    execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def forget(execute: Execute, module: str) -> None:
    """Drop what was found."""
    for statement in _FORGET:
        execute(statement, (module,))


def tell(
    execute: Execute,
    *,
    counts: Mapping[tuple[str, str, Verdict], int],
    differences: Mapping[str, Iterable[Difference]],
) -> None:
    """Add what a process has found."""
    # In one order everywhere, so that two processes never wait for each other in a circle.
    for (module, operation, verdict), reads in sorted(counts.items()):
        execute(_COUNT, (module, operation, verdict.value, reads))
    for module, found in sorted(differences.items()):
        for difference in found:
            execute(_FOUND, (module, msgspec.json.encode(difference).decode()))
        execute(_TRIM, {"module": module, "kept": KEPT})


def report(execute: Execute, module: str, *, limit: int = 20) -> ShadowReport:
    """What was found: all figures, and the latest differences, those that are real first."""
    share = next((each.share for each in read(execute) if each.module == module), 0.0)
    operations: dict[str, dict[Verdict, int]] = {}
    for operation, verdict, reads in execute(_COUNTS, (module,)).fetchall():
        operations.setdefault(operation, {})[Verdict(verdict)] = reads
    rows = execute(_LATEST, (module, limit)).fetchall()
    return ShadowReport(
        module=module,
        share=share,
        operations=tuple(OperationCount(operation=name, counts=counts) for name, counts in operations.items()),
        differences=tuple(msgspec.json.decode(text, type=Difference) for (text,) in rows),
    )
