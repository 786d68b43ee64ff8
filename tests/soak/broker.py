"""The broker that a soak over Celery asks for by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def broker_of(name: str) -> Iterator[Any]:
    """A throw-away Valkey or RabbitMQ on a free port.

    :raises ValueError: the name is another.
    """
    from seamline.testing import brokers

    kinds = {"valkey": brokers.valkey, "rabbitmq": brokers.rabbitmq}
    if name not in kinds:
        raise ValueError(f"The broker {name!r} is unknown: give {' or '.join(kinds)}.")
    with kinds[name]() as broker:
        yield broker
