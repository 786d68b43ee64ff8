"""Command: make an account."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from contracts.customers import Customer, CustomerSignedUp, EmailTaken
from contracts.kernel import CustomerId
from modules.customers.application.answers import customer_from
from modules.customers.application.passwords import password_hash
from modules.customers.domain.profile import acceptable_email, acceptable_line
from modules.customers.models import Account
from seamline.contract import Secret
from seamline.data import connection_for
from seamline.events import publish

# One statement decides between two that sign up with one address at once.
_INSERT = """
INSERT INTO account (customer_id, email, name, country, password, external_number, signed_up_at, credentials_changed_at)
VALUES (%s, %s, %s, %s, %s, '', %s, %s) ON CONFLICT (email) DO NOTHING
"""


def sign_up(*, email: str, password: Secret, name: str, country: str) -> Customer:
    """Keep the account and tell others.

    :raises EmailTaken: another customer has this address.
    :raises InvalidProfile: a field is not acceptable.
    """
    now = datetime.now(UTC)
    row = Account(
        customer_id=uuid.uuid4(),
        email=acceptable_email(email),
        name=acceptable_line(name, field="name"),
        country=acceptable_line(country, field="country"),
        password=password_hash(password),
        signed_up_at=now,
        credentials_changed_at=now,
    )
    with connection_for("customers").cursor() as cursor:
        values = [row.customer_id, row.email, row.name, row.country, row.password, now, now]
        cursor.execute(_INSERT, values)
        if cursor.rowcount == 0:
            raise EmailTaken(email=email)
    customer = customer_from(row)
    publish(
        CustomerSignedUp(
            customer_id=CustomerId(row.customer_id),
            email=customer.email,
            name=row.name,
            country=row.country,
            signed_up_at=row.signed_up_at,
        )
    )
    return customer
