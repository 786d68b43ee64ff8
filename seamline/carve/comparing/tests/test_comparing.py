"""A comparison finds each kind of fault that is planted in a copy, names it, and finds none where there is none."""

from __future__ import annotations

import psycopg
import pytest

from seamline.carve.comparing import Mismatch, MismatchKind, NoSnapshot, Progress, compare
from seamline.carve.comparing.tests.conftest import Sides


def test_equal_databases_are_the_same_and_every_row_is_counted(shared: Sides) -> None:
    seen: list[Progress] = []
    comparison = shared.compare(progress=seen.append)
    assert comparison.same
    assert comparison.mismatches == ()
    assert {each.table: each.source_rows for each in comparison.tables} == {
        "thing": 3000, "pair": 500, "bag": 30, "split_by_day": 400, "spare": 5,
    }  # fmt: skip
    assert comparison.rows == 3935
    assert comparison.rows_per_second > 0
    assert seen[-1].rows == 2 * 3935
    assert [each.rows for each in seen] == sorted(each.rows for each in seen)


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ('document = \'{"n": 1500, "text": "a\\"\\\\"}\'', ("document",)),
        ("raw = set_byte(raw, 3, get_byte(raw, 3) # 1)", ("raw",)),
        ("price = 1500.1", ("price", "thrice", "twice")),
        ("weight = weight + 1e-13", ("weight",)),
        ("weight = 'NaN'", ("weight",)),
        ("note = ''", ("note",)),
        ("name = NULL", ("name",)),
        ("name = name || ' '", ("name",)),
        ("at = at + interval '1 microsecond'", ("at",)),
        ("took = '1500:00:00.000001'", ("took",)),
        ("tags = ARRAY['a', 'NULL', '1500']", ("tags",)),
        ("payload = '{\"a\": 1}'", ("payload",)),
        ("kind = 'abc', name = ''", ("kind", "name")),
    ],
)
def test_one_changed_value_is_named_by_key_and_column(shared: Sides, change: str, columns: tuple[str, ...]) -> None:
    shared.at_target("CREATE TABLE kept AS SELECT * FROM shop.thing WHERE id = 1500")
    try:
        shared.at_target(f"UPDATE shop.thing SET {change} WHERE id = 1500")
        comparison = shared.compare()
    finally:
        shared.at_target(
            "UPDATE shop.thing t SET name = k.name, note = k.note, price = k.price, weight = k.weight, "
            "document = k.document, raw = k.raw, at = k.at, took = k.took, tags = k.tags, kind = k.kind, "
            "payload = k.payload FROM kept k WHERE k.id = t.id",
            "DROP TABLE kept",
        )
    assert comparison.mismatches == (
        Mismatch(table="thing", kind=MismatchKind.DIFFERENT, key={"id": "1500"}, columns=columns),
    )
    assert comparison.mismatched == 1
    assert not comparison.same


def test_rows_that_one_side_alone_has_are_named_in_plain_and_partitioned_tables(sides: Sides) -> None:
    sides.at_target(
        "DELETE FROM shop.pair WHERE number = 77",
        "INSERT INTO shop.pair VALUES ('tenant/0', -1, 'extra'), ('tenant', 2, NULL)",
        "UPDATE shop.split_by_day SET value = 'planted' WHERE id = 30",
        "DELETE FROM shop.split_by_day WHERE id = 5",
    )
    comparison = sides.compare((*("split_by_day", "split_by_day_1", "split_by_day_2"), "pair"))
    assert [str(each) for each in comparison.mismatches] == [
        "split_by_day (day=2026-01-15, id=5) is missing",
        "split_by_day (day=2026-02-09, id=30) is different in value",
        "pair (tenant=tenant, number=2) is extra",
        "pair (tenant=tenant/0, number=-1) is extra",
        "pair (tenant=tenant/0, number=77) is missing",
    ]
    assert [each.table for each in comparison.tables] == ["split_by_day", "pair"]


def test_a_row_that_moved_to_another_key_is_missing_and_extra(sides: Sides) -> None:
    sides.at_target("UPDATE shop.thing SET id = 9000 WHERE id = 10")
    kinds = {(each.kind.value, each.key["id"]) for each in sides.compare().mismatches}
    assert kinds == {("missing", "10"), ("extra", "9000")}


def test_values_swapped_between_two_rows_are_seen(sides: Sides) -> None:
    sides.at_target("UPDATE shop.pair SET value = CASE number WHEN 8 THEN 'Ä15' ELSE 'Ä8' END WHERE number IN (8, 15)")
    assert [each.key["number"] for each in sides.compare().mismatches] == ["15", "8"]


def test_tables_without_a_key_are_compared_as_bags_of_rows(sides: Sides) -> None:
    sides.at_target(
        "DELETE FROM shop.bag WHERE ctid = (SELECT min(ctid) FROM shop.bag WHERE number = 0)",
        "INSERT INTO shop.bag VALUES ('same', 1), ('new', 0)",
    )
    comparison = sides.compare(("bag",))
    result = comparison.tables[0]
    assert (result.missing, result.extra, result.different) == (1, 2, 0)
    assert all(len(each.key["sha256"]) == 64 for each in comparison.mismatches)


def test_bags_of_equal_rows_in_another_order_are_the_same(sides: Sides) -> None:
    sides.at_target(
        "CREATE TABLE other AS SELECT * FROM shop.bag ORDER BY number DESC",
        "DELETE FROM shop.bag",
        "INSERT INTO shop.bag SELECT * FROM other",
    )
    assert sides.compare(("bag",)).same


def test_all_mismatches_are_counted_but_only_some_are_named(sides: Sides) -> None:
    sides.at_target("UPDATE shop.thing SET name = 'planted'", "DELETE FROM shop.pair", "DELETE FROM shop.bag")
    comparison = sides.compare(limit=10)
    assert len(comparison.mismatches) == 10
    assert {each.table for each in comparison.mismatches} == {"thing", "pair", "bag"}
    assert comparison.mismatched == 3000 + 500 + 30


def test_tables_that_do_not_fit_are_refused_with_the_reason(sides: Sides) -> None:
    sides.at_target(
        "DROP TABLE shop.spare",
        "ALTER TABLE shop.pair ALTER number TYPE bigint",
        "ALTER TABLE shop.bag ADD added int",
        "ALTER TABLE shop.split_by_day DROP CONSTRAINT split_by_day_pkey",
    )
    reasons = {each.table: each.unlike for each in sides.compare().tables}
    assert reasons == {
        "thing": "",
        "pair": "Column 'number' is integer at the source and bigint at the target.",
        "bag": "Column 'added' is absent at the source and integer at the target.",
        "split_by_day": "Its primary key is day, id at the source and absent at the target.",
        "spare": "It is not at the target.",
    }


def test_a_sequence_behind_is_found_and_one_ahead_is_not(sides: Sides) -> None:
    sides.at_source(
        "CREATE SEQUENCE shop.down INCREMENT -2 MINVALUE -100 START -10", "SELECT nextval('shop.down')",
        "CREATE SEQUENCE shop.gone", "CREATE SEQUENCE shop.unused START 7",
    )  # fmt: skip
    sides.at_target(
        "CREATE SEQUENCE shop.down INCREMENT -2 MINVALUE -100 START -8", "SELECT nextval('shop.down')",
        "CREATE SEQUENCE shop.unused START 7",
        "SELECT setval('shop.thing_id_seq', 2999)", "SELECT setval('shop.spare_serial_seq', 6)",
    )  # fmt: skip
    found = [str(each) for each in sides.compare().sequences_behind]
    assert found == [
        "Sequence down is at -8; at the source it is at -10",
        "Sequence gone is not there; at the source it is at 0",
        "Sequence thing_id_seq is at 2999; at the source it is at 3000",
    ]
    assert sides.compare(sequences=False).same


def test_servers_that_write_values_in_other_ways_are_compared_by_the_same_text(sides: Sides) -> None:
    name = sides.target.rpartition("/")[2]
    sides.at_target(
        *(
            f"ALTER DATABASE {name} SET {setting}"
            for setting in (
                "timezone = 'Asia/Tokyo'", "datestyle = 'German'", "intervalstyle = 'sql_standard'",
                "extra_float_digits = -10", "bytea_output = 'escape'",
            )
        )
    )  # fmt: skip
    assert sides.compare().same


def test_large_tables_are_read_in_slices_that_hold_each_row_once(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.carve.comparing.shape.SLICE_ROWS", 500)
    sides.at_source("ANALYZE shop.thing")
    sides.at_target(
        "INSERT INTO shop.thing (id, name) VALUES (-5, 'below'), (100000, 'above')",
        "UPDATE shop.thing SET name = '' WHERE id IN (1, 1000, 3000)",
        "DELETE FROM shop.thing WHERE id = 2",
    )
    seen: list[Progress] = []
    comparison = sides.compare(("thing",), progress=seen.append)
    assert len(seen) >= 10
    result = comparison.tables[0]
    assert (result.source_rows, result.target_rows) == (3000, 3001)
    assert (result.missing, result.extra, result.different) == (1, 2, 3)
    assert seen[-1].rows == 6001
    assert seen[-1].rows_expected == 6001


def test_rows_that_a_policy_would_hide_are_an_error_and_no_match(sides: Sides) -> None:
    sides.at_target(
        "CREATE ROLE short_sighted", "GRANT USAGE ON SCHEMA shop TO short_sighted",
        "GRANT SELECT ON ALL TABLES IN SCHEMA shop TO short_sighted",
        "ALTER TABLE shop.bag ENABLE ROW LEVEL SECURITY",
    )  # fmt: skip
    try:
        with psycopg.connect(sides.source) as source, psycopg.connect(sides.target) as target:
            for connection in (source, target):
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            source.execute("SELECT 1")
            target.execute("SET LOCAL ROLE short_sighted")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                compare(source=source, target=target, schema="shop", tables=["pair", "bag"], sequences=False)
    finally:
        sides.at_target("DROP OWNED BY short_sighted", "DROP ROLE short_sighted")


def test_connections_outside_a_snapshot_are_refused(shared: Sides) -> None:
    with psycopg.connect(shared.source) as source, psycopg.connect(shared.target, autocommit=True) as target:
        source.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        source.execute("SELECT 1")
        with pytest.raises(NoSnapshot, match="target is in no transaction"):
            compare(source=source, target=target, schema="shop", tables=["spare"])
        target.execute("BEGIN")
        with pytest.raises(NoSnapshot, match="read committed"):
            compare(source=source, target=target, schema="shop", tables=["spare"])
        target.execute("ROLLBACK")
        target.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        comparison = compare(source=source, target=target, schema="shop", tables=["spare", "pair"])
        assert comparison.same
