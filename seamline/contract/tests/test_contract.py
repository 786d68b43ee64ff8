from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.contract import Contract, InvalidArgument, OperationKind, query
from seamline.contract.codec import decode_arguments, decoder, encode, encode_arguments
from seamline.contract.tests.samples import Count, Counters, Name, UnknownCounter


def test_operations_are_read_from_the_class() -> None:
    assert list(Counters.operations) == ["values", "raise_by"]
    values = Counters.operations["values"]
    assert values.kind is OperationKind.QUERY
    assert values.full_name == "counters.values"
    assert values.result == Mapping[Name, Count]
    assert values.errors == (UnknownCounter,)


def test_implementation_has_the_operations_of_its_contract() -> None:
    class Service(Counters):
        pass

    class Special(Service):
        pass

    assert Special.operations is Counters.operations


def test_contract_without_module_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a module and a version"):

        class Nameless(Contract):
            pass


def test_timeout_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        query(timeout=0)


@given(
    names=st.lists(st.text(min_size=1, max_size=8)).map(tuple),
    at_least=st.integers(min_value=-(2**53), max_value=2**53),
)
def test_arguments_come_back_from_the_wire_unchanged(names: tuple[str, ...], at_least: int) -> None:
    operation = Counters.operations["values"]
    sent = {"names": names, "at_least": at_least}
    assert decode_arguments(operation, encode_arguments(sent)) == sent


@given(price=st.decimals(allow_nan=False, allow_infinity=False, places=2), value=st.integers(-(2**62), 2**62))
def test_results_come_back_from_the_wire_unchanged(price: Decimal, value: int) -> None:
    sent = {Name("a"): Count(name=Name("a"), value=value, price=price)}
    assert decoder(Counters.operations["values"].result).decode(encode(sent)) == sent


def test_missing_optional_argument_takes_its_default() -> None:
    assert decode_arguments(Counters.operations["values"], b'{"names": []}') == {"names": (), "at_least": 0}


def test_unknown_argument_of_a_newer_caller_is_ignored() -> None:
    decoded = decode_arguments(Counters.operations["values"], b'{"names": [], "added_later": 1}')
    assert "added_later" not in decoded


def test_argument_of_the_wrong_type_is_refused_with_its_path() -> None:
    with pytest.raises(InvalidArgument, match=r"\$\.names\[0\]"):
        decode_arguments(Counters.operations["values"], b'{"names": [1]}')


def test_equal_calls_have_equal_bytes_whatever_their_order() -> None:
    assert encode_arguments({"a": 1, "b": 2}) == encode_arguments({"b": 2, "a": 1})
