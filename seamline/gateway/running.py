"""The gateway as a process: its parts wired from the settings, on uvicorn with uvloop. No database is opened."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import uvicorn
from django.conf import settings
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from seamline.control import start_control
from seamline.discovery import Balancer, balancer_for, directory
from seamline.gateway.caching import RememberedAnswers
from seamline.gateway.composition.handler import CompositionHandler
from seamline.gateway.door.application import Door
from seamline.gateway.door.fetching import ModuleFetch
from seamline.gateway.door.forwarding import Forwarder
from seamline.gateway.door.log import BUCKETS, AccessLog, Figures
from seamline.gateway.door.protocol import DoorProtocol
from seamline.gateway.door.rates import Rates
from seamline.gateway.door.server import DoorServer
from seamline.gateway.options import Options
from seamline.gateway.routes import Routes, routes_of
from seamline.gateway.upstream.modules import Modules
from seamline.identity.authenticator import DoorAuthenticator
from seamline.resilience.breakers import all_breakers
from seamline.telemetry import spans

logger = logging.getLogger(__name__)


def routes() -> Routes:
    """The routes of this installation: every module of the settings, wherever it lives, and the hub for the rest."""
    return routes_of(
        modules=settings.MODULES,
        hub=settings.SEAMLINE_HUB_MODULE,
        rates=settings.SEAMLINE_GATEWAY_RATES,
        hub_paths=settings.SEAMLINE_SESSION_PATHS,
    )


def options() -> Options:
    """What the settings say of this gateway."""
    return replace(
        Options(),
        hosts=tuple(host for host in settings.ALLOWED_HOSTS if host != "testserver"),
        trusted_proxies=tuple(settings.SEAMLINE_GATEWAY_TRUSTED),
        cors_origins=tuple(settings.SEAMLINE_GATEWAY_ORIGINS),
    )


def door_of(
    *, routes: Routes, options: Options, balancer_of: Callable[[str], Balancer] = balancer_for
) -> tuple[Door, Modules, Figures]:
    """The application, wired."""
    modules, figures = Modules(balancer_of=balancer_of, limits=options.upstream), Figures()
    fetch = ModuleFetch(modules)
    declared: Any = import_module(settings.SEAMLINE_COMPOSITIONS)

    def module_of(path: str) -> str:
        route = routes.find(path)
        return route.module if route is not None else settings.SEAMLINE_HUB_MODULE

    door = Door(
        routes=routes,
        options=options,
        forwarder=Forwarder(modules),
        authenticator=DoorAuthenticator(fetch=fetch, hub=settings.SEAMLINE_HUB_MODULE),
        rates=Rates(default=settings.SEAMLINE_GATEWAY_RATE, url=settings.SEAMLINE_GATEWAY_RATE_STORE),
        compositions=CompositionHandler(declared.COMPOSITIONS, fetch=fetch, module_of=module_of),
        cache=RememberedAnswers(rules=declared.CACHE_RULES),
        figures=figures,
        log=AccessLog(sys.stderr.buffer if options.access_log else None),
    )
    return door, modules, figures


def configuration(door: Door, *, host: str, port: int, options: Options, descriptor: int | None = None) -> Any:
    """uvicorn's configuration for the door."""
    DoorProtocol.limits = options.client
    return uvicorn.Config(
        app=door,
        host=host,
        port=port,
        fd=descriptor,
        loop="uvloop",
        http=DoorProtocol,
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        date_header=True,
        timeout_keep_alive=int(options.client.idle_seconds),
        timeout_graceful_shutdown=int(options.drain_seconds),
        backlog=2048,
    )


def run(*, host: str, port: int, admin_port: int = 0, descriptor: int | None = None) -> None:
    """Serve until a signal ends it; requests under way are finished.

    :param admin_port: where Prometheus finds figures, on this machine alone; 0 shows none.
    """
    chosen = options()
    spans.install(service="seamline-gateway")
    directory().instances()  # begins to watch
    start_control(caller="gateway")
    door, modules, figures = door_of(routes=routes(), options=chosen)
    if admin_port:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Exposed(figures, modules))
        start_http_server(admin_port, addr="127.0.0.1", registry=registry)
    DoorServer(
        configuration(door, host=host, port=port, options=chosen, descriptor=descriptor), linger=chosen.linger_seconds
    ).run()


class _Exposed(Collector):
    """The door's figures for Prometheus."""

    def __init__(self, figures: Figures, modules: Modules) -> None:
        self._figures, self._modules = figures, modules

    def collect(self) -> list[Metric]:
        figures = self._figures
        requests = CounterMetricFamily("seamline_gateway_requests", "Requests answered", labels=("module", "status"))
        for (module, status), count in list(figures.requests.items()):
            requests.add_metric((module, str(status)), count)
        seconds = HistogramMetricFamily("seamline_gateway_seconds", "Until the answer was whole", labels=("module",))
        for module, buckets in list(figures.buckets.items()):
            total, bounds = 0, []
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
                total += count
                bounds.append((bound, total))
            seconds.add_metric((module,), bounds, sum_value=figures.seconds[module])
        under_way = GaugeMetricFamily("seamline_gateway_under_way", "Requests under way", value=figures.under_way)
        links = GaugeMetricFamily("seamline_gateway_connections", "To instances", labels=("address", "state"))
        for url, counts in self._modules.counts().items():
            for state, count in counts.items():
                links.add_metric((url, state), count)
        breakers = GaugeMetricFamily("seamline_gateway_breaker", "1 for its state", labels=("breaker", "state"))
        for breaker in all_breakers():
            breakers.add_metric((breaker.name, breaker.state), 1)
        return [requests, seconds, under_way, links, breakers]
