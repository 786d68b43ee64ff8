"""Real brokers, started once; the sample modules of the events' tests; this process as one that publishes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest
from django.conf import settings

from seamline.bus import sender
from seamline.bus.application import application
from seamline.bus.tests import hosting
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop  # noqa: F401 - fixtures
from seamline.testing.brokers import Broker, rabbitmq, rabbitmq_missing, valkey


@pytest.fixture(scope="session")
def _brokers() -> Iterator[Callable[[str], Broker]]:
    with ExitStack() as stack:
        started: dict[str, Broker] = {}

        def broker_of(kind: str) -> Broker:
            if kind not in started:
                started[kind] = stack.enter_context({"valkey": valkey, "rabbitmq": rabbitmq}[kind]())
            return started[kind]

        yield broker_of


@pytest.fixture
def broker(_brokers: Callable[[str], Broker], shop: None, request: Any) -> Iterator[Broker]:  # noqa: F811
    """An empty broker, Valkey unless the test asks for another; the sample ledger books what the shop sells."""
    kind = getattr(request, "param", "valkey")
    if kind == "rabbitmq" and (reason := rabbitmq_missing()):
        pytest.skip(reason)
    started = _brokers(kind)
    sample.host(hosting.subscription())
    with bus(started.url):
        yield started
    started.flush()


@contextmanager
def bus(url: str) -> Iterator[None]:
    """This process publishes with ``EVENT_BUS=celery``, over this broker."""
    changes = {"EVENT_BUS": "celery", "CELERY_BROKER_URL": url, "SEAMLINE_SWEEP_SECONDS": 0.25}
    before = {name: getattr(settings, name) for name in changes}
    for name, value in changes.items():
        setattr(settings, name, value)
    application.cache_clear()
    try:
        yield
    finally:
        sender.sender().stop()
        sender._after_fork()
        application.cache_clear()
        for name, value in before.items():
            setattr(settings, name, value)


@pytest.fixture
def role(broker: Broker) -> Callable[..., AbstractContextManager[hosting.Role]]:
    """Starts ``worker`` or ``beat`` over the broker."""

    def start(name: str, **environment: str) -> AbstractContextManager[hosting.Role]:
        return hosting.role(name, environment={**os.environ, "CELERY_BROKER_URL": broker.url, **environment})

    return start
