"""How often one client may ask: by customer, operator or address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from seamline.web.principal import principal_of

if TYPE_CHECKING:
    # DRF reads its default throttles while it defines APIView.
    from rest_framework.views import APIView


class _ClientThrottle(SimpleRateThrottle):
    def get_ident(self, request: Request) -> str:
        """The client's address. Behind a door, the one that it adds last: its own would be everybody's."""
        if getattr(request._request, "door_identity", None) is None:
            return super().get_ident(request)
        told: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
        return told.rpartition(",")[2].strip() or super().get_ident(request)


class PrincipalThrottle(_ClientThrottle):
    """One budget for each principal over all of the API; clients without login share their address's."""

    scope = "principal"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        principal = principal_of(request)
        ident = principal.actor if principal.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class CredentialThrottle(_ClientThrottle):
    """A tighter budget by address for whatever tries a password or a card."""

    scope = "credentials"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class PurchaseThrottle(CredentialThrottle):
    """A budget by address for cards and checkouts; wider, because an office buys from one address."""

    scope = "purchases"
