"""Tokens to pay with: kept for a while, derived from the call that made them."""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone

from contracts.payments import PaymentMethod
from modules.payments.models import StoredMethod
from seamline.calls import current_call

VALIDITY = timedelta(minutes=30)


def secret_of_call(purpose: str) -> bytes:
    """32 bytes of this call's key under the installation's secret: the same again after a crash, guessed by nobody."""
    text = f"{purpose} {current_call().idempotency_key}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), sha256).digest()


def token_of_call() -> str:
    """The token that this call makes."""
    return f"tok_{secret_of_call('payment method').hex()[:40]}"


def keep(*, token: str, card: str, brand: str, last4: str) -> PaymentMethod:
    """Keep what can be paid with by a token, unless it was kept before."""
    now = timezone.now()
    method = StoredMethod(token=token, card=card, brand=brand, last4=last4, created_at=now, expires_at=now + VALIDITY)
    StoredMethod.objects.bulk_create([method], ignore_conflicts=True)
    return PaymentMethod(token=token, brand=brand, last4=last4)
