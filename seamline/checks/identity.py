"""Checks of the keys by which one side believes the other: of JSON web tokens, and of internal requests in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register

from seamline.checks.finding import Finding
from seamline.identity.json_web_keys import parse_jwks, parse_list
from seamline.signing import UnusableKeys
from seamline.signing.keys import parse_key_lines
from seamline.signing.watched import WatchedFile

LONGEST_SECONDS = 3600
"""Of a JSON web token, which nobody can revoke."""


@register("seamline")
def check_identity(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E036`` (JSON web tokens cannot be trusted) and ``E037`` (a file of internal keys cannot be used)."""
    found = [
        *web_token_findings(
            listed=settings.SEAMLINE_JWT_KEYS,
            file=settings.SEAMLINE_JWT_KEYS_FILE,
            seconds=settings.SEAMLINE_JWT_SECONDS,
        ),
        *key_file_findings(listed=settings.SEAMLINE_INTERNAL_KEYS, file=settings.SEAMLINE_INTERNAL_KEYS_FILE),
    ]
    return [finding.message() for finding in found]


def web_token_findings(*, listed: str, file: str, seconds: int) -> Iterator[Finding]:
    """What is wrong with the keys of JSON web tokens, and with how long these are good; never shows a secret."""
    hint = "Give a JWKS file, or kid:secret,kid2:secret2, each secret of at least 32 bytes; empty derives one key."
    if listed and file:
        yield Finding(
            id="seamline.E036",
            where="SEAMLINE_JWT_KEYS",
            problem="SEAMLINE_JWT_KEYS_FILE is given too, and counts alone.",
            hint="Take one of the two out.",
        )
    try:
        if file:
            WatchedFile(Path(file), parse=parse_jwks).value()
        else:
            parse_list(listed, installation_secret=settings.SEAMLINE_SECRET)
    except UnusableKeys as error:
        yield Finding(id="seamline.E036", where=_setting("JWT", file), problem=str(error), hint=hint)
    if not 0 < seconds <= LONGEST_SECONDS:
        yield Finding(
            id="seamline.E036",
            where="SEAMLINE_JWT_SECONDS",
            problem=f"tokens that nobody can revoke are good for {seconds} seconds.",
            hint=f"Give 1 to {LONGEST_SECONDS}; 300 is usual.",
        )


def key_file_findings(*, listed: str, file: str) -> Iterator[Finding]:
    """What is wrong with the file of internal keys; never shows one."""
    if not file:
        return
    if listed:
        yield Finding(
            id="seamline.E037",
            where="SEAMLINE_INTERNAL_KEYS",
            problem="SEAMLINE_INTERNAL_KEYS_FILE is given too, and counts alone.",
            hint="Take one of the two out.",
        )
    try:
        WatchedFile(Path(file), parse=parse_key_lines).value()
    except UnusableKeys as error:
        yield Finding(
            id="seamline.E037",
            where=_setting("INTERNAL", file),
            problem=str(error),
            hint="Write one id:secret a line, the signing one first, each secret of at least 32 bytes.",
        )


def _setting(kind: str, file: str) -> str:
    return f"SEAMLINE_{kind}_KEYS_FILE" if file else f"SEAMLINE_{kind}_KEYS"
