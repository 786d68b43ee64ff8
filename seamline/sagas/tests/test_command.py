"""``manage.py sagas``."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, load_command_class

from seamline.sagas import resume_due, run
from seamline.sagas.tests.sample import TRIPS, Busy, FullyBooked, World, begun, make_due


def sagas(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("sagas", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_list_shows_each_and_finds_stuck_ones(world: World) -> None:
    run(begun("t1"))
    world.errors = {"car": [FullyBooked(place="car")], "cancel car": [Busy() for _ in range(9)]}
    run(begun("t2"))
    code, text = sagas("list")
    assert code == 0
    assert "t1 sample_trips.trip v1 completed\n" in text
    assert "t2 sample_trips.trip v1 compensating, undoing car, turned back at car by sample_trips.fully_booked" in text
    assert sagas("retry", "t2")[0] == 1
    assert sagas("retry", "t2")[0] == 1
    code, text = sagas("list", "--status", "compensating", "--status", "stuck", "--format", "json")
    assert [saga["id"] for saga in json.loads(text)["sagas"]] == ["t2"]


def test_stuck_saga_is_a_finding(world: World) -> None:
    world.errors = {"car": [FullyBooked(place="car")], "cancel car": [Busy() for _ in range(9)]}
    run(begun("t1"))
    make_due()
    resume_due(TRIPS)
    assert sagas("list", "--status", "stuck")[0] == 1


def test_show_prints_the_timeline(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    code, text = sagas("show", "t1")
    assert code == 0
    assert [line.split()[1] for line in text.splitlines()[1:]] == ["started", "done", "waits"]
    document: dict[str, Any] = json.loads(sagas("show", "t1", "--format", "json")[1])["saga"]
    assert document["timeline"][2]["error"].startswith("sample_trips.busy")


def test_retry_carries_a_waiting_saga_on(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    code, text = sagas("retry", "t1")
    assert code == 0
    assert "completed" in text


def test_unknown_id_is_told(world: World) -> None:
    with pytest.raises(CommandError, match="None of sample_trips has a saga 't9'") as caught:
        sagas("show", "t9")
    assert caught.value.returncode == 1


@pytest.mark.parametrize("limit", ["-1", "0", "100001", "ten"])
def test_limit_that_is_no_count_is_wrong_usage(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = load_command_class("seamline", "sagas")
    with pytest.raises(SystemExit) as caught:
        command.run_from_argv(["manage.py", "sagas", "list", f"--limit={limit}"])
    assert caught.value.code == 2
    assert f"{limit!r} is no number of sagas" in capsys.readouterr().err


def test_dry_run_of_a_skip_changes_nothing(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    before = sagas("show", "t1", "--format", "json")
    assert sagas("skip", "t1", "--reason", "by hand", "--dry-run", "--format", "json") == before
    assert sagas("show", "t1", "--format", "json") == before


@pytest.mark.parametrize(("action", "end"), [("skip", "completed"), ("compensate", "compensated")])
def test_operators_reason_is_shown_in_the_timeline(world: World, action: str, end: str) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    code, text = sagas(action, "t1", "--reason", "ticket 81", "--no-input")
    assert code == 0
    assert f"t1 sample_trips.trip v1 {end}" in text
    assert "because: ticket 81" in text
    with pytest.raises(CommandError, match="is over") as caught:
        sagas(action, "t1", "--reason", "again", "--no-input")
    assert caught.value.returncode == 1


def test_empty_reason_is_wrong_usage(world: World) -> None:
    world.errors["hotel"] = [Busy()]
    run(begun("t1"))
    with pytest.raises(CommandError, match="say why") as caught:
        sagas("skip", "t1", "--reason", " ", "--no-input")
    assert caught.value.returncode == 2
