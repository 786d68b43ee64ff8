"""The checks of released events as Django runs them, each with a planted fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import ERROR, WARNING

from seamline.checks import schemas
from seamline.contract import Event
from seamline.contract import event as event_file
from seamline.schemas import Source, read_corpus, release
from seamline.schemas.tests.making import NAME, contract, event


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Make an event the only one of the project; its corpus is in ``tmp_path``."""
    monkeypatch.setattr(event_file, "_EVENTS", dict(event_file._EVENTS))

    def declare(*kinds: type[Event]) -> None:
        found = Source(publishers=(contract(*kinds),), folder=tmp_path)
        monkeypatch.setattr(schemas, "sources", lambda: (found,))

    return declare


def messages() -> list[tuple[str | None, int]]:
    return [(message.id, message.level) for message in schemas.check_event_schemas(None)]


def test_event_that_is_not_released_is_a_warning_then_an_incompatible_one_an_error(code: Any, tmp_path: Path) -> None:
    code(event({"item": str, "grams": int}))
    assert messages() == [("seamline.W020", WARNING)]
    (source,) = schemas.sources()
    release(source.publishers, read_corpus(tmp_path))
    assert messages() == []
    code(event({"item": str}))
    (message,) = schemas.check_event_schemas(None)
    assert (message.id, message.level) == ("seamline.E019", ERROR)
    assert message.msg == f"{NAME}, field grams: was released as integer and is gone."
    assert message.hint is not None
    assert message.hint.startswith("Keep the field")


def test_corpus_changed_by_hand_is_an_error(code: Any, tmp_path: Path) -> None:
    code(event({"item": str, "grams": int}))
    (source,) = schemas.sources()
    release(source.publishers, read_corpus(tmp_path))
    path = tmp_path / NAME / "v1.json"
    path.write_text(path.read_text().replace('"integer"', '"string"'))
    assert ("seamline.E021", ERROR) in messages()
