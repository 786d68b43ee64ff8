"""``manage.py instances``: what operators see, and what they do."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from seamline.discovery import Instance
from seamline.discovery.table import TableRegistry

ONE = Instance(id="one", modules=("orders",), url="http://127.0.0.1:8001")
TWO = Instance(id="two", modules=("payments",), url="http://127.0.0.1:8002")
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def registered(database: None) -> None:
    for each in (ONE, TWO):
        TableRegistry().register(each, ttl=60)


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("instances", *arguments, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def states() -> dict[str, str]:
    return {each.id: each.state.value for each in TableRegistry().read().instances}


def test_list_shows_all_or_those_of_a_module() -> None:
    assert [each["id"] for each in run("list")["instances"]] == ["one", "two"]
    assert [each["id"] for each in run("list", "--module", "payments")["instances"]] == ["two"]
    text = StringIO()
    call_command("instances", "list", stdout=text)
    assert "http://127.0.0.1:8001" in text.getvalue()


def test_drain_and_forget_do_it_to_one(settings: Any) -> None:
    assert run("drain", "--instance", "one") == {"drained": ["one"], "dry_run": False}
    assert states() == {"one": "draining", "two": "up"}
    settings.SEAMLINE_ADVERTISE = "http://127.0.0.1:8002"
    assert run("drain", "--here", "--dry-run") == {"drained": ["two"], "dry_run": True}
    assert states()["two"] == "up"
    run("forget", "--instance", "one")
    assert states() == {"two": "up"}


@pytest.mark.parametrize(
    ("arguments", "code"), [(("drain", "--instance", "three"), 1), (("drain",), 2), (("drain", "--here"), 2)]
)
def test_what_is_not_there_or_not_said_is_told_with_its_exit_status(arguments: tuple[str, ...], code: int) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert refused.value.returncode == code
