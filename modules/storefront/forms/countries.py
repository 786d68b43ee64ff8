"""Countries that the shop sends to: the names as the shop's data has them, and as people read them."""

from __future__ import annotations

HOME = "United Kingdom"

_SHOWN = {"EIRE": "Ireland", "RSA": "South Africa", "USA": "United States"}
_NAMES = (
    "Australia", "Austria", "Bahrain", "Belgium", "Brazil", "Canada", "Channel Islands", "Cyprus", "Czech Republic",
    "Denmark", "EIRE", "Finland", "France", "Germany", "Greece", "Hong Kong", "Iceland", "Israel", "Italy", "Japan",
    "Lebanon", "Lithuania", "Malta", "Netherlands", "Norway", "Poland", "Portugal", "RSA", "Saudi Arabia", "Singapore",
    "Spain", "Sweden", "Switzerland", "USA", "United Arab Emirates",
)  # fmt: skip

COUNTRIES: list[tuple[str, str]] = [
    (HOME, HOME),
    *sorted(((name, _SHOWN.get(name, name)) for name in _NAMES), key=lambda choice: choice[1]),
]
"""Stored name and shown name."""
