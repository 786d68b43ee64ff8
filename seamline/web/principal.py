"""Who makes a request: a customer, an operator, or nobody in particular. Plain values, no database row."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from rest_framework.request import Request

from seamline.calls import acting_as, current_call


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """What DRF calls the user. ``actor`` is how calls and events name it."""

    customer_id: UUID | None = None
    email: str = ""
    operator: str = ""
    permissions: frozenset[str] = frozenset()
    """What the operator may do, as Django names it; ``*`` is everything."""

    @property
    def is_authenticated(self) -> bool:
        return self.customer_id is not None or bool(self.operator)

    def may(self, permission: str) -> bool:
        """Whether this is an operator with the permission."""
        return bool(self.operator) and not self.permissions.isdisjoint(("*", permission))

    @property
    def actor(self) -> str:
        """In a browser where somebody is logged in as both, what is done is done by the operator."""
        if self.operator:
            return f"operator:{self.operator}"
        return f"customer:{self.customer_id}" if self.customer_id is not None else "anonymous"

    @property
    def pk(self) -> str:
        """What DRF's throttles and browsers of requests call the user's key."""
        return self.actor


def Anonymous() -> Principal:  # noqa: N802 - DRF calls it like the class of an anonymous user
    """Nobody in particular."""
    return Principal()


def principal_of(request: Request) -> Principal:
    """Who makes an API request; what the deployable's authentication classes found."""
    return cast(Principal, request.user)


def on_behalf_of(request: Request) -> AbstractContextManager[None]:
    """Calls in the block are made in the name of whoever sent the request, under its correlation id."""
    return acting_as(principal_of(request).actor, correlation_id=current_call().origin.correlation_id)
