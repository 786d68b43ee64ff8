"""The shelf: which keys are tried first when there are more than one look takes."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from seamline.events.shelf import Failure, Shelf
from seamline.events.stored import StoredEvent
from seamline.events.tests import sample

pytestmark = pytest.mark.usefixtures("shop")


def test_keys_that_are_due_come_before_those_that_are_not_and_parked_ones_never() -> None:
    shelf = Shelf(subscriber=sample.LEDGER, subscription="s", publisher=sample.SHOP)
    delays = {"late": 3600.0, "later": 7200.0, "parked": None, "due": 0.0}
    for position, (key, delay) in enumerate(delays.items(), start=1):
        shelf.add_failure(
            StoredEvent(
                position=position,
                event_id=uuid4(),
                name="sample_shop.sold",
                schema_version=1,
                key=key,
                data="{}",
                meta="{}",
                at=datetime.now(UTC),
            ),
            Failure(position=position, attempts=1, delay=delay, error="no", traceback="no"),
        )
    assert [head.key for head in shelf.heads(limit=2)] == ["due", "late"]
    assert [head.key for head in shelf.heads(limit=9)] == ["due", "late", "later"]
