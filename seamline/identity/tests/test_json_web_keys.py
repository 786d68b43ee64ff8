"""Keys of JSON web tokens: each good for one algorithm, unusable ones named without their secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from seamline.identity.json_web_keys import parse_jwks, parse_list
from seamline.signing import UnusableKeys

SECRET = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"  # 32 bytes, base64url


def rsa_key(bits: int = 2048) -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def entry(kid: str, algorithm: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "HS256": lambda: {"kty": "oct", "k": SECRET},
        "RS256": lambda: RSAAlgorithm.to_jwk(rsa_key(), as_dict=True),
        "ES256": lambda: ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True),
        "EdDSA": lambda: OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate(), as_dict=True),
    }[algorithm]()
    return {**made, "kid": kid, "alg": algorithm, **changes}


def jwks(*entries: dict[str, Any]) -> str:
    return json.dumps({"keys": list(entries)})


def public(private: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in private.items() if name not in {"d", "p", "q", "dp", "dq", "qi", "key_ops"}}


def test_keys_of_all_kinds_are_read_and_the_first_that_can_sign_does() -> None:
    only_public = public(entry("theirs", "RS256"))
    keys = parse_jwks(jwks(only_public, entry("a", "ES256"), entry("b", "EdDSA"), entry("c", "HS256")))
    assert [(key.id, key.algorithm, key.signing is not None) for key in keys] == [
        ("theirs", "RS256", False),
        ("a", "ES256", True),
        ("b", "EdDSA", True),
        ("c", "HS256", True),
    ]
    assert keys.signing is keys.get("a")
    assert parse_jwks(jwks(only_public)).signing is None


def test_a_list_is_for_hs256_and_an_empty_one_is_derived_from_the_secret_of_the_installation() -> None:
    keys = parse_list(f"new:{'n' * 32}, old:{'o' * 32}", installation_secret="")
    assert [(key.id, key.algorithm) for key in keys] == [("new", "HS256"), ("old", "HS256")]
    one, other = (parse_list("", installation_secret=secret).signing for secret in ("one", "other"))
    assert one is not None
    assert other is not None
    assert one.signing != other.signing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "no JWKS"),
        ("[]", "no JWKS"),
        ('{"keys": 1}', "no JWKS"),
        (jwks(), "There are 0 keys"),
        (jwks({"kty": "oct", "alg": "HS256", "k": SECRET}), "no usable kid"),
        (jwks(entry("a", "HS256", alg="none")), "no usable alg"),
        (jwks(entry("a", "HS256", alg="HS512")), "no usable alg"),
        (jwks({name: value for name, value in entry("a", "HS256").items() if name != "alg"}), "no usable alg"),
        (jwks(entry("a", "HS256", alg="RS256")), "does not fit its alg"),
        (jwks(entry("a", "ES256", crv="P-521")), "does not fit its alg"),
        (jwks(entry("a", "HS256", k="c2hvcnQ")), "at least 32"),
        (jwks(entry("a", "HS256", use="enc")), "not for signatures"),
        (jwks(entry("a", "ES256", x="AA")), "cannot be read"),
        (jwks({"kid": "a", "alg": "RS256", "kty": "RSA"}), "cannot be read"),
        (jwks({**RSAAlgorithm.to_jwk(rsa_key(1024), as_dict=True), "kid": "a", "alg": "RS256"}), "1024 bits"),
        (jwks(entry("a", "HS256"), entry("a", "HS256")), "same kid"),
        (jwks(*(entry(f"k{number}", "HS256") for number in range(21))), "There are 21 keys"),
    ],
)
def test_unusable_keys_are_named_without_their_secrets(text: str, said: str) -> None:
    with pytest.raises(UnusableKeys, match=said) as raised:
        parse_jwks(text)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"), [("nocolon", "no kid"), (f":{'x' * 32}", "no kid"), ("a:short", "at least 32")]
)
def test_unusable_parts_of_a_list_are_named(text: str, said: str) -> None:
    with pytest.raises(UnusableKeys, match=said):
        parse_list(text, installation_secret="")


def test_no_text_of_a_key_shows_its_secret() -> None:
    for key in parse_jwks(jwks(entry("a", "HS256"), entry("b", "ES256"))):
        assert set(repr(key).removeprefix("JsonWebKey(").removesuffix(")").split(", ")) == {
            f"id='{key.id}'",
            f"algorithm='{key.algorithm}'",
        }
