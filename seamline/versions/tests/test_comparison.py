"""Each kind of change to a contract, planted, and what is said of it."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from seamline.contract import Contract, ContractError, command, query
from seamline.versions import DamagedRecord, Verdict, compare, compare_all, read_records, surface_of, write_record


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class WiderSize(StrEnum):
    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    sku: str
    units: int
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ItemWithout:
    sku: str
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ItemWithMore:
    sku: str
    units: int
    shelf: str
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ItemWithDefault:
    sku: str
    units: int
    shelf: str = ""
    note: str = ""


@dataclasses.dataclass(eq=False, kw_only=True)
class ShelvesError(ContractError, module="shelves_versions"):
    """Root."""


@dataclasses.dataclass(eq=False, kw_only=True)
class NoSuchItem(ShelvesError):
    """None."""

    sku: str


@dataclasses.dataclass(eq=False, kw_only=True)
class TooMany(ShelvesError):
    """Too many."""

    most: int


def contract(version: str = "1.0", **methods: Any) -> type[Contract]:
    members = {name: method for name, method in methods.items() if method is not None}
    return type("Shelves", (Contract,), {"__module__": __name__, **members}, module="shelves", version=version)


@query(timeout=1)
def item(self: Any, *, sku: str) -> Item:
    """:raises NoSuchItem: none."""
    raise NotImplementedError


@command(timeout=1)
def put(self: Any, *, sku: str, size: Size, units: int = 1) -> None:
    """Put."""


@query(timeout=1)
def put_as_query(self: Any, *, sku: str, size: Size, units: int = 1) -> None:
    """Put."""


BEFORE = surface_of(contract(item=item, put=put))


def changed(**methods: Any) -> type[Contract]:
    return contract("1.1", **{"item": item, "put": put, **methods})


def q(function: Any) -> Any:
    return query(timeout=1)(function)


def c(function: Any) -> Any:
    return command(timeout=1)(function)


def with_more(self: Any, *, sku: str) -> ItemWithMore:
    """:raises NoSuchItem: none."""


def with_default(self: Any, *, sku: str) -> ItemWithDefault:
    """:raises NoSuchItem: none."""


def without(self: Any, *, sku: str) -> ItemWithout:
    """:raises NoSuchItem: none."""


def without_error(self: Any, *, sku: str) -> Item:
    """Nothing raised."""


def with_error(self: Any, *, sku: str) -> Item:
    """:raises NoSuchItem: none.
    :raises TooMany: many.
    """


def other_result(self: Any, *, sku: str) -> tuple[Item, ...]:
    """:raises NoSuchItem: none."""


def more_required(self: Any, *, sku: str, size: Size, shelf: str, units: int = 1) -> None:
    """Put."""


def more_optional(self: Any, *, sku: str, size: Size, units: int = 1, shelf: str = "") -> None:
    """Put."""


def fewer(self: Any, *, sku: str, size: Size) -> None:
    """Put."""


def no_default(self: Any, *, sku: str, size: Size, units: int) -> None:
    """Put."""


def size_default(self: Any, *, sku: str, size: Size = Size.SMALL, units: int = 1) -> None:
    """Put."""


def other_type(self: Any, *, sku: int, size: Size, units: int = 1) -> None:
    """Put."""


def wider(self: Any, *, sku: str, size: WiderSize, units: int = 1) -> None:
    """Put."""


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        ({"put": None}, "put is gone"),
        ({"put": put_as_query}, "was a command and is a query"),
        ({"put": c(more_required)}, "requires the argument 'shelf'"),
        ({"put": c(fewer)}, "does not take the argument 'units'"),
        ({"put": c(other_type)}, "cannot read the argument 'sku'"),
        ({"put": c(wider)}, "cannot read the argument 'size', sent to released modules"),
        ({"put": c(no_default)}, "requires the argument 'units', which released callers may leave out"),
        ({"put": c(size_default)}, "without the argument 'size', which released modules require"),
        ({"item": q(without)}, "leaves 'units' out of its result"),
        ({"item": q(with_more)}, "needs 'shelf' in its result"),
        ({"item": q(other_result)}, "cannot read the result"),
        ({"item": q(without_error)}, "does not raise shelves_versions.no_such_item"),
    ],
)
def test_change_that_one_side_does_not_understand_breaks_and_is_named(methods: dict[str, Any], told: str) -> None:
    found = compare(released=BEFORE, now=surface_of(changed(**methods)))
    assert found[0].verdict is Verdict.BREAKS
    assert told in f"{found[0].where} {found[0].problem}"
    assert found[0].advice


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        ({"put": c(more_optional)}, "both sides understand"),
        ({"item": q(with_default)}, "both sides understand"),
        ({"more": q(item)}, "is new"),
        ({"item": q(with_error)}, "raises shelves_versions.too_many"),
    ],
)
def test_change_that_both_sides_understand_has_to_be_released(methods: dict[str, Any], told: str) -> None:
    (found,) = compare(released=BEFORE, now=surface_of(changed(**methods)))
    assert found.verdict is Verdict.UNRELEASED
    assert told in found.problem


def test_same_contract_leaves_nothing_to_say_and_a_first_one_has_to_be_released() -> None:
    assert compare(released=BEFORE, now=surface_of(contract(item=item, put=put))) == ()
    assert compare(released=None, now=BEFORE)[0].verdict is Verdict.UNRELEASED


def test_contract_that_nobody_declares_any_more_breaks_its_callers() -> None:
    (found,) = compare_all(released={"shelves": BEFORE}, now=[])
    assert (found.verdict, found.where) == (Verdict.BREAKS, "shelves")


def test_changed_contract_needs_a_new_version() -> None:
    same_version = contract(item=item, put=c(more_optional))
    assert any(
        "is version 1.0 still" in each.problem for each in compare(released=BEFORE, now=surface_of(same_version))
    )


def test_record_reads_as_it_was_written_and_a_change_by_hand_shows(tmp_path: Path) -> None:
    path = write_record(tmp_path, BEFORE)
    assert read_records(tmp_path) == {"shelves": BEFORE}
    path.write_text(path.read_text().replace('"no_such_item"', '"other"').replace("units", "pieces"))
    with pytest.raises(DamagedRecord, match=r"shelves\.json"):
        read_records(tmp_path)
