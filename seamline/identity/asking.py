"""A door's question to the hub, signed, with a signed answer. Knows neither caches nor what becomes of it."""

from __future__ import annotations

import logging
import time

import msgspec

from seamline.gateway.handling import Fetch
from seamline.gateway.problems import Problem
from seamline.identity.wire import AUDIENCE, PATH, Found, Shown
from seamline.signing import Message, SignatureRefused, UnusableKeys, installed_keys, sign, verify_answer

logger = logging.getLogger(__name__)
SECONDS = 2.0
"""For the answer."""
_decoder = msgspec.json.Decoder(Found)
_encoder = msgspec.json.Encoder()


async def ask_hub(shown: Shown, *, fetch: Fetch, hub: str) -> Found | None:
    """Who shows this; None where it cannot be found out at the moment, which is logged.

    :param hub: what ``fetch`` calls the hub.
    """
    body = _encoder.encode(shown)
    try:
        header, signed = sign(
            Message(method="POST", path=PATH, body=body),
            keys=installed_keys(),
            caller="gateway",
            audience=AUDIENCE,
            now=time.time(),
        )
        answer = await fetch(
            module=hub,
            method="POST",
            target=PATH,
            headers=(("content-type", "application/json"), ("authorization", header)),
            body=body,
            deadline=time.monotonic() + SECONDS,
        )
        signature = next((value for name, value in answer.headers if name == "seamline-signature"), None)
        verify_answer(answer.body, status=answer.status, header=signature, request=signed, keys=installed_keys())
        return _decoder.decode(answer.body)
    except (Problem, SignatureRefused, UnusableKeys, msgspec.MsgspecError) as error:
        logger.warning("The hub does not say who sends a request: %s", error)
        return None
