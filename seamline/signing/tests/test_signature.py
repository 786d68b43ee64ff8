"""Signing and verifying: what is sent arrives, and whatever is altered, late, repeated or meant for others does not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seamline.signing import (
    Key,
    Keyring,
    Message,
    Refusal,
    Replays,
    SignatureRefused,
    Signed,
    sign,
    sign_answer,
    verify,
    verify_answer,
)

NOW = 1_800_000_000.0
KEYS = Keyring(Key(id="new", secret=b"n" * 32), Key(id="old", secret=b"o" * 32))
texts = st.text(st.characters(codec="utf-8", exclude_characters="&=+%;#\x00"), min_size=1, max_size=12)
messages = st.builds(
    Message,
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=texts.map(lambda text: f"/internal/{text}"),
    query=st.lists(st.tuples(texts, texts), max_size=3).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
    ),
    body=st.binary(max_size=40),
)


def check(message: Message, header: str | None, *, now: float = NOW, **changes: object) -> Signed:
    known: dict[str, object] = {"keys": KEYS, "audience": "orders", "replays": Replays(), **changes}
    return verify(message, header=header, now=now, **known)  # type: ignore[arg-type]


def signed(message: Message, **changes: object) -> str:
    known: dict[str, object] = {"keys": KEYS, "caller": "payments", "audience": "orders", "now": NOW, **changes}
    header, _ = sign(message, **known)  # type: ignore[arg-type]
    return header


def refusal(message: Message, header: str | None, **changes: object) -> Refusal:
    with pytest.raises(SignatureRefused) as refused:
        check(message, header, **changes)  # type: ignore[arg-type]
    return refused.value.reason


@given(messages)
def test_what_was_signed_is_accepted_with_its_caller(message: Message) -> None:
    assert check(message, signed(message)).caller == "payments"


@given(messages, messages)
def test_any_other_message_under_the_same_signature_is_refused(message: Message, other: Message) -> None:
    assume(message._parts() != other._parts())
    assert refusal(other, signed(message)) is Refusal.WRONG


@given(messages, st.data())
def test_any_altered_character_of_the_header_is_refused(message: Message, data: st.DataObject) -> None:
    header = signed(message)
    place = data.draw(st.integers(0, len(header) - 1))
    character = data.draw(st.characters(codec="latin-1"))
    altered = header[:place] + character + header[place + 1 :]
    assume(altered != header)
    assert refusal(message, altered) in (Refusal.MALFORMED, Refusal.UNKNOWN_KEY, Refusal.WRONG)


@given(messages, st.text(max_size=200))
def test_any_other_header_is_refused_without_a_crash(message: Message, header: str) -> None:
    assert refusal(message, header) in (Refusal.MISSING, Refusal.MALFORMED)


def test_order_of_different_parameters_does_not_matter_and_that_of_equal_ones_does() -> None:
    header = signed(Message(method="GET", path="/", query="a=1&b=2&b=3"))
    assert check(Message(method="GET", path="/", query="b=2&b=3&a=1"), header)
    assert refusal(Message(method="GET", path="/", query="a=1&b=3&b=2"), header) is Refusal.WRONG


def test_request_for_another_module_is_refused() -> None:
    message = Message(method="GET", path="/")
    assert refusal(message, signed(message, audience="catalog")) is Refusal.WRONG_AUDIENCE


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(29, None), (31, Refusal.TOO_OLD), (-29, None), (-31, Refusal.TOO_NEW)],
)
def test_clocks_may_differ_by_half_a_minute(seconds: float, expected: Refusal | None) -> None:
    message = Message(method="GET", path="/")
    header = signed(message)
    if expected is None:
        assert check(message, header, now=NOW + seconds)
    else:
        assert refusal(message, header, now=NOW + seconds) is expected


def test_repeated_request_is_refused_for_as_long_as_it_is_fresh() -> None:
    message, replays = Message(method="GET", path="/"), Replays()
    header = signed(message, now=NOW + 25)  # the sender's clock is ahead
    check(message, header, replays=replays)
    for later in (0.0, 30.0, 54.9):
        assert refusal(message, header, now=NOW + later, replays=replays) is Refusal.REPLAYED
    assert refusal(message, header, now=NOW + 55.5, replays=replays) is Refusal.TOO_OLD


def test_memory_is_bounded_and_refuses_when_it_is_full_until_old_requests_are_forgotten() -> None:
    message, replays = Message(method="GET", path="/"), Replays(most=2)
    for _ in range(2):
        check(message, signed(message), replays=replays)
    assert refusal(message, signed(message), replays=replays) is Refusal.CROWDED
    later = NOW + 40
    assert check(message, signed(message, now=later), now=later, replays=replays)


def test_refused_request_takes_no_place_in_memory() -> None:
    message, replays = Message(method="GET", path="/"), Replays(most=1)
    header = signed(message)
    assert refusal(Message(method="POST", path="/"), header, replays=replays) is Refusal.WRONG
    assert check(message, header, replays=replays)


def test_old_key_is_accepted_until_it_is_retired() -> None:
    message = Message(method="GET", path="/")
    old, new = KEYS.get("old"), KEYS.get("new")
    assert old is not None
    assert new is not None
    header = signed(message, keys=Keyring(old))
    assert check(message, header, keys=Keyring(new, old)).key == "old"
    assert refusal(message, header, keys=Keyring(new)) is Refusal.UNKNOWN_KEY


def test_key_of_the_same_id_with_another_secret_is_refused() -> None:
    message = Message(method="GET", path="/")
    header = signed(message, keys=Keyring(Key(id="new", secret=b"x" * 32)))
    assert refusal(message, header) is Refusal.WRONG


@given(st.binary(max_size=50), st.binary(max_size=50), st.sampled_from([200, 404]))
def test_answer_is_accepted_as_it_was_sent_and_in_no_other_form(body: bytes, other: bytes, status: int) -> None:
    _, request = sign(Message(method="GET", path="/"), keys=KEYS, caller="payments", audience="orders", now=NOW)
    header = sign_answer(body, status=200, request=request, keys=KEYS)
    if body == other and status == 200:
        verify_answer(other, status=status, header=header, request=request, keys=KEYS)
    else:
        with pytest.raises(SignatureRefused):
            verify_answer(other, status=status, header=header, request=request, keys=KEYS)


def test_answer_to_another_request_is_refused() -> None:
    message = Message(method="GET", path="/")
    (_, first), (_, second) = (
        sign(message, keys=KEYS, caller="payments", audience="orders", now=NOW) for _ in range(2)
    )
    header = sign_answer(b"[]", status=200, request=first, keys=KEYS)
    for wrong in (header, None, "nonsense"):
        with pytest.raises(SignatureRefused):
            verify_answer(b"[]", status=200, header=wrong, request=second, keys=KEYS)


def test_clock_that_is_set_back_does_not_fill_the_memory_of_requests() -> None:
    replays = Replays(most=5)
    assert all(replays.note(f"before {number}", now=NOW, seconds=31) for number in range(3))
    earlier = NOW - 3600
    for number in range(8):
        assert replays.note(f"after {number}", now=earlier + 60 * number, seconds=31)
        assert replays.note(f"after {number}", now=earlier + 60 * number, seconds=31) is False
