"""Which payment provider serves: the class that the setting ``PAYMENT_PROVIDER`` names, the sandbox without one.

Wallets and gift cards are the shop's own: whoever pays with one is served from the shop's books instead.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from modules.payments.application.ports import Acquirer, PaymentProvider
from modules.payments.domain.stored_value import is_stored_value
from modules.payments.infra.stored_value_provider import StoredValueProvider

SANDBOX = "modules.payments.infra.sandbox.SandboxProvider"


def provider() -> PaymentProvider:
    """The provider of this process."""
    return _made(getattr(settings, "PAYMENT_PROVIDER", SANDBOX))


def acquirer(card: str) -> Acquirer:
    """Who moves the money of a payment method, by its card's reference."""
    return StoredValueProvider(card) if is_stored_value(card) else provider()


@cache
def _made(path: str) -> PaymentProvider:
    made: PaymentProvider = import_string(path)()
    return made
