"""Planted faults in what leads to other deployables."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from seamline.checks.feeds import key_findings, place_findings
from seamline.events import Subscription
from seamline.events.tests import sample
from seamline.modules import Module
from seamline.modules import registry as registry_file

SECRET = "a-secret-that-is-long-enough-to-be-used"


@pytest.fixture
def ledger_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    subscription = Subscription(name="ledger.book", events=(sample.Sold,), handler="x:y")
    ledger = Module(name="ledger", owner="tests", subscriptions=(subscription,))
    monkeypatch.setattr(registry_file, "_HOSTED", {"ledger": ledger})


def test_publisher_that_is_named_nowhere_is_found(ledger_alone: None) -> None:
    (found,) = place_findings({"sample_shopp": "https://shop.internal"})
    assert (found.id, found.where) == ("seamline.W025", "ledger.book")
    assert "sample_shop" in found.problem


def test_publisher_with_an_address_passes_and_so_does_a_module_that_runs_alone(ledger_alone: None) -> None:
    assert not list(place_findings({sample.SHOP: "https://shop.internal", "another": "https://another.internal"}))
    assert not list(place_findings({}))


@pytest.mark.parametrize("text", ["a:short", f"a:{SECRET},a:{SECRET}", SECRET])
def test_keys_that_cannot_be_used_are_found_and_not_shown(text: str, settings: Any) -> None:
    settings.SEAMLINE_INTERNAL_KEYS = text
    (found,) = [message for message in run_checks(tags=["seamline"]) if message.id == "seamline.E026"]
    assert SECRET not in str(found)


def test_keys_that_can_be_used_pass() -> None:
    assert not list(key_findings(f"a:{SECRET}"))
    assert not list(key_findings(""))
