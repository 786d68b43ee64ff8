"""Whole rows past the ORM, and the collector that waits for a batch."""

from __future__ import annotations

import gc

import pytest
from django.db import IntegrityError, models
from django.test.utils import isolate_apps

from seamline.data import atomic, connection_for
from seamline.events.tests.sample import LEDGER
from seamline.projections import replace_rows, rows_by_key
from seamline.projections.garbage import collector_put_off


def sale() -> type[models.Model]:
    with isolate_apps():
        meta = type("Meta", (), {"app_label": LEDGER, "db_table": "sale"})
        fields = {
            "item": models.TextField(primary_key=True),
            "units": models.BigIntegerField(db_column="Units sold"),
            "sales": models.IntegerField(),
        }
        return type("Sale", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


@pytest.mark.usefixtures("books")
def test_rows_are_put_in_place_of_those_that_are_there() -> None:
    model = sale()
    with atomic(LEDGER):
        replace_rows(model, rows=[("pear", 1, 1), ("plum, \t\\N", 2, 1)])
        assert rows_by_key(model, {"pear", "quince"}) == {"pear": ("pear", 1, 1)}
        replace_rows(model, rows=[("pear", 5, 2), ("quince", 7, 1)], replaced={"pear"})
        replace_rows(model, rows=[])
        assert rows_by_key(model, {"pear", "plum, \t\\N", "quince"}) == {
            "pear": ("pear", 5, 2),
            "plum, \t\\N": ("plum, \t\\N", 2, 1),
            "quince": ("quince", 7, 1),
        }
        connection_for(LEDGER).set_rollback(True)


@pytest.mark.usefixtures("books")
def test_row_whose_key_is_there_unnamed_is_refused_as_djangos_error() -> None:
    model = sale()
    with pytest.raises(IntegrityError), atomic(LEDGER):
        replace_rows(model, rows=[("pear", 1, 1)])
        replace_rows(model, rows=[("pear", 2, 1)])


def test_collector_is_put_off_in_the_block_alone_even_where_it_fails() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_put_off():
        assert not gc.isenabled()
        _ = 1 // 0
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_put_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
