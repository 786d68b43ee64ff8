"""Who is logged in in a browser: the session keeps the customer's id and nothing else about them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

CUSTOMER_ID = "customer_id"
"""The session key of the logged-in customer's id, as text."""


def log_in_customer(request: HttpRequest, customer_id: UUID) -> None:
    """Remember the customer under a new session key, so that one known before the login opens nothing."""
    request.session.cycle_key()
    request.session[CUSTOMER_ID] = str(customer_id)


def log_out_customer(request: HttpRequest) -> None:
    """Forget the session."""
    request.session.flush()
