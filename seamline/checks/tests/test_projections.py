"""``seamline.W040``: rows of a projection that other code has made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.checks import Tags, run_checks

from seamline.checks.projections import projection_findings
from seamline.events import drain
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop  # noqa: F401 - fixtures
from seamline.events.tests.sample import LEDGER, sell
from seamline.modules import module_named
from seamline.projections import accept, rebuild
from seamline.projections.tests import ledger
from seamline.projections.tests.conftest import _books, books  # noqa: F401 - fixtures
from seamline.projections.tests.ledger import NAME

pytestmark = pytest.mark.usefixtures("books")


def found(*databases: str) -> list[str]:
    messages = run_checks(tags=[Tags.database], databases=list(databases))
    return [f"{message.msg} {message.hint}" for message in messages if message.id == "seamline.W040"]


def test_rows_of_other_code_are_found_until_they_are_rebuilt_or_accepted() -> None:
    assert found(LEDGER) == [], "there are no rows yet"
    sell(1, 2)
    drain()
    assert found(LEDGER) == []
    sample.host(ledger.projection(version=2))
    (problem,) = found(LEDGER)
    assert f"the rows of {NAME} were made by code" in problem
    assert f"projections rebuild {NAME}" in problem
    assert found() == [], "only where the database was named"
    rebuild(NAME)
    assert found(LEDGER) == []
    sample.host(ledger.projection(version=3))
    assert len(found(LEDGER)) == 1
    accept(NAME, accepted_by="tests", reason="the rows are the same")
    assert found(LEDGER) == []


def test_module_that_cannot_be_read_is_left_to_the_health_check() -> None:
    planted = replace(module_named(LEDGER), name="catalog")
    sample.host(ledger.projection())
    assert list(projection_findings(planted)) == []
