"""``manage.py events readers``: who reads a log from elsewhere, and how an operator says that one is gone."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from seamline.events import remote_readers
from seamline.events.feed_readers import ToldPositions, note_readers
from seamline.events.tests import sample


def run(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("events", "readers", *arguments, stdout=output)
    except SystemExit as ended:
        return int(ended.code or 0), output.getvalue()
    return 0, output.getvalue()


@pytest.fixture(autouse=True)
def _reader(shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.events.feed_readers.NOTED_EVERY", 0.0)
    note_readers(
        publisher=sample.SHOP, caller="search", told=[ToldPositions(subscription="search.index", positions=(3, 5))]
    )


def test_readers_are_listed_for_people_and_programs() -> None:
    code, text = run()
    assert code == 0
    assert "sample_shop -> search.index 1/2 of search: needs what follows 3, seen " in text
    readers = json.loads(run("--publisher", sample.SHOP, "--format", "json")[1])["readers"]
    assert [each["position"] for each in readers[sample.SHOP]] == [3, 5]


def test_reader_is_forgotten_with_a_reason_and_not_in_a_dry_run() -> None:
    forget = ("--publisher", sample.SHOP, "--forget", "search.index", "--reason", "replaced")
    assert run(*forget, "--dry-run")[0] == 0
    assert len(remote_readers(sample.SHOP)) == 2
    assert run(*forget)[0] == 0
    assert remote_readers(sample.SHOP) == ()
    assert run(*forget, "--dry-run")[0] == 1
    with pytest.raises(CommandError, match="its readers are: none") as failed:
        run(*forget)
    assert failed.value.returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [("--forget", "search.index", "--reason", "x"), ("--publisher", sample.SHOP, "--forget", "search.index")],
)
def test_forgetting_needs_the_log_and_a_reason(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--forget needs") as failed:
        run(*arguments)
    assert failed.value.returncode == 2


def test_log_that_is_not_hosted_is_named() -> None:
    with pytest.raises(CommandError, match="No module 'elsewhere' is hosted here"):
        run("--publisher", "elsewhere")
