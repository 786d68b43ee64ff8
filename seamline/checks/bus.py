"""Checks of ``EVENT_BUS`` and its broker; run at each start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.management.base import CommandError

from seamline.checks.finding import Finding

BUSES = ("thread", "celery")
ENCRYPTED = ("rediss", "amqps")
SCHEMES = ("redis", "amqp", "pyamqp", *ENCRYPTED)
HINT = "Set CELERY_BROKER_URL to redis://, rediss://, amqp:// or amqps://, or unset it to use the embedded Valkey."


@register("seamline")
def check_bus(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E022`` (a bus or a broker that cannot be) and ``W022`` (a broker that others can write to)."""
    return [
        finding.message() for finding in bus_findings(bus=settings.EVENT_BUS, broker_url=settings.CELERY_BROKER_URL)
    ]


def bus_findings(*, bus: str, broker_url: str) -> Iterator[Finding]:
    """What is wrong with the two settings; the URL's password is never shown."""
    if bus not in BUSES:
        yield Finding(
            id="seamline.E022",
            where="EVENT_BUS",
            problem=f"is {bus!r}, so nobody delivers events.",
            hint=f"Set it to {' or '.join(BUSES)}.",
        )
    if bus != "celery":
        return
    scheme = broker_url.partition("://")[0]
    host = _host(broker_url)
    if not broker_url:
        yield Finding(
            id="seamline.E022",
            where="CELERY_BROKER_URL",
            problem="is empty with EVENT_BUS=celery, and the embedded Valkey was never started.",
            hint="Start it with 'EVENT_BUS=celery make run', or name a broker of your own.",
        )
    elif scheme not in SCHEMES or not host:
        yield Finding(
            id="seamline.E022",
            where="CELERY_BROKER_URL",
            problem="names no Valkey, Redis or RabbitMQ.",
            hint=HINT,
        )
    elif not _is_local(host) and (scheme not in ENCRYPTED or not urlsplit(broker_url).password):
        yield Finding(
            id="seamline.W022",
            where="CELERY_BROKER_URL",
            problem=f"leads to {host!r} without encryption or without a password.",
            hint="Whoever can write to the broker can keep all workers busy: use rediss or amqps with a password.",
        )


def refuse_unusable_bus() -> None:
    """For commands that become Celery, which would tell by a traceback.

    :raises CommandError: ``seamline.E022``, in one line.
    """
    for finding in bus_findings(bus=settings.EVENT_BUS, broker_url=settings.CELERY_BROKER_URL):
        if finding.id == "seamline.E022":
            raise CommandError(f"{finding.where} {finding.problem} {finding.hint}")


def _host(url: str) -> str:
    """The URL's host; empty where it has none, or where its port is no number."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:
        return ""


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
