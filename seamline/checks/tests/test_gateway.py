"""Planted faults in the settings of the gateway."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from seamline.checks.gateway import composition_findings, rate_findings, trust_findings


@pytest.mark.parametrize(
    ("default", "rates", "store"),
    [
        ("fast", {}, ""),
        ("600/fortnight", {}, ""),
        ("", {"/api/": ""}, ""),
        ("", {"api/": "1/second"}, ""),
        ("", {}, "memcached://x"),
    ],
)
def test_rate_that_is_none_is_found(default: str, rates: dict[str, str], store: str) -> None:
    assert [found.id for found in rate_findings(default=default, rates=rates, store=store)] == ["seamline.E033"]


def test_password_of_the_shared_memory_is_not_shown() -> None:
    found = list(rate_findings(default="", rates={}, store="http://user:secret@x"))
    assert not any("secret" in str(each) for each in found)


@pytest.mark.parametrize("network", ["proxy", "10.0.0.1/8", "0.0.0.0/0", "::/0"])
def test_network_that_is_none_or_everybody_is_found(network: str) -> None:
    assert [found.id for found in trust_findings(networks=(network,), origins=())] == ["seamline.E034"]


@pytest.mark.parametrize("origin", ["*", "shop.example", "https://shop.example/", "https://", "ftp://shop.example"])
def test_origin_that_no_browser_sends_is_found(origin: str) -> None:
    assert [found.id for found in trust_findings(networks=(), origins=(origin,))] == ["seamline.E034"]


def test_module_of_compositions_that_does_not_import_or_declares_none_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [found.id for found in composition_findings("nowhere.to.be.found")] == ["seamline.E035"]
    planted = ModuleType("planted_compositions")
    planted.__dict__.update(COMPOSITIONS=("text",))
    monkeypatch.setitem(sys.modules, planted.__name__, planted)
    assert [found.id for found in composition_findings(planted.__name__)] == ["seamline.E035", "seamline.E035"]
    planted.__dict__.update(COMPOSITIONS=(), CACHE_RULES=[])
    assert list(composition_findings(planted.__name__)) == []


def test_sound_settings_pass() -> None:
    rates = {"/api/v1/a/": "10/second"}
    assert list(rate_findings(default="3000/minute", rates=rates, store="redis://127.0.0.1:6379/1")) == []
    networks, origins = ("10.1.0.0/16", "10.1.2.3", "fd00::/8"), ("https://shop.example", "http://localhost:8000")
    assert list(trust_findings(networks=networks, origins=origins)) == []
