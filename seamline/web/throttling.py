"""How often one client may ask: by customer, operator or address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from seamline.web.principal import principal_of

if TYPE_CHECKING:
    # DRF reads its default throttles while it defines APIView.
    from rest_framework.views import APIView


class PrincipalThrottle(SimpleRateThrottle):
    """One budget for each principal over all of the API; clients without login share their address's."""

    scope = "principal"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        principal = principal_of(request)
        ident = principal.actor if principal.is_authenticated else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class CredentialThrottle(SimpleRateThrottle):
    """A tighter budget by address for whatever tries a password or a card."""

    scope = "credentials"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class PurchaseThrottle(CredentialThrottle):
    """A budget by address for cards and checkouts; wider, because an office buys from one address."""

    scope = "purchases"
