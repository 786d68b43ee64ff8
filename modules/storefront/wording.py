"""How the shop words what others store: names in capitals, codes, moments. Presentation only."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_KEPT = {
    "LED", "UK", "USA", "DIY", "BBQ", "TV", "CD", "DVD", "3D", "II", "XL",
    "S/4", "S/3", "S/6", "S/12", "FAB", "A4", "A5", "A6",
}  # fmt: skip
_PROPER = {
    "LONDON": "London", "CHRISTMAS": "Christmas", "ENGLISH": "English", "FRENCH": "French", "PARIS": "Paris",
    "VICTORIAN": "Victorian", "EDWARDIAN": "Edwardian", "REGENCY": "Regency", "CHINESE": "Chinese",
    "EASTER": "Easter",
    "SCANDINAVIAN": "Scandinavian",
    "SPACEBOY": "Spaceboy", "SUKI": "Suki", "CHARLOTTE": "Charlotte", "INDIAN": "Indian",
    "NORDIC": "Nordic", "UNION": "Union", "JACK": "Jack", "I": "I", "T-LIGHT": "T-light", "T-LIGHTS": "T-lights",
    "DOLLY": "Dolly", "HALLOWEEN": "Halloween", "DANISH": "Danish", "SWISS": "Swiss", "MOROCCAN": "Moroccan",
    "BABUSHKA": "Babushka", "GLASGOW": "Glasgow", "BRITISH": "British", "PERSIAN": "Persian", "ZINC": "zinc",
}  # fmt: skip

STATES = {
    "pending": "On its way through",
    "placed": "Placed",
    "rejected": "Not completed",
    "cancelled": "Cancelled",
    "credit_note": "Credit note",
}

REASONS = {
    "payments.card_declined": "The card's bank declined the payment.",
    "card_declined": "The card's bank declined the payment.",
    "payments.provider_timed_out": "The payment provider did not answer in time.",
    "provider_timed_out": "The payment provider did not answer in time.",
    "inventory.out_of_stock": "Some of it sold out before the order could be placed.",
    "orders.stock_ran_out": "Some of it sold out before the order could be placed.",
    "orders.payment_failed": "The payment did not go through.",
}


def name_of_product(name: str) -> str:
    """A name as people write it: stored capitals become sentence case, mixed case stays as it is."""
    text = " ".join(name.split())
    if not text.isupper():
        return text
    words = [_PROPER.get(word) or (word if word in _KEPT else word.lower()) for word in text.split(" ")]
    sentence = " ".join(words)
    if not sentence[:1].islower():
        return sentence
    return sentence[:1].upper() + sentence[1:]


def moment(value: datetime) -> str:
    """Date and time in London: ``9 December 2011, 12:50``."""
    local = value.astimezone(LONDON)
    return f"{local.day} {local:%B %Y, %H:%M}"


def day(value: datetime) -> str:
    """The date in London: ``9 December 2011``."""
    local = value.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def reason_of_rejection(code: str) -> str:
    """Why an order came to nothing, for the customer."""
    return REASONS.get(code, "The checkout could not be completed.")
