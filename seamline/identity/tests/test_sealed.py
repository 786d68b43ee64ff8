"""The sealed identity: what comes out is what went in, for one module, for seconds, by keys of the installation."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.identity import NOBODY, Identity, IdentityRefused, Unbelieved, seal, unseal
from seamline.identity.sealed import AHEAD, LIFETIME, LONGEST
from seamline.identity.tests.helpers import KEYS, NEW, OLD, customer, operator
from seamline.signing import Key, Keyring, Message, sign

NOW = 1_800_000_000.0


def sealed(identity: Identity = customer(), audience: str = "orders", keys: Keyring = KEYS, **options: float) -> str:
    return seal(identity, audience=audience, keys=keys, now=NOW, **options)


def reason(header: str, *, audience: str = "orders", keys: Keyring = KEYS, now: float = NOW) -> Unbelieved:
    with pytest.raises(IdentityRefused) as raised:
        unseal(header, audience=audience, keys=keys, now=now)
    return raised.value.reason


def tampered(header: str, old: bytes, new: bytes) -> str:
    version, key, text, mac = header.split(".")
    payload = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert old in payload
    changed = urlsafe_b64encode(payload.replace(old, new)).rstrip(b"=").decode()
    return f"{version}.{key}.{changed}.{mac}"


@pytest.mark.parametrize("identity", [NOBODY, customer(), customer(may_write=False), operator("*")])
def test_what_comes_out_is_what_went_in(identity: Identity) -> None:
    assert unseal(sealed(identity), audience="orders", keys=KEYS, now=NOW) == identity


def test_an_operator_shows_a_module_the_rights_over_its_own_tables_alone() -> None:
    header = sealed(operator("orders.view_order", "payments.change_paymentrow", "ordersx.view_order"))
    found = unseal(header, audience="orders", keys=KEYS, now=NOW).principal
    assert found.permissions == {"orders.view_order"}
    assert found.may("orders.view_order")
    assert not found.may("payments.change_paymentrow")


@pytest.mark.parametrize(
    ("identity", "old", "new"),
    [
        (operator("orders.view_order"), b"view_order", b"cancel_ord"),
        (operator("orders.view_order"), b"olga", b"root"),
        (customer(), b"7b5b6f0e", b"7b5b6f0f"),
        (customer(may_write=False), b"false", b"true"),
        (customer(), b"orders", b"paymnt"),
        (NOBODY, b'"",[]', b'"o",["*"]'),
    ],
)
def test_a_tampered_identity_is_refused(identity: Identity, old: bytes, new: bytes) -> None:
    assert reason(tampered(sealed(identity), old, new)) is Unbelieved.WRONG


def test_an_identity_is_for_one_module() -> None:
    assert reason(sealed(), audience="payments") is Unbelieved.WRONG_AUDIENCE


def test_an_identity_ends_after_seconds_whatever_it_says() -> None:
    header = sealed(seconds=10_000.0)
    assert unseal(header, audience="orders", keys=KEYS, now=NOW + LIFETIME - 0.01)
    assert reason(header, now=NOW + LIFETIME) is Unbelieved.EXPIRED
    brief = sealed(seconds=2.0)
    assert reason(brief, now=NOW + 2) is Unbelieved.EXPIRED


def test_a_clock_may_be_a_little_ahead() -> None:
    assert unseal(sealed(), audience="orders", keys=KEYS, now=NOW - AHEAD + 1)
    assert reason(sealed(), now=NOW - AHEAD - 1) is Unbelieved.TOO_NEW


def test_an_old_key_is_accepted_until_it_is_retired() -> None:
    before = sealed(keys=Keyring(OLD))
    assert unseal(before, audience="orders", keys=KEYS, now=NOW)
    assert reason(before, keys=Keyring(NEW)) is Unbelieved.UNKNOWN_KEY
    assert sealed().split(".")[1] == "new"


def test_a_key_of_the_same_name_with_another_secret_is_no_key() -> None:
    assert reason(sealed(keys=Keyring(Key(id="new", secret=b"x" * 32)))) is Unbelieved.WRONG


def test_a_mac_made_for_a_request_is_worth_nothing_here() -> None:
    text = sealed().split(".")[2]
    header, _ = sign(Message(method="GET", path=text), keys=KEYS, caller="web", audience="orders", now=NOW)
    assert reason(f"1.new.{text}.{header.rpartition('mac=')[2]}") is Unbelieved.WRONG


def test_an_identity_cannot_be_read_as_one_of_another_key() -> None:
    version, _, text, mac = sealed().split(".")
    assert reason(f"{version}.old.{text}.{mac}") is Unbelieved.WRONG


def test_a_payload_that_is_signed_but_of_another_kind_is_refused() -> None:
    text = urlsafe_b64encode(b'{"customer_id": 1}').rstrip(b"=").decode()
    mac = NEW.mac(f"identity 1 new {text}".encode())
    assert reason(f"1.new.{text}.{mac}") is Unbelieved.MALFORMED


@pytest.mark.parametrize(
    "header", ["", "x", "1.new..", "1.new.e30." + "0" * 63, "2" + "0" * LONGEST, "a,b", "\u0660.n.e.f"]
)
def test_what_is_no_identity_is_malformed(header: str) -> None:
    assert reason(header) is Unbelieved.MALFORMED


@given(st.text(max_size=200))
def test_no_text_is_believed_by_chance(text: str) -> None:
    assert reason(text) in tuple(Unbelieved)
    version, key, _, mac = sealed().split(".")
    with pytest.raises(IdentityRefused):
        unseal(f"{version}.{key}.{text}.{mac}", audience="orders", keys=KEYS, now=NOW)


def test_neither_email_nor_secret_is_in_an_error_or_a_text_of_keys() -> None:
    with pytest.raises(IdentityRefused) as raised:
        unseal(sealed(replace(customer())) + "0", audience="orders", keys=KEYS, now=NOW)
    assert "ada" not in str(raised.value)
    assert "nnnn" not in repr(KEYS.signing)
