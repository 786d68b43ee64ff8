"""The bus and its broker, with each fault planted."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from seamline.checks.bus import bus_findings


def ids(bus: str, broker_url: str = "") -> list[str]:
    return [finding.id for finding in bus_findings(bus=bus, broker_url=broker_url)]


@pytest.mark.parametrize(
    ("bus", "url"),
    [
        ("thread", ""),
        ("thread", "nonsense"),
        ("celery", "redis://:secret@127.0.0.1:1234/0"),
        ("celery", "redis://localhost"),
        ("celery", "amqp://guest:guest@[::1]:5672//"),
        ("celery", "amqps://user:secret@broker.example.com//"),
    ],
)
def test_what_works_is_let_alone(bus: str, url: str) -> None:
    assert ids(bus, url) == []


@pytest.mark.parametrize(
    ("bus", "url"),
    [
        ("kafka", ""),
        ("", ""),
        ("Celery", ""),
        ("celery", ""),
        ("celery", "sqs://somewhere"),
        ("celery", "redis://"),
        ("celery", "redis://[::1"),
        ("celery", "redis://:secret@localhost:port/0"),
        ("celery", "amqp://a:secret@localhost:0//"),
    ],
)
def test_a_bus_or_broker_that_cannot_be_is_found(bus: str, url: str) -> None:
    assert ids(bus, url) == ["seamline.E022"]


@pytest.mark.parametrize(
    "url", ["redis://:secret@broker.example.com/0", "rediss://broker.example.com/0", "amqp://a:secret@10.0.0.7//"]
)
def test_a_broker_that_others_can_read_or_write_is_warned_of_without_its_password(url: str) -> None:
    (finding,) = bus_findings(bus="celery", broker_url=url)
    assert finding.id == "seamline.W022"
    assert "secret" not in finding.problem + finding.hint


@pytest.mark.parametrize("command", ["worker", "beat"])
def test_a_role_with_a_broker_that_cannot_be_is_refused_in_one_line_without_its_password(
    command: str, settings: Any
) -> None:
    settings.EVENT_BUS = "celery"
    settings.CELERY_BROKER_URL = "amqp://a:topsecret@localhost:port//"
    with pytest.raises(CommandError, match=r"^CELERY_BROKER_URL names no Valkey, Redis or RabbitMQ") as refusal:
        call_command(command)
    assert "topsecret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_worker_without_a_known_bus_is_refused(settings: Any) -> None:
    settings.EVENT_BUS = "kafka"
    with pytest.raises(CommandError, match="EVENT_BUS is 'kafka'"):
        call_command("worker")
