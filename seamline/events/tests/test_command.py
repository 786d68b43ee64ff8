"""``manage.py events``: the same use cases as the Python API, with output for people and programs."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from seamline.events import drain, parked
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription

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
    header, line, advice = text.splitlines()
    values = dict(zip(header.split(), line.split(), strict=False))
    assert values["subscription"] == f"{LEDGER}.book"
    assert (values["failures"], values["retrying"], values["waiting"], values["parked"]) == ("3", "·", "1", "1")
    assert "failing for" in line
    assert advice == "1 parked: see manage.py events parked --summary"


def test_status_by_partition_has_a_line_for_each_and_names_who_holds_the_log_back(shop_connection: Any) -> None:
    sample.host(subscription(partitions=3))
    drain()
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'x', '{}')"
    )
    code, text = run("status", "--partitions")
    lines = text.splitlines()
    assert code == 0
    assert [line.split()[2] for line in lines[1:4]] == ["0/3", "1/3", "2/3"]
    assert "has written events of sample_shop and is open; readers wait for it" in lines[4]


def test_status_cannot_be_watched_as_json() -> None:
    with pytest.raises(CommandError, match="leave out --format json") as raised:
        call_command("events", "status", "--watch", "--format", "json")
    assert raised.value.returncode == 2


def test_parked_lists_the_failure_and_all_lists_what_waits(poisoned: None) -> None:
    assert "ValueError: poison" in run("parked")[1]
    assert "Traceback" in run("parked", "--traceback")[1]
    events = json.loads(run("parked", "--all", "--format", "json")[1])["events"]
    assert [event["status"] for event in events] == ["parked", "waiting"]


def test_parked_of_one_event_shows_its_payload_its_history_and_what_waits(poisoned: None) -> None:
    code, text = run("parked", "--event-id", str(parked()[0].event_id), "--traceback")
    assert code == 0
    for line in ('"number": 1', "actor", "error:          ValueError: poison", "waiting behind: 1", "Traceback"):
        assert line in text
    (event,) = json.loads(run("parked", "--event-id", str(parked()[0].event_id), "--format", "json")[1])["events"]
    assert event["data"] == {"item": "pear", "number": 1}
    assert event["waiting"][0]["position"] > event["event"]["position"]


def test_long_values_of_a_payload_are_cut() -> None:
    sample.host(subscription(max_attempts=1))
    sample.behaviour["handle"] = lambda delivery: 1 / 0
    sell(1, item="pear" * 1000)
    drain(allow_parked=True)
    text = run("parked", "--event-id", str(parked()[0].event_id))[1]
    assert "3800 more characters" in text


def test_event_whose_log_is_out_of_reach_is_shown_without_its_payload(
    poisoned: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    identifier = str(parked()[0].event_id)
    for places in ({}, {SHOP: "http://127.0.0.1:1"}):
        settings.SEAMLINE_FEEDS = places
        with monkeypatch.context() as away:
            away.delitem(django_settings.DATABASES, SHOP)
            code, text = run("parked", "--event-id", identifier)
        assert code == 0
        assert "published:      unknown: its log is out of reach, or has it no more" in text
        assert "waiting behind: 1" in text


def test_parked_is_bounded_and_says_how_many_more(poisoned: None) -> None:
    code, text = run("parked", "--all", "--limit", "1")
    assert (code, text.splitlines()[-1]) == (0, "1 event; 1 more, see --limit and --summary")
    assert "ValueError: poison, since" in run("parked", "--summary")[1]


def test_filters_that_fit_nothing_show_nothing(poisoned: None) -> None:
    for filters in (["--error", "timeout"], ["--name", "sample_shop.renamed"], ["--older-than", "1h"]):
        assert run("parked", *filters)[1] == "0 events\n"
    assert "poison" in run("parked", "--error", "POISON", "--name", "sample_shop.sold", "--older-than", "0s")[1]


@pytest.mark.parametrize("arguments", [["redrive"], ["redrive", "--status", "parked"], ["discard", "--reason", "x"]])
def test_change_without_a_filter_is_wrong_usage(poisoned: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="give a filter") as raised:
        call_command("events", *arguments)
    assert raised.value.returncode == 2
    assert [event.status for event in parked()] == ["parked"]


def test_change_without_a_terminal_and_without_no_input_changes_nothing(poisoned: None) -> None:
    with pytest.raises(CommandError, match=r"Redrive 1 event\? There is no terminal") as raised:
        call_command("events", "redrive", "--all", stderr=StringIO())
    assert raised.value.returncode == 2
    assert [event.status for event in parked()] == ["parked"]


def test_redrive_dry_run_counts_and_changes_nothing_and_redrive_does(poisoned: None) -> None:
    code, text = run("redrive", "--all", "--dry-run")
    assert code == 0
    assert "1 event, 1 wait behind" in text
    assert parked()[0].status == "parked"
    assert run("redrive", "--key", "pear", "--no-input")[0] == 0
    drain()
    assert effects() == [1, 2]
    assert run("redrive", "--all")[0] == 1


def test_discard_keeps_who_and_why_and_lets_the_key_flow(poisoned: None) -> None:
    identifier = str(parked()[0].event_id)
    code, text = run(
        "discard", "--event-id", identifier, "--reason", "a test", "--no-input", "--format", "json"
    )  # fmt: skip
    assert (code, json.loads(text)["events"], json.loads(text)["changed"]) == (0, 1, True)
    drain()
    assert effects() == [2]
    (record,) = json.loads(run("parked", "--status", "discarded", "--format", "json")[1])["events"]
    assert record["reason"] == "a test"
    assert record["actor"].startswith("operator:")
    assert record["acted_at"]


def test_unknown_subscription_is_named_with_the_known_ones() -> None:
    sample.host(subscription())
    with pytest.raises(CommandError, match=r"there are: sample_ledger\.book"):
        call_command("events", "parked", "--subscription", "nope")
