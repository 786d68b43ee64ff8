"""Each rule of ``contract_rules`` with a planted fault that it must find, and a sound contract that it must pass."""

from dataclasses import dataclass

from seamline.checks.contract_rules import contract_findings, implementation_findings
from seamline.contract import Contract, Event, command, query
from seamline.contract.tests.samples import Count, Counters, CountersError, Name, UnknownCounter

__all__ = ["CountersError", "UnknownCounter"]


def ids(findings: object) -> list[str]:
    return [finding.id for finding in findings]  # type: ignore[attr-defined]


def test_sound_contract_and_implementation_pass() -> None:
    from collections.abc import Mapping

    from seamline.contract import Secret

    class Service(Counters):
        def values(self, *, names: tuple[Name, ...], at_least: int = 0) -> Mapping[Name, Count]:
            return {}

        def raise_by(self, *, name: Name, by: int, password: Secret = Secret("")) -> Count:
            return Count(name=name, value=by)

    assert ids(contract_findings(Counters)) == []
    assert ids(implementation_findings(Counters, Service)) == []


def test_implementation_of_another_class_is_found() -> None:
    assert ids(implementation_findings(Counters, dict)) == ["seamline.E001"]


def test_missing_method_is_found() -> None:
    class Service(Counters):
        pass

    assert ids(implementation_findings(Counters, Service)) == ["seamline.E002", "seamline.E002"]


class Adder(Contract, module="adder", version="1.0"):
    @query(timeout=1.0)
    def add(self, *, one: int, other: int = 2) -> int:
        """The sum."""


def test_other_default_is_found() -> None:
    class Service(Adder):
        def add(self, *, one: int, other: int = 3) -> int:
            return one + other

    assert ids(implementation_findings(Adder, Service)) == ["seamline.E003"]


def test_other_parameter_name_is_found() -> None:
    class Service(Adder):
        def add(self, *, one: int, another: int = 2) -> int:  # type: ignore[override]
            return one + another

    assert ids(implementation_findings(Adder, Service)) == ["seamline.E003"]


def test_other_type_is_found() -> None:
    class Service(Adder):
        def add(self, *, one: int, other: int = 2) -> float:  # type: ignore[override]
            return one + other

    assert ids(implementation_findings(Adder, Service)) == ["seamline.E003"]


def test_unmarked_public_method_is_found() -> None:
    class Unmarked(Contract, module="planted", version="1.0"):
        @query(timeout=1.0)
        def marked(self) -> int:
            """Marked."""

        def forgotten(self) -> int:
            """Neither query nor command."""

    assert ids(contract_findings(Unmarked)) == ["seamline.E004"]


def test_positional_parameter_is_found() -> None:
    class Positional(Contract, module="planted", version="1.0"):
        @query(timeout=1.0)
        def get(self, name: str) -> int:
            """Not keyword-only."""

    assert ids(contract_findings(Positional)) == ["seamline.E005"]


def test_parameter_without_a_type_is_found() -> None:
    class Untyped(Contract, module="planted", version="1.0"):
        @query(timeout=1.0)
        def get(self, *, name) -> int:  # type: ignore[no-untyped-def]
            """No annotation."""

    assert ids(contract_findings(Untyped)) == ["seamline.E005"]


@dataclass
class Changeable:
    value: int


def test_mutable_value_is_found() -> None:
    class Mutable(Contract, module="planted", version="1.0"):
        @command(timeout=1.0)
        def put(self, *, value: Changeable, names: tuple[list[str], ...]) -> None:
            """Both can be changed after the call."""

    assert ids(contract_findings(Mutable)) == ["seamline.E006", "seamline.E006"]


class NoCodec:
    pass


def test_type_that_cannot_travel_is_found() -> None:
    class Untravelled(Contract, module="planted", version="1.0"):
        @query(timeout=1.0)
        def get(self) -> dict[NoCodec, complex] | dict[str, int]:
            """Two mappings in a union: no decoder can tell them apart."""

    assert "seamline.E006" in ids(contract_findings(Untravelled))


def test_documented_error_that_does_not_exist_is_found() -> None:
    class Ghost(Contract, module="planted", version="1.0"):
        @query(timeout=1.0)
        def get(self) -> int:
            """
            :raises NeverDefined: not there.
            """

    assert ids(contract_findings(Ghost)) == ["seamline.E007"]


def test_documented_error_of_another_module_is_found() -> None:
    class Borrower(Contract, module="planted", version="1.0"):
        @query(timeout=1.0)
        def get(self) -> int:
            """
            :raises UnknownCounter: of the counters.
            """

    assert ids(contract_findings(Borrower)) == ["seamline.E007"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereHappened(Event, name="elsewhere.happened", key="name"):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessHappened(Event, name="planted.keyless", key="missing"):
    name: str


class LooseHappened(Event, name="planted.loose", key="name"):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MutableHappened(Event, name="planted.mutable", key="name"):
    name: str
    tags: list[str]


def test_event_of_another_module_without_key_not_frozen_or_mutable_is_found() -> None:
    for event in (ElsewhereHappened, KeylessHappened, LooseHappened, MutableHappened):

        class Publisher(Contract, module="planted", version="1.0", events=(event,)):
            @query(timeout=1.0)
            def get(self) -> int:
                """Sound by itself."""

        assert ids(contract_findings(Publisher)) == ["seamline.E008"], event
