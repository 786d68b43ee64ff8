"""Code that the system checks refuse blocks a carve."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register, registry

from seamline.carve.readiness.code import code_reasons
from seamline.carve.readiness.findings import Level


def test_planted_error_of_a_system_check_blocks() -> None:
    def planted(**kwargs: Any) -> list[CheckMessage]:
        return [Error("orders reaches into catalog", hint="Ask it.", id="seamline.E999")]

    register(planted)
    try:
        found = [each for each in code_reasons() if each.evidence == "seamline.E999"]
    finally:
        registry.registry.registered_checks.remove(planted)
    assert [(each.id, each.level, each.advice) for each in found] == [("P170", Level.BLOCKER, "Ask it.")]
    assert not [each for each in code_reasons() if each.evidence == "seamline.E999"]
