"""Customers to test with."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.customers import Customer, Customers
from contracts.kernel import PostalAddress
from seamline.calls import use
from seamline.contract import Secret
from seamline.data import connection_for

PASSPHRASE = Secret("correct horse battery")
HOME = PostalAddress(
    name="Ada Example", line1="1 Mill Road", city="Cambridge", postcode="CB1 2AB", country="United Kingdom"
)
WORK = replace(HOME, line1="2 Works Lane")


def signed_up(email: str = "ada@example.com", *, key: str | None = None) -> Customer:
    return use(Customers, idempotency_key=key).sign_up(
        email=email, password=PASSPHRASE, name="Ada Example", country="United Kingdom"
    )


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issued(customer: Customer, token: str = "token", *, days: float = 1) -> str:
    use(Customers).issue_token(
        customer_id=customer.customer_id,
        token_digest=digest(token),
        label="test",
        expires_at=datetime.now(UTC) + timedelta(days=days),
    )
    return digest(token)


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection_for("customers").cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def event_names() -> list[str]:
    return [name for (name,) in rows("SELECT name FROM event_log ORDER BY position")]
