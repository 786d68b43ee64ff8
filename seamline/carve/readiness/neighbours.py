"""Who calls the module and is called by it, who hears its events and whose it hears, and which settings are missing.

From manifests and syntax trees, and from what the running monolith has counted. This file may not change anything.
"""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import urllib3
from django.apps import apps
from django.conf import settings

from seamline.carve.readiness.callers import caller_reasons
from seamline.carve.readiness.findings import Level, Reason
from seamline.carve.readiness.loops import CallSite, call_sites
from seamline.contract.event import module_of
from seamline.modules import hosted_modules, module_named

CHATTY = 5
"""Places of one module that call the same other module, from which the pair is called chatty."""
_COUNT = re.compile(r'^seamline_calls_total\{operation="(?P<operation>[^"]+)",outcome="[^"]+"\} (?P<count>\S+)', re.M)
_SECONDS = re.compile(
    r'^seamline_call_seconds_sum\{operation="(?P<operation>[^"]+)",outcome="[^"]+"\} (?P<sum>\S+)', re.M
)
ASKED = 20
_pool = urllib3.PoolManager(timeout=5, retries=False)


def call_reasons(module: str) -> Iterator[Reason]:
    """Calls in loops, which become hops in loops, and pairs that talk much."""
    contracts = {each.contract.__name__: each.name for each in hosted_modules() if each.contract is not None}
    pairs: Counter[tuple[str, str]] = Counter()
    for each in hosted_modules():
        folder = Path(apps.get_app_config(each.name).path)
        for site in call_sites(folder):
            callee = contracts.get(site.contract, "")
            if callee == each.name or module not in (each.name, callee):
                continue
            pairs[(each.name, callee)] += 1
            if site.in_loop:
                yield _loop(site, each.name)
    for (caller, callee), count in sorted(pairs.items()):
        yield Reason(
            id="P102",
            level=Level.WARNING if count >= CHATTY else Level.NOTE,
            text=f"{caller} calls {callee or 'a module elsewhere'} in {count} places.",
            evidence=f"{count} call sites",
            advice="A chatty pair: ask for many things at once, or keep a read model." if count >= CHATTY else "",
        )


def _loop(site: CallSite, caller: str) -> Reason:
    through = f" through {site.through}()" if site.through else ""
    return Reason(
        id="P103",
        level=Level.WARNING,
        text=f"{caller} calls {site.contract}.{site.operation} in a loop{through}: a hop each turn once it is remote.",
        evidence=f"{_shown(site.path)}:{site.line}",
        advice="Give the contract an operation that takes all at once.",
    )


def event_reasons(module: str) -> Iterator[Reason]:
    """Whose logs are read over HTTP once the module has left."""
    heard = sorted(
        {publisher for subscription in module_named(module).subscriptions for publisher in subscription.publishers}
        - {module}
    )
    listeners = sorted(
        {
            f"{other.name} ({subscription.name})"
            for other in hosted_modules()
            if other.name != module
            for subscription in other.subscriptions
            if any(module_of(event) == module for event in subscription.events)
        }
    )
    if heard:
        text = f"Its subscriptions read the logs of {', '.join(heard)} over HTTP once it serves by itself."
        yield Reason(id="P120", level=Level.NOTE, text=text, evidence=f"{len(heard)} publishers")
    if listeners:
        text = f"Its events are heard by {', '.join(listeners)}, which read its log over HTTP then."
        yield Reason(id="P121", level=Level.NOTE, text=text, evidence=f"{len(listeners)} subscriptions")


def setting_reasons(module: str, *, service: bool) -> Iterator[Reason]:
    """What a service needs and this installation has not set."""
    if module == settings.SEAMLINE_HUB_MODULE:
        yield Reason(
            id="P130",
            level=Level.BLOCKER,
            text=f"{module} stays with the hub, which has the pages and the browsers' sessions.",
            evidence="SEAMLINE_HUB_MODULE",
        )
    if not service:
        return
    if settings.SEAMLINE_REGISTRY.startswith(("static:", "dns:")):
        yield Reason(
            id="P132",
            level=Level.WARNING,
            text="The registry does not learn of new instances by itself.",
            evidence=f"SEAMLINE_REGISTRY={settings.SEAMLINE_REGISTRY.partition(':')[0]}:...",
            advice=f"Name the service of {module} there before the cutover.",
        )
    if not settings.DEBUG and not settings.SEAMLINE_INTERNAL_KEYS and not settings.SEAMLINE_INTERNAL_KEYS_FILE:
        yield Reason(
            id="P131",
            level=Level.WARNING,
            text="Requests between deployables are signed by a key from SEAMLINE_SECRET, which cannot rotate.",
            evidence="SEAMLINE_INTERNAL_KEYS and SEAMLINE_INTERNAL_KEYS_FILE are empty",
            advice="Set SEAMLINE_INTERNAL_KEYS_FILE; see docs/calls/remote.md.",
        )


def recorded_reasons(module: str, *, hub: str) -> Iterator[Reason]:
    """What the running monolith has counted, and what a hop to it costs: the latency budget."""
    operations = tuple(
        operation.full_name
        for contract in (module_named(module).contract,)
        if contract is not None
        for operation in contract.operations.values()
    )
    try:
        text = _get(f"{hub}/metrics")
        hop = statistics.median(_timed(f"{hub}/health/live") for _ in range(ASKED))
    except (OSError, urllib3.exceptions.HTTPError) as error:
        yield Reason(
            id="P140",
            level=Level.NOTE,
            text="Nothing is known of how often it is called: the monolith's metrics could not be read.",
            evidence=f"{hub}/metrics: {error}",
            advice="Give --hub, let it serve for a while, and set SEAMLINE_METRICS_TOKEN where it is wanted.",
        )
        return
    counts, seconds = _sums(_COUNT, "count", text), _sums(_SECONDS, "sum", text)
    called = [(name, counts[name], seconds[name] / counts[name]) for name in operations if counts.get(name)]
    if not called:
        yield Reason(
            id="P140",
            level=Level.NOTE,
            text="No call has been counted since the monolith began.",
            evidence=f"{hub}/metrics",
        )
    for name, count, mean in sorted(called, key=lambda each: -each[1]):
        grows = (mean + hop) / mean if mean else 0.0
        yield Reason(
            id="P141",
            level=Level.WARNING if hop > mean * 10 and count > 1000 else Level.NOTE,
            text=f"{name} was called {count:,.0f} times, {mean * 1000:.2f} ms each; a hop adds {hop * 1000:.2f} ms.",
            evidence=f"{grows:.1f} times as long; {count * hop:.1f} s of waiting in all of them",
        )
    yield from caller_reasons(text, module, hop=hop)


def _sums(pattern: re.Pattern[str], group: str, text: str) -> dict[str, float]:
    found: Counter[str] = Counter()
    for match in pattern.finditer(text):
        found[match["operation"]] += float(match[group])  # type: ignore[assignment]
    return dict(found)


def _get(url: str) -> str:
    headers = {"Accept": "text/plain"}
    if settings.SEAMLINE_METRICS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SEAMLINE_METRICS_TOKEN}"
    answer = _pool.request("GET", url, headers=headers)
    if answer.status != HTTPStatus.OK:
        raise OSError(f"status {answer.status}")
    return answer.data.decode()


def _timed(url: str) -> float:
    began = time.perf_counter()
    _get(url)
    return time.perf_counter() - began


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(settings.BASE_DIR))
    except ValueError:
        return str(path)
