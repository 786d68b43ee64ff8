"""``manage.py events``: the same use cases as the Python API, with output for people and programs."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from seamline.events import drain, parked
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, effects, sell, subscription

pytestmark = pytest.mark.usefixtures("shop")


def run(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("events", *arguments, stdout=output)
    except SystemExit as ended:
        return int(ended.code or 0), output.getvalue()
    return 0, output.getvalue()


@pytest.fixture
def poisoned() -> None:
    def fail(delivery: Any) -> None:
        raise ValueError("poison")

    sample.host(subscription())
    sample.behaviour["handle"] = fail
    sell(1, 2)
    drain(allow_parked=True)
    sample.behaviour.clear()


def test_status_of_a_healthy_shop_exits_with_0() -> None:
    sample.host(subscription())
    sell(1)
    drain()
    code, text = run("status", "--format", "json")
    state = json.loads(text)["subscriptions"][0]
    assert (code, state["subscription"], state["events"], state["parked"]) == (0, f"{LEDGER}.book", 0, 0)


def test_status_with_parked_events_exits_with_1(poisoned: None) -> None:
    code, text = run("status")
    assert code == 1
    assert "1 parked" in text
    assert "1 waiting" in text


def test_parked_lists_the_failure_and_all_lists_what_waits(poisoned: None) -> None:
    assert "ValueError: poison" in run("parked")[1]
    assert "Traceback" in run("parked", "--traceback")[1]
    events = json.loads(run("parked", "--all", "--format", "json")[1])["events"]
    assert [event["status"] for event in events] == ["parked", "waiting"]


def test_redrive_dry_run_changes_nothing_and_redrive_does(poisoned: None) -> None:
    assert run("redrive", "--dry-run") == (0, run("redrive", "--dry-run")[1])
    assert parked()[0].status == "parked"
    assert run("redrive", "--key", "pear")[0] == 0
    drain()
    assert effects() == [1, 2]
    assert run("redrive")[0] == 1


def test_discard_keeps_the_reason_and_lets_the_key_flow(poisoned: None) -> None:
    identifier = str(parked()[0].event_id)
    assert run("discard", f"{LEDGER}.book", identifier, "--reason", "a test")[0] == 0
    drain()
    assert effects() == [2]


def test_unknown_subscription_is_named_with_the_known_ones() -> None:
    sample.host(subscription())
    with pytest.raises(CommandError, match=r"there are: sample_ledger\.book"):
        call_command("events", "parked", "--subscription", "nope")
