"""Shows a contract's error where it belongs: next to the field that it names, else above the form."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from seamline.contract import ContractError

_ALIASES: Mapping[str, str] = {
    "number": "card_number",
    "expiry": "card_expiry",
    "expiry_month": "card_expiry",
    "expiry_year": "card_expiry",
    "security_code": "card_code",
    "new_password": "new_password",
    "address": "line1",
}
"""The contract's field, and the form's where they differ."""


def show_error(form: forms.BaseForm, error: ContractError, *, field: str | None = None) -> None:
    """Add the error to the form.

    :param field: of the form; by default the one that the error's own ``field`` names.
    """
    named = field or str(error.data.get("field", "")).rpartition(".")[2]
    reason = str(error.data.get("reason") or error.detail)
    text = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    text = text[:1].upper() + text[1:]
    for candidate in (named, _ALIASES.get(named, "")):
        if candidate in form.fields:
            form.add_error(candidate, text)
            return
    form.add_error(None, text)
