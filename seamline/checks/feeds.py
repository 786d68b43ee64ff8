"""Checks of what leads to other deployables: the keys that sign, and where logs elsewhere are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register

from seamline.checks.finding import Finding
from seamline.modules.registry import hosted_modules
from seamline.signing import UnusableKeys, parse_keys


@register("seamline")
def check_feeds(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.W025`` (a publisher that cannot be reached) and ``E026`` (keys that cannot be used)."""
    discovers = bool(settings.SEAMLINE_REGISTRY or settings.SEAMLINE_ADVERTISE)
    places = {} if discovers else settings.SEAMLINE_FEEDS
    found = [*place_findings(places), *key_findings(settings.SEAMLINE_INTERNAL_KEYS)]
    return [finding.message() for finding in found]


def place_findings(places: Mapping[str, str]) -> Iterator[Finding]:
    """Publishers that this process cannot reach, though some are elsewhere. Without any places, modules run alone."""
    modules = hosted_modules()
    hosted = {module.name for module in modules}
    for module in modules if places else ():
        for subscription in module.subscriptions:
            for publisher in subscription.publishers:
                if publisher not in hosted and publisher not in places:
                    yield Finding(
                        id="seamline.W025",
                        where=subscription.name,
                        problem=f"waits: {publisher!r} is neither hosted in this process nor named in SEAMLINE_FEEDS.",
                        hint=f"Add {publisher}=https://... to SEAMLINE_FEEDS; it names {', '.join(sorted(places))}.",
                    )


def key_findings(text: str) -> Iterator[Finding]:
    """What is wrong with the keys of internal requests; never shows one."""
    try:
        parse_keys(text, installation_secret=settings.SEAMLINE_SECRET)
    except UnusableKeys as error:
        yield Finding(
            id="seamline.E026",
            where="SEAMLINE_INTERNAL_KEYS",
            problem=str(error),
            hint="Give id:secret,id2:secret2: the first signs, all are accepted. Empty derives one from the secret.",
        )
