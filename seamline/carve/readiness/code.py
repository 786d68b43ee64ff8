"""What the system checks refuse in the code: a module that reaches past its boundary cannot leave. Only reads."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import ERROR, run_checks

from seamline.carve.readiness.findings import Level, Reason


def code_reasons() -> Iterator[Reason]:
    """Every error, whichever module it is in: the service runs the same code."""
    for message in run_checks():
        if message.level >= ERROR:
            yield Reason(
                id="P170",
                level=Level.BLOCKER,
                text=f"The system checks refuse the code: {message.msg}",
                evidence=message.id or "manage.py check",
                advice=str(message.hint or "See docs/checks.md."),
            )
