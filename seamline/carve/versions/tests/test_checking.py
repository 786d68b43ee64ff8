"""A service is asked over a real socket, and refused for each way in which its contract departs from its callers'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import urllib3

from seamline.carve.versions import Refusal, ServiceNotAsked, check_service
from seamline.contract import Contract, ContractError, ErrorKind, command, query
from seamline.testing.live import live_deployable

pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Unknown(ContractError, module="planted", kind=ErrorKind.NOT_FOUND):
    """There is no such shelf."""

    shelf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    name: str
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WiderShelf:
    name: str
    places: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShelf:
    name: str
    places: str


class Before(Contract, module="planted", version="1.0"):
    @query(timeout=5)
    def find(self, *, sku: str, near: int = 0) -> Shelf:
        """Find.

        :raises Unknown: nowhere.
        """
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, sku: str, shelf: str) -> None:
        """Put."""


class Newer(Contract, module="planted", version="1.1"):
    @query(timeout=5)
    def find(self, *, sku: str, near: int = 0, far: int = 9) -> WiderShelf:
        """Find.

        :raises Unknown: nowhere.
        """
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, sku: str, shelf: str, gently: bool = False) -> None:
        """Put."""

    @query(timeout=5)
    def count(self) -> int:
        """Count."""
        raise NotImplementedError


class Removed(Contract, module="planted", version="2.0"):
    @query(timeout=5)
    def find(self, *, sku: str, near: int = 0) -> Shelf:
        """Find.

        :raises Unknown: nowhere.
        """
        raise NotImplementedError


class Requiring(Contract, module="planted", version="2.0"):
    @query(timeout=5)
    def find(self, *, sku: str, near: int = 0) -> Shelf:
        """Find.

        :raises Unknown: nowhere.
        """
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, sku: str, shelf: str, weight: int) -> None:
        """Put."""


class Retyped(Contract, module="planted", version="2.0"):
    @query(timeout=5)
    def find(self, *, sku: str, near: int = 0) -> TextShelf:
        """Find.

        :raises Unknown: nowhere.
        """
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, sku: int, shelf: str) -> None:
        """Put."""


class Silent(Contract, module="planted", version="2.0"):
    @query(timeout=5)
    def find(self, *, sku: str, near: int = 0) -> Shelf:
        """Find."""
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, sku: str, shelf: str) -> None:
        """Put."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with live_deployable() as url:
        yield url


def refusals(monkeypatch: pytest.MonkeyPatch, service: str, offered: type[Contract]) -> tuple[Refusal, ...]:
    """What is said of a service that offers this contract, to callers that have ``Before``."""
    known = {"planted": (offered, None)}
    monkeypatch.setattr("seamline.carve.versions.answering.hosted_here", known.get)
    return check_service(Before, service)


@pytest.mark.parametrize("offered", [Before, Newer])
def test_service_that_understands_its_callers_is_not_refused(
    monkeypatch: pytest.MonkeyPatch, service: str, offered: type[Contract]
) -> None:
    assert refusals(monkeypatch, service, offered) == ()


def test_removed_operation_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    (refusal,) = refusals(monkeypatch, service, Removed)
    assert refusal.where == "planted.put"
    assert "(callers here have version 1.0, the service 2.0): is gone, and released callers call it." in str(refusal)


def test_new_required_field_is_refused_and_proven_by_a_sample(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    found = refusals(monkeypatch, service, Requiring)
    assert {each.where for each in found} == {"planted.put"}
    assert any("now requires the argument 'weight'" in each.reason and not each.executed for each in found)
    assert any("the service cannot read that" in each.reason and "weight" in each.reason for each in found)


def test_changed_types_are_refused_in_both_directions(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    found = refusals(monkeypatch, service, Retyped)
    executed = [each for each in found if each.executed]
    assert any("Expected `int`, got `str`" in each.reason and each.where == "planted.put" for each in executed)
    assert any("cannot be read here after a rollback" in each.reason for each in executed)
    assert any("gave an answer that callers here cannot read" in each.reason for each in executed)
    assert any("places" in each.reason and not each.executed for each in found)


def test_removed_error_is_refused(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    (refusal,) = refusals(monkeypatch, service, Silent)
    assert (refusal.where, refusal.executed) == ("planted.find", False)
    assert "does not raise planted.unknown any more" in refusal.reason


def test_service_that_cannot_be_asked_is_told_apart_from_one_that_is_refused(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    with pytest.raises(ServiceNotAsked, match=r"answered 404.*No module 'planted' is hosted here"):
        check_service(Before, service)
    with pytest.raises(ServiceNotAsked, match="does not answer"):
        check_service(Before, "http://127.0.0.1:9")
    monkeypatch.setattr("seamline.carve.versions.answering.MOST_BODY", 10)
    with pytest.raises(ServiceNotAsked, match="answered 413"):
        check_service(Before, service)


def test_who_cannot_sign_learns_nothing(service: str) -> None:
    answer = urllib3.request("POST", f"{service}/internal/surface/planted", body=b'{"arguments": {}}')
    assert answer.status == 401
    assert b"planted" not in answer.data
