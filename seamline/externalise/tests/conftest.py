"""Real brokers, started once; the sample modules of the events' tests, whose shop sends to a broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from seamline.events.tests.conftest import _sample_schemas, shop  # noqa: F401 - fixtures
from seamline.externalise.tests.receiving import Receiver, receiver
from seamline.testing.brokers import Broker, rabbitmq, rabbitmq_missing, valkey


@pytest.fixture(scope="session")
def _brokers() -> Iterator[Callable[[str], Broker]]:
    with ExitStack() as stack:
        started: dict[str, Broker] = {}

        def broker_of(kind: str) -> Broker:
            if kind not in started:
                started[kind] = stack.enter_context({"redis": valkey, "rabbitmq": rabbitmq}[kind]())
            return started[kind]

        yield broker_of


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(_brokers: Callable[[str], Broker], request: Any) -> Broker:
    """Each kind of broker in turn."""
    if request.param == "rabbitmq" and (reason := rabbitmq_missing()):
        pytest.skip(reason)
    return _brokers(request.param)


@pytest.fixture
def target(broker: Broker, shop: None) -> Iterator[Receiver]:  # noqa: F811
    """Where the shop's events arrive: a place of its own for each test; ``target.host()`` hosts the shop with it."""
    made = receiver(broker)
    yield made
    made.close()
