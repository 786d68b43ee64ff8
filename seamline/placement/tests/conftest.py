"""Whatever a test brings into force in this process is taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seamline.placement import here


@pytest.fixture(autouse=True)
def all_serve_here_again() -> Iterator[None]:
    yield
    here.bring_into_force(at_service=frozenset(), until=0)
