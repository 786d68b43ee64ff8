"""The bank behind the sandbox provider: it decides a pending authorisation, and has the provider tell the shop.

Like ``sandbox.py`` the other side: it writes to the provider's own books and reaches the shop by its webhook alone.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec
import urllib3
from django.utils import timezone

from modules.payments.infra.webhooks import HEADER, signature
from seamline.data import connection_for

PATH = "/api/v1/payments/webhooks/sandbox/"
SECONDS = 10.0
_DECIDE = """
WITH charge AS (SELECT * FROM sandbox_charge WHERE key = %(key)s AND behaviour = 'confirms_later' FOR UPDATE),
     operation AS (
         INSERT INTO sandbox_operation (key, charge, kind, amount, approved, detail, at)
         SELECT key, key, 'authorise', amount, %(approve)s, CASE WHEN %(approve)s THEN '' ELSE 'card_declined' END,
                %(now)s
         FROM charge
         ON CONFLICT (key) DO NOTHING
         RETURNING approved
     )
UPDATE sandbox_charge SET authorised = approved FROM operation WHERE sandbox_charge.key = %(key)s
"""


class NotTold(Exception):
    """The shop did not take the message."""


def decide(*, key: str, approve: bool) -> bool:
    """Say yes or no to a pending authorisation; False where there is none under this key, or it was decided before."""
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_DECIDE, {"key": key, "approve": approve, "now": timezone.now()})
        return bool(cursor.rowcount == 1)


def tell(*, key: str, shop: str) -> None:
    """Send the shop the signed message that a request was decided.

    :param shop: where it listens, such as ``http://127.0.0.1:8000``.
    :raises NotTold: it cannot be reached, or has refused the message.
    """
    body = msgspec.json.encode({"key": key})
    headers = {"Content-Type": "application/json", "Connection": "close", HEADER: signature(body, at=timezone.now())}
    try:
        # A pool of its own: a kept connection that the shop is just closing would lose the message.
        with urllib3.PoolManager(num_pools=1) as pool:
            answer = pool.request(
                "POST",
                shop.rstrip("/") + PATH,
                body=body,
                headers=headers,
                timeout=SECONDS,
                retries=False,
                redirect=False,
            )
    except urllib3.exceptions.HTTPError as error:
        raise NotTold(f"The shop at {shop} cannot be reached: {error}") from error
    if answer.status != HTTPStatus.NO_CONTENT:
        raise NotTold(f"The shop at {shop} answered {answer.status}: {answer.data[:500].decode(errors='replace')}")
