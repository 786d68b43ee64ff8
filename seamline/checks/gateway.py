"""Checks of the gateway's settings, so that a rate or a network that is none is found before the gateway is started.

No connection is opened. This file may not read routes or instances.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register
from limits import parse

from seamline.checks.finding import Finding
from seamline.gateway.caching import CacheRule
from seamline.gateway.composition import Composition

STORES = ("redis", "rediss")


@register("seamline")
def check_gateway(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E033`` (rates), ``E034`` (who is believed) and ``E035`` (compositions and rules)."""
    found = [
        *rate_findings(
            default=settings.SEAMLINE_GATEWAY_RATE,
            rates=settings.SEAMLINE_GATEWAY_RATES,
            store=settings.SEAMLINE_GATEWAY_RATE_STORE,
        ),
        *trust_findings(networks=settings.SEAMLINE_GATEWAY_TRUSTED, origins=settings.SEAMLINE_GATEWAY_ORIGINS),
        *composition_findings(settings.SEAMLINE_COMPOSITIONS),
    ]
    return [finding.message() for finding in found]


def rate_findings(*, default: str, rates: Mapping[str, str], store: str) -> Iterator[Finding]:
    """Rates that are none, paths that lead nowhere, and a shared memory that is of no known kind."""
    hint = "Give a number and a span, such as 600/minute or 10/second; an empty default is unlimited."
    named = {"SEAMLINE_GATEWAY_RATE": default} if default else {}
    named |= {f"SEAMLINE_GATEWAY_RATES[{path!r}]": rate for path, rate in rates.items()}
    for where, rate in named.items():
        try:
            parse(rate)
        except ValueError:
            yield Finding(id="seamline.E033", where=where, problem=f"{rate!r} is no rate.", hint=hint)
    for path in rates:
        if not path.startswith("/"):
            yield Finding(
                id="seamline.E033",
                where="SEAMLINE_GATEWAY_RATES",
                problem=f"{path!r} is no path, so that its rate limits nothing.",
                hint="Begin it with a slash, as manage.py gateway --show-routes prints the routes.",
            )
    if store and urlsplit(store).scheme not in STORES:
        yield Finding(
            id="seamline.E033",
            where="SEAMLINE_GATEWAY_RATE_STORE",
            problem=f"its scheme is not one of {', '.join(STORES)}.",
            hint="Give the URL of a Valkey or Redis, redis://HOST:PORT/NUMBER, or nothing: each replica counts alone.",
        )


def trust_findings(*, networks: Sequence[str], origins: Sequence[str]) -> Iterator[Finding]:
    """Networks and origins that are none; they would stop the gateway, or never match."""
    for network in networks:
        try:
            everybody = ipaddress.ip_network(network).prefixlen == 0
        except ValueError as error:
            problem, everybody = f"{network!r} is no network: {error}.", False
        else:
            problem = f"{network!r} is everybody: any client could say that it is another."
            if not everybody:
                continue
        yield Finding(
            id="seamline.E034",
            where="SEAMLINE_GATEWAY_TRUSTED",
            problem=problem,
            hint="Name the networks of your own proxies, such as 10.1.0.0/16 or 10.1.2.3.",
        )
    for origin in origins:
        parts = urlsplit(origin)
        if origin != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in ("http", "https") or not parts.hostname:
            yield Finding(
                id="seamline.E034",
                where="SEAMLINE_GATEWAY_ORIGINS",
                problem=f"{origin!r} is no origin, so that no page's origin is equal to it.",
                hint="Write scheme and host as browsers send them, without a path or a star: https://shop.example.",
            )


def composition_findings(name: str) -> Iterator[Finding]:
    """What is wrong with the module that declares compositions and cache rules."""
    hint = "Name a module with COMPOSITIONS and CACHE_RULES, sequences of Composition and CacheRule; they may be empty."
    try:
        declared: Any = import_module(name)
    except Exception as error:
        problem = f"{name} cannot be imported: {type(error).__name__}: {error}."
        yield Finding(id="seamline.E035", where="SEAMLINE_COMPOSITIONS", problem=problem, hint=hint)
        return
    for constant, kind in (("COMPOSITIONS", Composition), ("CACHE_RULES", CacheRule)):
        values = getattr(declared, constant, None)
        if not isinstance(values, Sequence) or not all(isinstance(value, kind) for value in values):
            yield Finding(
                id="seamline.E035",
                where=f"{name}.{constant}",
                problem=f"is no sequence of {kind.__name__}.",
                hint=hint,
            )
