"""``manage.py ledger`` as operators and programs run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from seamline.calls.context import acting_as
from seamline.data import atomic
from seamline.events.tests.sample import Shop
from seamline.eventsourcing.tests import sample
from seamline.eventsourcing.tests.sample import SHOP, Opened, filled, purses
from seamline.modules import Module, registry

pytestmark = pytest.mark.usefixtures("hosted")


def unsound() -> tuple[str, ...]:
    return ("A table is not what its events make it.",)


@pytest.fixture
def hosted(shop: None) -> None:
    """The shop with its purse."""
    registry._HOSTED[SHOP] = Module(name=SHOP, owner="tests", contract=Shop, aggregates=(f"{sample.__name__}:PURSE",))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Exit status and JSON of an action."""

    def execute(*words: str) -> tuple[int, Any]:
        status = 0
        try:
            call_command("ledger", *words, "--format", "json")
        except SystemExit as error:
            status = int(str(error.code))
        return status, json.loads(capsys.readouterr().out)

    return execute


def test_state_history_and_difference_of_one_purse(run: Callable[..., tuple[int, Any]]) -> None:
    with acting_as("operator:ada"):
        filled("a", 5)
        filled("a", 7)
    assert run("list")[1]["types"][0]["type"] == "sample_shop.purse"
    status, shown = run("show", "sample_shop.purse", "a")
    assert (status, shown["version"], shown["state"]["balance"]) == (0, 2, "12")
    assert run("show", "sample_shop.purse", "a", "--as-of", "1")[1]["state"]["balance"] == "5"
    assert run("show", "sample_shop.purse", "a", "--as-of", shown["at"])[1]["version"] == 2
    status, found = run("history", "sample_shop.purse", "a")
    assert [(each["version"], each["actor"]) for each in found["events"]] == [(1, "operator:ada"), (2, "operator:ada")]
    assert len(found["events"][0]["hash"]) == 64
    status, found = run("diff", "sample_shop.purse", "a", "--from", "1")
    assert (status, found["differences"][0]) == (1, {"field": "balance", "before": "5", "after": "12"})
    assert run("diff", "sample_shop.purse", "a", "--from", "2", "--to", "2")[0] == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("show", "sample_shop.purse", "a", "--as-of", "yesterday"), 2, "neither a version"),
        (("show", "sample_shop.purse", "a", "--as-of", "2026-11-23T20:00:00"), 2, "no time zone"),
        (("show", "sample_shop.purse", "nobody"), 1, "no sample_shop.purse nobody"),
        (("history", "sample_shop.purse", "nobody"), 1, "Nothing ever happened"),
        (("show", "shop.nothing", "a"), 1, "sample_shop.purse"),
        (("verify", "--stream", "purse:a"), 2, "--stream needs --module"),
        (("verify", "--module", "elsewhere"), 1, "does not host"),
        (("verify", "--anchors", "/no/such/file"), 2, "cannot be read"),
        (("forget", SHOP, "7", "--reason", " "), 2, "--reason is empty"),
    ],
)
def test_wrong_use_says_what_to_do(words: tuple[str, ...], status: int, said: str) -> None:
    with pytest.raises(CommandError, match=said) as caught:
        call_command("ledger", *words)
    assert caught.value.returncode == status


def test_one_altered_byte_is_found(run: Callable[..., tuple[int, Any]], admin_url: str) -> None:
    filled("a", 1, 2, 3)
    assert run("verify") == (
        0,
        {
            "modules": [{"module": SHOP, "streams": 1, "events": 3, "findings": []}],
            "broken_anchors": [],
            "audit_findings": [],
        },
    )
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE event_log SET data = jsonb_set(data, '{amount}', '\"9\"') WHERE version = 2")
    status, found = run("verify", "--module", SHOP, "--stream", "purse:a")
    assert (status, [each["version"] for each in found["modules"][0]["findings"]]) == (1, [2])


def test_tables_that_do_not_follow_from_events_are_a_finding(run: Callable[..., tuple[int, Any]]) -> None:
    registry._HOSTED[SHOP] = replace(registry._HOSTED[SHOP], audits=(f"{__name__}:unsound",))
    assert run("verify") == (
        1,
        {
            "modules": [{"module": SHOP, "streams": 0, "events": 0, "findings": []}],
            "broken_anchors": [],
            "audit_findings": list(unsound()),
        },
    )


def test_anchor_shows_that_the_end_of_a_stream_is_gone(
    run: Callable[..., tuple[int, Any]], admin_url: str, tmp_path: Path
) -> None:
    filled("a", 1, 2, 3)
    kept = tmp_path / "anchors.jsonl"
    (made,) = run("anchor")[1]["anchors"]
    kept.write_text(json.dumps(made) + "\n")
    filled("a", 4)
    assert run("verify", "--anchors", str(kept))[0] == 0
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM event_log WHERE version > 2")
    assert run("verify")[0] == 0, "the chain alone cannot tell"
    status, found = run("verify", "--anchors", str(kept))
    assert (status, found["broken_anchors"][0]["events"]) == (1, 3)


def test_anchor_that_was_altered_is_not_believed(run: Callable[..., tuple[int, Any]], tmp_path: Path) -> None:
    filled("a", 1)
    (made,) = run("anchor")[1]["anchors"]
    kept = tmp_path / "anchors.jsonl"
    kept.write_text(json.dumps({**made, "events": 0, "position": 0, "digest": "e3b0"}))
    assert run("verify", "--anchors", str(kept))[0] == 1


def test_person_is_forgotten_only_when_confirmed(run: Callable[..., tuple[int, Any]]) -> None:
    with atomic(SHOP):
        purses.save(purses.new("a"), Opened(purse="a", owner="7", owner_name="Ada"))
    assert run("forget", SHOP, "7", "--reason", "wish", "--dry-run")[1]["dry_run"]
    assert run("history", "sample_shop.purse", "a")[1]["events"][0]["data"]["owner_name"] == "Ada"
    assert run("forget", SHOP, "7", "--reason", "wish", "--no-input") == (
        0,
        {"module": SHOP, "subject": "7", "changed": True},
    )
    assert run("history", "sample_shop.purse", "a")[1]["events"][0]["data"]["owner_name"] == "[forgotten]"
    assert run("verify")[0] == 0
