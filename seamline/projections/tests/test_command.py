"""``manage.py projections``: every action, what it prints for programs, and how it exits."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from seamline.events import drain
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, sell
from seamline.projections import rebuilds
from seamline.projections.sessions import rebuild_lock
from seamline.projections.tests import ledger
from seamline.projections.tests.ledger import NAME

pytestmark = pytest.mark.usefixtures("books")


def run(*arguments: str) -> tuple[int, str]:
    """The exit status, and what stood on stdout or in the error."""
    stdout = io.StringIO()
    try:
        call_command("projections", *arguments, stdout=stdout, stderr=io.StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), stdout.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, stdout.getvalue()


def answer(*arguments: str) -> tuple[int, Any]:
    status, text = run(*arguments, "--format", "json")
    return status, json.loads(text)


def test_reading_actions_name_the_projection_and_find_changed_code() -> None:
    sell(*range(9))
    drain()
    for action in ("list", "status"):
        status, text = run(action)
        assert (status, NAME in text) == (0, True), text
    status, (only,) = answer("list")
    assert (status, only["has_changed"], only["projection"]["tables"]) == (0, False, ["sale", "sold_unit"])
    sample.host(ledger.projection(version=2))
    status, (only,) = answer("list")
    assert (status, only["has_changed"]) == (1, True)
    assert run("accept", NAME, "--reason", "the same rows")[0] == 0
    assert run("list")[0] == 0


def test_compare_and_rebuild_say_what_they_did() -> None:
    sell(*range(9))
    drain()
    assert run("compare", NAME)[0] == 0
    assert run("rebuild", NAME, "--dry-run")[0] == 0
    assert ledger.schemas() == set()
    status, outcome = answer("rebuild", NAME, "--no-input")
    assert (status, outcome["swapped"], outcome["handled"]) == (0, True, 9)
    ledger.spoil("DELETE FROM sold_unit WHERE number = 4")
    assert run("compare", NAME)[0] == 1
    assert ledger.units() == [0, 1, 2, 3, 5, 6, 7, 8]


def test_what_cannot_be_done_is_refused_with_the_reason() -> None:
    sell(1)
    drain()
    status, text = run("cancel", NAME, "--no-input")
    assert (status, rebuilds(LEDGER)) == (1, {}), text
    status, text = run("rebuild", "no.such", "--no-input")
    assert (status, NAME in text) == (1, True), text
    with rebuild_lock(LEDGER, NAME):
        status, text = run("rebuild", NAME, "--no-input")
    assert (status, "by somebody else" in text) == (1, True), text
