"""The bus and its broker, with each fault planted."""

from __future__ import annotations

import pytest

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
