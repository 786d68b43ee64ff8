"""``manage.py events archive``, ``replay`` and ``replays``: output for people and programs, and exit statuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from seamline.events import Delivery, drain
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription
from seamline.history import ReplayStatus, archived_ranges, replays, request_replay

pytestmark = pytest.mark.usefixtures("archive_files")

BOOK = f"{LEDGER}.book"


def run(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("events", *arguments, stdout=output, stderr=StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), output.getvalue()
    return 0, output.getvalue()


@pytest.fixture
def delivered(archive_files: Path) -> None:
    sample.host(subscription())
    sell(1, 2, 3)
    drain()


@pytest.mark.usefixtures("delivered")
def test_archive_moves_what_is_old_enough() -> None:
    code, text = run("archive", SHOP, "--older-than", "0s")
    assert (code, text.startswith(f"{SHOP}: 3 events before")) == (0, True)
    assert archived_ranges(SHOP)[0].events == 3


def test_archive_names_who_holds_back_and_exits_with_1() -> None:
    sample.host(subscription())
    sell(1)
    drain()
    sell(2)
    code, text = run("archive", SHOP, "--older-than", "0s", "--format", "json", "--dry-run")
    (result,) = json.loads(text)["modules"]
    assert (code, [holder["name"] for holder in result["held_back_by"]]) == (1, [f"{BOOK} (partition 0)"])
    code, text = run("archive", SHOP, "--older-than", "0s")
    assert (code, f"by subscription {BOOK} (partition 0)" in text) == (1, True)


def test_subscription_that_wants_none_of_the_old_events_holds_nothing_back() -> None:
    sample.host(subscription(events=(sample.Renamed,)))
    sell(1)
    drain()
    assert run("archive", SHOP, "--older-than", "0s")[0] == 0


@pytest.mark.usefixtures("delivered")
def test_archive_without_a_module_takes_those_of_the_setting(settings: Any) -> None:
    settings.SEAMLINE_RETENTION = {SHOP: timedelta(microseconds=1), "elsewhere": timedelta(days=1)}
    code, text = run("archive", "--format", "json")
    assert (code, [each["module"] for each in json.loads(text)["modules"]]) == (0, [SHOP])


@pytest.mark.parametrize(
    "arguments", [(), (SHOP,), (SHOP, "--older-than", "soon"), (SHOP, "--older-than", "90")], ids=" ".join
)
def test_archive_without_a_span_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as raised:
        run("archive", *arguments)
    assert raised.value.returncode in (1, 2)


@pytest.mark.usefixtures("delivered")
def test_replay_runs_and_is_listed_as_over() -> None:
    code, text = run("replay", BOOK, "--from", "beginning", "--reason", "a test", "--no-input", "--format", "json")
    assert (code, json.loads(text)["status"], json.loads(text)["handled"]) == (0, "completed", 3)
    assert effects() == [1, 2, 3] * 2
    assert run("replays")[1] == "0 replays\n"
    assert "completed, 3 handled again" in run("replays", "--all")[1]


@pytest.mark.usefixtures("delivered")
def test_dry_replay_counts_by_name() -> None:
    start = datetime.now(UTC) - timedelta(minutes=5)
    code, text = run("replay", BOOK, "--from", start.isoformat(), "--dry-run", "--format", "json")
    assert (code, json.loads(text)["events"], effects()) == (0, {"sample_shop.sold": 3}, [1, 2, 3])
    assert "3 events would be handled again" in run("replay", BOOK, "--from", "beginning", "--dry-run")[1]


@pytest.mark.usefixtures("delivered")
def test_replay_without_a_terminal_wants_no_input() -> None:
    with pytest.raises(CommandError, match="no terminal") as raised:
        run("replay", BOOK, "--from", "beginning")
    assert (raised.value.returncode, replays()) == (2, ())


@pytest.mark.usefixtures("delivered")
def test_failed_replay_exits_with_1_and_is_resumed() -> None:
    def fail(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number == 2:
            raise ValueError("not again")

    sample.behaviour["handle"] = fail
    code, text = run("replay", BOOK, "--from", "beginning", "--no-input")
    (failed,) = replays()
    assert (code, f"events replay --resume {failed.id}" in text, "not again" in text) == (1, True, True)
    assert run("replays")[0] == 1
    sample.behaviour.clear()
    assert run("replay", "--resume", failed.id)[0] == 0
    assert effects() == [1, 2, 3, 1, 2, 3]


@pytest.mark.usefixtures("delivered")
def test_replay_is_cancelled() -> None:
    asked = request_replay(BOOK, start="beginning")
    assert run("replay", "--cancel", asked.id, "--reason", "not needed")[0] == 0
    assert replays()[0].status is ReplayStatus.CANCELLED


@pytest.mark.usefixtures("delivered")
def test_rewind_moves_the_live_checkpoint() -> None:
    code, text = run("replay", BOOK, "--from", "beginning", "--rewind", "--no-input")
    assert (code, "went back to 0" in text) == (0, True)
    drain()
    assert effects() == [1, 2, 3] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (BOOK,),
        (BOOK, "--from", "yesterday"),
        (BOOK, "--from", "beginning", "--rewind", "--key", "x"),
        ("--resume", "a", "--cancel", "b"),
    ],
    ids=" ".join,
)
def test_unclear_replay_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("replay", *arguments)


@pytest.mark.parametrize("arguments", [("nobody.listens", "--from", "beginning"), ("--resume", "nobody-1")])
def test_unknown_names_are_said_to_be_unknown(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="nobody") as raised:
        run("replay", *arguments, "--no-input")
    assert raised.value.returncode == 1
