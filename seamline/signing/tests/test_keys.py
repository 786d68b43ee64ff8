"""Keys: what is accepted in the setting, and that nothing ever shows a secret."""

from __future__ import annotations

import pytest

from seamline.signing import Keyring, UnusableKeys, parse_keys
from seamline.signing.keys import MOST_KEYS

LONG, OTHER = "a-secret-that-is-long-enough-to-be-used", "another-secret-that-is-long-enough-too"


def test_first_key_signs_and_all_are_accepted() -> None:
    keys = parse_keys(f"b:{LONG}, a:{OTHER}", installation_secret="")
    assert keys.signing.id == "b"
    assert [key.id for key in keys] == ["b", "a"]


def test_secret_may_hold_colons() -> None:
    assert parse_keys(f"a:{LONG}:x", installation_secret="").signing.secret == f"{LONG}:x".encode()


def test_key_is_derived_from_the_installation_where_none_is_given() -> None:
    one, same, other = (parse_keys("", installation_secret=secret) for secret in ("one", "one", "other"))
    assert one.signing.secret == same.signing.secret != other.signing.secret
    assert len(one.signing.secret) == 32


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:short-secret", "'a' has 12 bytes"),
        (f"a:{LONG},a:{OTHER}", "same id"),
        (f"{LONG}", "Key 1 of SEAMLINE_INTERNAL_KEYS has no colon"),
        (f"a:{LONG},", "Key 2 of SEAMLINE_INTERNAL_KEYS has no colon"),
        (f"not an id:{LONG}", "id is not made of"),
        (f":{LONG}", "id is not made of"),
        (",".join(f"k{number}:{LONG}" for number in range(MOST_KEYS + 1)), "There are 11 keys"),
    ],
)
def test_unusable_keys_are_named_without_their_secret(text: str, told: str) -> None:
    with pytest.raises(UnusableKeys, match=told) as refused:
        parse_keys(text, installation_secret="")
    assert LONG not in str(refused.value)
    assert "short-secret" not in str(refused.value)


def test_keyring_without_keys_is_refused() -> None:
    with pytest.raises(UnusableKeys):
        Keyring()


def test_no_secret_shows_in_a_representation() -> None:
    keys = parse_keys(f"a:{LONG}", installation_secret="")
    assert LONG not in repr(keys.signing) + repr(keys) + str(keys.signing)
