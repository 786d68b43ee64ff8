"""What all forms of the shop share: what an empty field is told."""

from __future__ import annotations

from typing import Any

from django import forms


class ShopForm(forms.Form):
    """A form whose messages are the shop's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = "Please fill this in."
