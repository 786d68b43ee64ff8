"""Checks of what keeps and brings back old events: how long they stay, and the files that hold those that left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError

from seamline.checks.finding import Finding
from seamline.history.ranges import archive_directory, archived_ranges
from seamline.modules.registry import hosted_modules


@register("seamline")
def check_retention(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E023`` (a retention that is no span of time)."""
    return [finding.message() for finding in retention_findings(settings.SEAMLINE_RETENTION)]


@register(Tags.database)
def check_archives(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """``seamline.E024`` (a file of the archive that this process does not find)."""
    return [finding.message() for alias in databases or () for finding in archive_findings(alias)]


def retention_findings(wanted: Any) -> Iterator[Finding]:
    """What is wrong with the setting."""
    spans = wanted.items() if isinstance(wanted, dict) else [("", wanted)]
    for module, keep in spans:
        if not isinstance(keep, timedelta) or keep <= timedelta(0):
            yield Finding(
                id="seamline.E023",
                where=f"SEAMLINE_RETENTION[{module!r}]" if module else "SEAMLINE_RETENTION",
                problem=f"is {keep!r}, not how long events stay.",
                hint='Write {"orders": timedelta(days=90)}; a module that is not named keeps its events in the log.',
            )


def archive_findings(alias: str) -> Iterator[Finding]:
    """Files that the module's log needs and that are not there, by name and size; reading checks their content."""
    if alias not in {module.name for module in hosted_modules()}:
        return
    try:
        ranges = archived_ranges(alias)
    except DatabaseError:
        return  # not migrated yet, or out of reach: /health/ready and the commands say it
    missing = [each for each in ranges if not each.path.is_file() or each.path.stat().st_size != each.bytes]
    if missing:
        yield Finding(
            id="seamline.E024",
            where=f"alias {alias!r}",
            problem=f"{len(missing)} of {len(ranges)} files of archived events are missing or cut off in "
            f"{archive_directory()}, the first of them {missing[0].file}.",
            hint="Set SEAMLINE_ARCHIVE_DIR to where they are, or put them back from a copy: what reads there stops.",
        )
