"""Checks that compare the operations in the code with those of the last release; run at each start.

What both sides understand and is merely not released yet is found by the gate of ``.ci/run`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register

from seamline.checks.finding import Finding
from seamline.contract import Contract
from seamline.schemas import declared_contracts
from seamline.versions import DamagedRecord, Verdict, compare_all, read_records, records_folder, surface_of


@register("seamline")
def check_versions(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E044`` (released callers or modules are not understood) and ``E045`` (a damaged record)."""
    return [finding.message() for finding in version_findings(declared_contracts(), records_folder())]


def version_findings(contracts: Sequence[type[Contract]], folder: Path) -> Iterator[Finding]:
    """What keeps today's contracts and the released ones apart."""
    try:
        released = read_records(folder)
    except DamagedRecord as error:
        yield Finding(
            id="seamline.E045",
            where="released contracts",
            problem=str(error),
            hint="Restore the file from version control; release changes with manage.py contracts release.",
        )
        return
    for each in compare_all(released=released, now=[surface_of(contract) for contract in contracts]):
        if each.verdict is Verdict.BREAKS:
            yield Finding(id="seamline.E044", where=each.where, problem=each.problem, hint=each.advice)
