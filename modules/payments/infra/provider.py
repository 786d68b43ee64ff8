"""Which payment provider serves: the class that the setting ``PAYMENT_PROVIDER`` names, the sandbox without one."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from modules.payments.application.ports import PaymentProvider

SANDBOX = "modules.payments.infra.sandbox.SandboxProvider"


def provider() -> PaymentProvider:
    """The provider of this process."""
    return _made(getattr(settings, "PAYMENT_PROVIDER", SANDBOX))


@cache
def _made(path: str) -> PaymentProvider:
    made: PaymentProvider = import_string(path)()
    return made
