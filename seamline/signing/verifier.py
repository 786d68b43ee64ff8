"""The installed keys and this process's memory of requests, for Django views. Thin: the rules are pure functions."""

from __future__ import annotations

import functools
import time
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from seamline.signing.keys import Keyring, parse_key_lines, parse_keys
from seamline.signing.replays import Replays
from seamline.signing.signature import Message, Signed, verify
from seamline.signing.watched import WatchedFile

replays = Replays()
"""What this process has seen."""


def installed_keys() -> Keyring:
    """The keyring of the file ``SEAMLINE_INTERNAL_KEYS_FILE``, as of at most a second ago, where the setting names one;
    else of the settings ``SEAMLINE_INTERNAL_KEYS`` and ``SEAMLINE_SECRET``.

    :raises UnusableKeys: says what is wrong with which key.
    """
    if path := getattr(settings, "SEAMLINE_INTERNAL_KEYS_FILE", ""):
        return _file(path).value()
    return _parsed(getattr(settings, "SEAMLINE_INTERNAL_KEYS", ""), settings.SEAMLINE_SECRET)


def signed_by(request: HttpRequest, *, audience: str) -> Signed:
    """Who signed the request for this module.

    The path counts from the application's root, so that a proxy in front may add a prefix.

    :raises SignatureRefused: it is not signed, or not so that it can be accepted; says why.
    """
    message = Message(
        method=request.method or "",
        path=request.path_info,
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
    )
    return verify(
        message,
        header=request.headers.get("Authorization"),
        keys=installed_keys(),
        audience=audience,
        now=time.time(),
        replays=replays,
    )


@functools.lru_cache(maxsize=4)
def _file(path: str) -> WatchedFile[Keyring]:
    return WatchedFile(Path(path), parse=parse_key_lines)


@functools.lru_cache(maxsize=4)
def _parsed(text: str, secret: str) -> Keyring:
    return parse_keys(text, installation_secret=secret)
