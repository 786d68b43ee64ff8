import pickle
from dataclasses import dataclass

import pytest

from seamline.contract import ContractError, ErrorKind, ModuleFailed
from seamline.contract.codec import decode_error, encode_error
from seamline.contract.tests.samples import Count, CounterOverflow, Name, UnknownCounter


def test_code_is_the_module_and_the_class_name_in_snake_case() -> None:
    assert UnknownCounter.code == "counters.unknown_counter"
    assert UnknownCounter.kind is ErrorKind.NOT_FOUND


def test_text_says_what_failed_and_with_which_value() -> None:
    assert str(UnknownCounter(name=Name("a"))) == "No counter has this name. (name='a')"


def test_error_arrives_over_the_wire_as_the_same_class_with_the_same_data() -> None:
    sent = CounterOverflow(at=Count(name=Name("a"), value=7))
    received = decode_error(encode_error(sent))
    assert type(received) is CounterOverflow
    assert received.data == sent.data


def test_error_survives_pickling() -> None:
    sent = UnknownCounter(name=Name("a"))
    assert pickle.loads(pickle.dumps(sent)).data == sent.data


def test_unknown_code_of_a_newer_module_arrives_as_a_failure_with_its_name() -> None:
    error = decode_error(b'{"code": "nowhere.lost", "data": {}}')
    assert isinstance(error, ModuleFailed)
    assert "nowhere.lost" in error.reason


def test_two_classes_with_one_code_are_refused() -> None:
    with pytest.raises(TypeError, match="share the code"):

        @dataclass(eq=False, kw_only=True)
        class UnknownCounter(ContractError, module="counters"):
            """Another one."""
