"""Slows down who tries passwords: ten failures for one account from one address, then a pause of ten minutes."""

from __future__ import annotations

from hashlib import sha256

from django.core.cache import cache

LIMIT = 10
SECONDS = 600


class Attempts:
    """Failed logins of one e-mail address from one network address."""

    def __init__(self, *, email: str, address: str) -> None:
        subject = f"{email.strip().lower()}|{address}"
        self._key = f"storefront:login:{sha256(subject.encode()).hexdigest()}"

    @property
    def exhausted(self) -> bool:
        return int(cache.get(self._key, 0)) >= LIMIT

    def failed(self) -> None:
        """Count one failure; the pause begins anew with the first."""
        if cache.add(self._key, 1, SECONDS):
            return
        try:
            cache.incr(self._key)
        except ValueError:  # it expired in between
            cache.set(self._key, 1, SECONDS)

    def succeeded(self) -> None:
        """Forget the failures."""
        cache.delete(self._key)
