"""Planted faults in the keys of JSON web tokens and in the file of internal keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from seamline.checks.identity import LONGEST_SECONDS, key_file_findings, web_token_findings

SECRET = "a-secret-that-is-long-enough-to-be-used"


def found(identifier: str) -> list[Any]:
    return [message for message in run_checks(tags=["seamline"]) if message.id == identifier]


@pytest.mark.parametrize("text", ["a:short", f"a:{SECRET},a:{SECRET}", SECRET])
def test_keys_of_json_web_tokens_that_cannot_be_used_are_found_and_not_shown(text: str, settings: Any) -> None:
    settings.SEAMLINE_JWT_KEYS = text
    (message,) = found("seamline.E036")
    assert SECRET not in str(message)


@pytest.mark.parametrize("content", ["{}", f'{{"keys": [{{"kid": "a", "alg": "none", "k": "{SECRET}"}}]}}', None])
def test_a_jwks_file_that_cannot_be_used_is_found(content: str | None, tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "keys.json"
    if content is not None:
        path.write_text(content)
    settings.SEAMLINE_JWT_KEYS_FILE = str(path)
    (message,) = found("seamline.E036")
    assert "SEAMLINE_JWT_KEYS_FILE" in message.msg
    assert SECRET not in str(message)


@pytest.mark.parametrize("seconds", [0, LONGEST_SECONDS + 1])
def test_web_tokens_that_are_good_for_too_long_or_never_are_found(seconds: int, settings: Any) -> None:
    settings.SEAMLINE_JWT_SECONDS = seconds
    assert len(found("seamline.E036")) == 1


@pytest.mark.parametrize("content", ["", "a:short", f"a:{SECRET}\na:{SECRET}", None])
def test_a_file_of_internal_keys_that_cannot_be_used_is_found_and_not_shown(
    content: str | None, tmp_path: Path, settings: Any
) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_text(content)
    settings.SEAMLINE_INTERNAL_KEYS_FILE = str(path)
    (message,) = found("seamline.E037")
    assert SECRET not in str(message)


def test_two_places_for_the_same_keys_are_found(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"a:{SECRET}")
    (finding,) = key_file_findings(listed=f"a:{SECRET}", file=str(tmp_path / "keys"))
    assert finding.id == "seamline.E037"
    jwks = tmp_path / "keys.json"
    jwks.write_text(f'{{"keys": [{{"kid": "a", "alg": "HS256", "kty": "oct", "k": "{SECRET}xxxx"}}]}}')
    (other,) = web_token_findings(listed=f"a:{SECRET}", file=str(jwks), seconds=300)
    assert other.id == "seamline.E036"


def test_keys_that_can_be_used_pass(tmp_path: Path) -> None:
    assert not list(web_token_findings(listed=f"a:{SECRET}", file="", seconds=300))
    assert not list(web_token_findings(listed="", file="", seconds=300))
    (tmp_path / "keys").write_text(f"# first\na:{SECRET}\n")
    assert not list(key_file_findings(listed="", file=str(tmp_path / "keys")))
    assert not list(key_file_findings(listed="", file=""))
