"""The lock of a rebuild: one at a time, and free as soon as the block is left, however it is left."""

from __future__ import annotations

import pytest

from seamline.events.tests.sample import LEDGER
from seamline.projections import AlreadyRebuilding
from seamline.projections.sessions import rebuild_lock
from seamline.projections.tests.ledger import NAME

pytestmark = pytest.mark.usefixtures("books")


def test_lock_keeps_others_away_and_is_free_at_once_afterwards() -> None:
    with rebuild_lock(LEDGER, NAME), pytest.raises(AlreadyRebuilding), rebuild_lock(LEDGER, NAME):
        pass
    for _ in range(30):
        with pytest.raises(ZeroDivisionError), rebuild_lock(LEDGER, NAME):
            _ = 1 // 0
