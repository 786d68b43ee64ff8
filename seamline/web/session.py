"""Who is logged in in a browser: the session keeps the customer's id and when they logged in."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

CUSTOMER_ID = "customer_id"
"""The session key of the logged-in customer's id, as text."""
_LOGGED_IN_AT = "logged_in_at"


def log_in_customer(session: SessionBase, customer_id: UUID) -> None:
    """Remember the customer under a new session key, so that one known before the login opens nothing.

    Where another customer was logged in, all that the session held goes first: it was theirs, basket included.
    """
    if session.get(CUSTOMER_ID, str(customer_id)) == str(customer_id):
        session.cycle_key()
    else:
        session.flush()
    session[CUSTOMER_ID] = str(customer_id)
    session[_LOGGED_IN_AT] = datetime.now(UTC).isoformat()


def is_outlived(session: SessionBase, *, credentials_changed_at: datetime | None) -> bool:
    """Whether the customer's password was set after this session began: whoever holds it must log in again."""
    began = session.get(_LOGGED_IN_AT)
    if began is None:
        return True
    return credentials_changed_at is not None and datetime.fromisoformat(began) < credentials_changed_at
