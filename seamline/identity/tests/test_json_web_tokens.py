"""JSON web tokens: made and accepted by one's keys alone, in their own algorithm, within their time."""

from __future__ import annotations

import json
import time
import uuid
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from seamline.identity import Credential
from seamline.identity.json_web_keys import parse_jwks
from seamline.identity.json_web_tokens import LONGEST, NoSigningKey, TokenRefused, issue, verify
from seamline.identity.tests.helpers import ADA
from seamline.identity.tests.test_json_web_keys import entry, jwks, public
from seamline.testing.waiting import wait_until

KEY = "k" * 32


@pytest.fixture(autouse=True)
def listed(settings: Any) -> None:
    settings.SEAMLINE_JWT_KEYS = f"one:{KEY}"


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"iss": "seamline", "aud": "shop", "sub": f"customer:{ADA}", "nbf": now, "exp": now + 60}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def token(*, key: Any = KEY, algorithm: str = "HS256", kid: Any = "one", head: Any = None, **changes: Any) -> str:
    headers = {**({"kid": kid} if kid is not None else {}), **(head or {})}
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


def part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_what_is_issued_is_accepted_and_ends_soon(settings: Any) -> None:
    issued = issue(customer_id=ADA, email="ada@example.com")
    found = verify(issued.token)
    assert (found.identity.principal.customer_id, found.identity.principal.email) == (ADA, "ada@example.com")
    assert (found.identity.credential, found.identity.token_digest) == (Credential.JWT, "")
    assert found.identity.principal.operator == ""
    left = (issued.expires_at - datetime.now(UTC)).total_seconds()
    assert settings.SEAMLINE_JWT_SECONDS - 5 < left <= settings.SEAMLINE_JWT_SECONDS
    assert issue(customer_id=ADA, email="").token != issue(customer_id=ADA, email="").token


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256", "EdDSA"])
def test_every_algorithm_is_verified_with_what_is_public_of_it(algorithm: str, settings: Any, tmp_path: Path) -> None:
    private = entry("k", algorithm)
    (tmp_path / "private.json").write_text(jwks(private))
    settings.SEAMLINE_JWT_KEYS_FILE = str(tmp_path / "private.json")
    issued = issue(customer_id=ADA, email="")
    assert verify(issued.token)
    if algorithm == "HS256":
        return
    (tmp_path / "public.json").write_text(jwks(public(private)))
    settings.SEAMLINE_JWT_KEYS_FILE = str(tmp_path / "public.json")
    assert verify(issued.token).identity.principal.customer_id == ADA
    with pytest.raises(NoSigningKey):
        issue(customer_id=ADA, email="")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exp": int(time.time()) - 10}, "expired"),
        ({"exp": None}, "not valid"),
        ({"nbf": None}, "not valid"),
        ({"iss": None}, "not valid"),
        ({"aud": None}, "not valid"),
        ({"sub": None}, "not valid"),
        ({"nbf": int(time.time()) + 36_000}, "not valid"),
        ({"iss": "somebody"}, "not valid"),
        ({"aud": "another"}, "not valid"),
        ({"exp": "soon"}, "not valid"),
        ({"exp": 10**400}, "not valid"),
        ({"sub": str(ADA)}, "no customer"),
        ({"sub": "customer:1"}, "no customer"),
        ({"sub": "operator:olga"}, "no customer"),
        ({"email": ["x"]}, "no customer"),
        ({"kid": None}, "names no key"),
        ({"kid": "two"}, "names no key"),
        ({"kid": "../one"}, "names no key"),
        ({"key": "x" * 32}, "not valid"),
        ({"algorithm": "HS512", "key": "k" * 64}, "not for"),
        ({"head": {"crit": ["b64"]}}, "not for|not valid"),
        ({"email": "x" * LONGEST}, "more than"),
    ],
)
def test_a_token_that_is_not_in_order_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(TokenRefused, match=said):
        verify(token(**changes))


@pytest.mark.parametrize("header", [{"alg": "none", "kid": "one"}, {"alg": "None", "kid": "one"}, {"kid": "one"}])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_a_signature_is_refused(header: dict[str, str], signature: str) -> None:
    with pytest.raises(TokenRefused):
        verify(f"{part(header)}.{part(claims())}.{signature}")


@pytest.mark.parametrize("text", ["", "..", "a.b.c", "\u00e4.\u00e4.\u00e4", "e30.e30.e30", "W10.e30.e30"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        verify(text)


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
def test_a_public_key_is_no_secret_of_hs256(form: PublicFormat, settings: Any, tmp_path: Path) -> None:
    """The classic confusion: everybody has the public key, and takes its text for the secret."""
    only_public = public(entry("k", "RS256"))
    (tmp_path / "keys.json").write_text(jwks(only_public))
    settings.SEAMLINE_JWT_KEYS_FILE = str(tmp_path / "keys.json")
    key = parse_jwks(jwks(only_public)).get("k")
    assert key is not None
    pem = key.verifying.public_bytes(Encoding.PEM, form)
    head, body = part({"alg": "HS256", "kid": "k", "typ": "JWT"}), part(claims())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(f"{head}.{body}".encode(), pem)
    with pytest.raises(TokenRefused, match="not for"):
        verify(f"{head}.{body}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}")


def test_a_small_difference_of_clocks_is_forgiven() -> None:
    now = int(time.time())
    assert verify(token(nbf=now + 3))
    assert verify(token(exp=now - 2))


def test_keys_in_a_file_rotate_without_a_restart(settings: Any, tmp_path: Path) -> None:
    path, old, new = tmp_path / "keys.json", entry("old", "HS256"), entry("new", "ES256")
    path.write_text(jwks(old))
    settings.SEAMLINE_JWT_KEYS_FILE = str(path)
    before = issue(customer_id=ADA, email="").token
    path.write_text(jwks(new, old))
    after = wait_until(lambda: _issued_by("new"), seconds=5, what="the new key")
    assert verify(before)
    assert verify(after)
    path.write_text(jwks(new))

    def old_is_retired() -> bool:
        try:
            verify(before)
        except TokenRefused:
            return True
        return False

    wait_until(old_is_retired, seconds=5, what="the old key to go")
    assert verify(after)


def test_an_unknown_kid_has_the_file_read_at_most_once_a_second(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(jwks(entry("old", "HS256")))
    settings.SEAMLINE_JWT_KEYS_FILE = str(path)
    issue(customer_id=ADA, email="")
    path.unlink()  # whatever is read from now on would fail
    started = time.monotonic()
    for _ in range(200):
        with pytest.raises(TokenRefused, match="names no key"):
            verify(token(kid=uuid.uuid4().hex))
    assert time.monotonic() - started < 1


def _issued_by(kid: str) -> str:
    made = issue(customer_id=ADA, email="").token
    return made if jwt.get_unverified_header(made)["kid"] == kid else ""
