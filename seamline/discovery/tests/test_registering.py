"""Who may register what with the hub: itself, at an address of the installation, and nobody without a key."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from django.test import Client

from seamline.discovery import Instance
from seamline.discovery.over_http import HttpRegistry, Registration
from seamline.discovery.registry import RegistryAway
from seamline.testing.live import live_deployable


@pytest.fixture
def hub(database: None) -> Iterator[str]:
    with live_deployable() as url:
        yield url


@pytest.mark.parametrize(
    ("instance", "reason"),
    [
        (Instance(id="a", modules=("payments",), url="http://127.0.0.1:1"), "register none but"),
        (Instance(id="a", modules=("orders",), url="http://169.254.169.254/"), "networks"),
        (Instance(id="a", modules=("orders",), url="http://127.0.0.1:1/internal"), "no path"),
        (Instance(id="a", modules=("orders",), url="gopher://127.0.0.1"), "http"),
    ],
)
def test_instance_that_is_not_the_callers_own_or_not_ours_is_refused(hub: str, instance: Instance, reason: str) -> None:
    registry = HttpRegistry(url=hub, caller="orders")
    with pytest.raises(RegistryAway, match=reason):
        registry.register(instance)
    assert registry.read().instances == ()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("action", ["register", "heartbeat", "drain", "deregister", "suspect", "watch"])
def test_nobody_without_a_key_is_answered(action: str) -> None:
    body = msgspec.json.encode(
        Registration(instance=Instance(id="a", modules=("orders",), url="http://127.0.0.1:1"), ttl=1)
    )
    answer = Client().post(f"/internal/registry/{action}", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_missing")
    assert Client().get(f"/internal/registry/{action}").status_code == 405


@pytest.mark.usefixtures("database")
def test_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    answer = Client().post("/internal/registry/register", b"x" * 70_000, content_type="application/json")
    assert answer.status_code == 413
