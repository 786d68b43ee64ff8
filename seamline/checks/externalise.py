"""Check of ``SEAMLINE_EXTERNALISE``; runs at each start, connects nowhere and never shows a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register

from seamline.checks.finding import Finding
from seamline.externalise.target import EVERY_PUBLISHER, FORM, read_targets
from seamline.modules.registry import hosted_modules
from seamline.schemas.declared import declared_contracts


@register("seamline")
def check_externalise(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E027``: a target that cannot be used."""
    known: dict[str, Set[str]] = {module.name: set() for module in hosted_modules()}
    hosted = [module.contract for module in hosted_modules() if module.contract is not None]
    for contract in (*declared_contracts(), *hosted):
        known[contract.module] = {event.event_name for event in contract.events}
    return [finding.message() for finding in target_findings(settings.SEAMLINE_EXTERNALISE, known=known)]


def target_findings(text: str, *, known: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """What is wrong with the setting.

    :param known: the modules that may publish, here or in other deployables, each with the names of its events.
    """
    targets, problems = read_targets(text)
    for problem in problems:
        yield Finding(
            id="seamline.E027",
            where="SEAMLINE_EXTERNALISE",
            problem=str(problem),
            hint=f"Give module=URL, separated by commas, such as {FORM}.",
        )
    for name in dict.fromkeys(target.publisher for target in targets):
        if name not in {*known, EVERY_PUBLISHER}:
            yield Finding(
                id="seamline.E027",
                where="SEAMLINE_EXTERNALISE",
                problem=f"names {name!r}, and no contract declares such a module.",
                hint=f"Give {EVERY_PUBLISHER} or one of {', '.join(sorted(known))}.",
            )
    for target in targets:
        published = known.get(target.publisher, set().union(*known.values()))
        for event in target.events:
            if event not in published:
                yield Finding(
                    id="seamline.E027",
                    where="SEAMLINE_EXTERNALISE",
                    problem=f"has event={event} for {target.publisher!r}, which publishes no such event.",
                    hint=f"Give one of {', '.join(sorted(published)) or 'none, it publishes nothing'}.",
                )
