"""Checks that compare the events in the code with the corpus of all that were ever released; run at each start.

What is merely not released yet is a warning here, so that one can work on it; ``.ci/run`` has a gate that fails on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register

from seamline.checks.finding import Finding
from seamline.schemas import (
    Kind,
    SchemaFinding,
    read_corpus,
    schema_findings,
    sources,
)

IDS = {
    Kind.INCOMPATIBLE: "seamline.E019",
    Kind.UNRELEASED: "seamline.W020",
    Kind.WIDENED: "seamline.W020",
    Kind.DAMAGED: "seamline.E021",
}


@register("seamline")
def check_event_schemas(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E019``, ``W020`` and ``E021``: of all contracts, hosted here or not, and of modules' own."""
    found = [
        finding for source in sources() for finding in schema_findings(source.publishers, read_corpus(source.folder))
    ]
    return [finding.message() for finding in event_findings(found)]


def event_findings(found: Iterable[SchemaFinding]) -> Iterator[Finding]:
    """The comparison's findings as those of the checks."""
    for each in found:
        yield Finding(id=IDS[each.kind], where=each.event or "corpus", problem=each.problem, hint=each.advice)
