"""Signing and verifying, as pure functions: HMAC-SHA-256 over every part of a request that can change its meaning.

The parts are joined as a JSON array, so that no part can run into the next. Answers are signed too, bound to the
request's nonce, so that nobody on the way can put in events. This file may not know a web framework or a clock.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from seamline.signing.keys import Keyring
from seamline.signing.refusal import Refusal, SignatureRefused
from seamline.signing.replays import Replays

SCHEME = "Seamline-HMAC-SHA256"
SKEW = 30.0
"""Seconds that a signature may be old, or its sender's clock ahead. Clocks of hosts differ by less with NTP."""
_NAME = r"[a-z][a-z0-9_]{0,62}"
_HEADER = re.compile(
    rf"{SCHEME} key=(?P<key>[A-Za-z0-9_.-]{{1,40}}), caller=(?P<caller>{_NAME}), audience=(?P<audience>{_NAME}), "
    r"at=(?P<at>[0-9]{1,15}), nonce=(?P<nonce>[0-9a-f]{32}), mac=(?P<mac>[0-9a-f]{64})"
)
_ANSWER = re.compile(rf"{SCHEME} key=(?P<key>[A-Za-z0-9_.-]{{1,40}}), mac=(?P<mac>[0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is signed of a request. ``path`` has no query and is decoded; ``query`` is as it stands in the URL."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""

    def _parts(self) -> list[object]:
        # Only the names are sorted: of a name that is given twice, the order means something.
        pairs: list[tuple[str, str]] = []
        if self.query:
            pairs = sorted(parse_qsl(self.query, keep_blank_values=True), key=lambda pair: pair[0])
        return [self.method, self.path, pairs, hashlib.sha256(self.body).hexdigest()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a signature that was accepted says: who calls, with which key, and the nonce that the answer is bound to."""

    caller: str
    audience: str
    key: str
    nonce: str


def sign(message: Message, *, keys: Keyring, caller: str, audience: str, now: float) -> tuple[str, Signed]:
    """Sign a request.

    :param caller: the module that sends it.
    :param audience: the module that it is for; nobody else accepts it.
    :param now: seconds since 1970.
    :returns: the value of the header ``Authorization``, and what ``verify_answer`` needs.
    """
    key, nonce, at = keys.signing, secrets.token_hex(16), str(int(now * 1000))
    mac = key.mac(_request(message, key=key.id, caller=caller, audience=audience, at=at, nonce=nonce))
    header = f"{SCHEME} key={key.id}, caller={caller}, audience={audience}, at={at}, nonce={nonce}, mac={mac}"
    return header, Signed(caller=caller, audience=audience, key=key.id, nonce=nonce)


def verify(
    message: Message,
    *,
    header: str | None,
    keys: Keyring,
    audience: str,
    now: float,
    replays: Replays,
    skew: float = SKEW,
) -> Signed:
    """Check a request's signature. Nothing is remembered of one that does not fit.

    :param header: the request's ``Authorization``.
    :raises SignatureRefused: with the reason.
    """
    if not header:
        raise SignatureRefused(Refusal.MISSING)
    found = _HEADER.fullmatch(header)
    if found is None:
        raise SignatureRefused(Refusal.MALFORMED)
    key = keys.get(found["key"])
    if key is None:
        raise SignatureRefused(Refusal.UNKNOWN_KEY)
    nonce = found["nonce"]
    signed = _request(
        message, key=key.id, caller=found["caller"], audience=found["audience"], at=found["at"], nonce=nonce
    )
    if not hmac.compare_digest(key.mac(signed), found["mac"]):
        raise SignatureRefused(Refusal.WRONG)
    if found["audience"] != audience:
        raise SignatureRefused(Refusal.WRONG_AUDIENCE)
    age = now - int(found["at"]) / 1000
    if abs(age) > skew:
        raise SignatureRefused(Refusal.TOO_OLD if age > 0 else Refusal.TOO_NEW)
    # It can come again until it is too old, also when it was signed ahead of our clock.
    new = replays.note(f"{key.id} {nonce}", now=now, seconds=skew - age + 1)
    if not new:
        raise SignatureRefused(Refusal.CROWDED if new is None else Refusal.REPLAYED)
    return Signed(caller=found["caller"], audience=audience, key=key.id, nonce=nonce)


def sign_answer(body: bytes, *, status: int, request: Signed, keys: Keyring) -> str:
    """The value of the answer's header ``Seamline-Signature``; made with the key that the request was signed with."""
    key = keys.get(request.key) or keys.signing
    return f"{SCHEME} key={key.id}, mac={key.mac(_answer(body, status=status, key=key.id, request=request))}"


def verify_answer(body: bytes, *, status: int, header: str | None, request: Signed, keys: Keyring) -> None:
    """Check that the answer comes from who has our keys, and answers this very request.

    :raises SignatureRefused: with the reason.
    """
    if not header:
        raise SignatureRefused(Refusal.MISSING)
    found = _ANSWER.fullmatch(header)
    if found is None:
        raise SignatureRefused(Refusal.MALFORMED)
    key = keys.get(found["key"])
    if key is None:
        raise SignatureRefused(Refusal.UNKNOWN_KEY)
    if not hmac.compare_digest(key.mac(_answer(body, status=status, key=key.id, request=request)), found["mac"]):
        raise SignatureRefused(Refusal.WRONG)


def _request(message: Message, *, key: str, caller: str, audience: str, at: str, nonce: str) -> bytes:
    return msgspec.json.encode(["request", SCHEME, key, caller, audience, at, nonce, *message._parts()])


def _answer(body: bytes, *, status: int, key: str, request: Signed) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return msgspec.json.encode(["answer", SCHEME, key, request.audience, request.nonce, status, digest])
