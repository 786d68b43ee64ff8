"""The SQL of payments and of requests to the provider: few statements, each payment locked before it changes.

Each row shows a payment as its stream of events makes it, and is written with the events in one commit. Callers hold a
transaction, except for ``read``. Rules are in ``domain/``.
"""

# ruff: noqa: S608 - nothing but lists of columns that stand in this file is put into the statements
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.kernel import Money, OrderId
from contracts.payments import PaymentMethod, PaymentState
from modules.payments.domain.account import Account
from modules.payments.domain.lifecycle import Outcome, RequestKind
from modules.payments.infra.ledger import BOOK, columns
from modules.payments.infra.streams import Saved
from seamline.data import connection_for

PATIENCE = timedelta(seconds=20)
"""How long a request may wait for its caller before ``settle_pending`` asks for its outcome."""

_COLUMNS = """order_id, amount, currency, refunded, refunding, charged_back, state, void_reason, never_started,
    settled_elsewhere, token, brand, last4, card, decline_reason, version"""
_WIDTH = len(_COLUMNS.split(","))
_P_COLUMNS = ", ".join(f"payment.{column.strip()}" for column in _COLUMNS.split(","))
_REQUEST_COLUMNS = (
    "key, order_id, kind, amount, reason, outcome, detail, attempts, next_attempt_at, created_at, is_open"
)

_READ = f"SELECT {_COLUMNS} FROM payment WHERE order_id = ANY(%s)"
_START_AUTHORISATION = f"""
WITH method AS (SELECT * FROM payment_method WHERE token = %(token)s AND expires_at > %(now)s),
     started AS (
         INSERT INTO payment ({_COLUMNS}, created_at, updated_at)
         SELECT %(order_id)s, %(amount)s, %(currency)s, 0, 0, 0, 'pending', '', false, false,
                token, brand, last4, card, '', 1, %(now)s, %(now)s
         FROM method
         ON CONFLICT (order_id) DO NOTHING
         RETURNING {_COLUMNS}
     ),
     request AS (
         INSERT INTO provider_request ({_REQUEST_COLUMNS})
         SELECT %(key)s, order_id, 'authorise', amount, '', '', '', 0, %(due)s, %(now)s, true FROM started
     )
SELECT {_COLUMNS}, true FROM started
UNION ALL
SELECT {_COLUMNS}, false FROM payment WHERE order_id = %(order_id)s
"""
_START_CAPTURE = f"""
WITH locked AS (SELECT {_COLUMNS} FROM payment WHERE order_id = %(order_id)s FOR NO KEY UPDATE),
     request AS (
         INSERT INTO provider_request ({_REQUEST_COLUMNS})
         SELECT %(key)s, order_id, 'capture', amount, '', '', '', 0, %(due)s, %(now)s, true
         FROM locked WHERE state = 'authorised' AND void_reason = ''
         ON CONFLICT (key) DO NOTHING
         RETURNING key
     )
SELECT {_COLUMNS}, EXISTS (SELECT FROM request) FROM locked
"""
_TOMBSTONE = f"""
INSERT INTO payment ({_COLUMNS}, created_at, updated_at)
VALUES (%(order_id)s, 0, 'GBP', 0, 0, 0, 'voided', %(reason)s, true, false, '', '', '', '', '', 1, %(now)s, %(now)s)
ON CONFLICT (order_id) DO NOTHING
"""
_LOCK = f"SELECT {_COLUMNS} FROM payment WHERE order_id = %s FOR NO KEY UPDATE"
_LOCK_WITH_REQUEST = f"""
SELECT {_P_COLUMNS}, request.kind, request.amount, request.reason, request.is_open, request.detail, request.created_at
FROM payment JOIN provider_request AS request ON request.order_id = payment.order_id
WHERE request.key = %s FOR NO KEY UPDATE OF payment, request
"""
_ASKED = "SELECT is_open, amount, outcome FROM provider_request WHERE key = %s"
_ASK = f"""
INSERT INTO provider_request ({_REQUEST_COLUMNS})
VALUES (%(key)s, %(order_id)s, %(kind)s, %(amount)s, %(reason)s, '', '', 0, %(due)s, %(now)s, true)
ON CONFLICT (key) DO UPDATE SET is_open = true, amount = excluded.amount, next_attempt_at = excluded.next_attempt_at
"""
_SAVE = f"""
WITH booked AS ({BOOK}), answered AS (
    UPDATE provider_request SET is_open = false, outcome = %(outcome)s, detail = %(detail)s, answered_at = %(now)s
    WHERE key = %(key)s
)
UPDATE payment SET state = %(state)s, refunded = %(refunded)s, refunding = %(refunding)s,
    charged_back = %(charged_back)s, void_reason = %(void_reason)s, decline_reason = %(decline_reason)s,
    version = %(version)s, updated_at = %(now)s
WHERE order_id = %(order_id)s
"""
_CLAIM = f"""
UPDATE provider_request SET attempts = attempts + 1,
    next_attempt_at = %(now)s + make_interval(secs => least(20 * 2 ^ least(attempts, 10), 600))
WHERE key IN (
    SELECT key FROM provider_request WHERE is_open AND next_attempt_at <= %(now)s
    ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING {_REQUEST_COLUMNS}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to the provider. ``key`` is its idempotency key there."""

    key: str
    order_id: OrderId
    kind: RequestKind
    amount: Decimal
    reason: str
    is_open: bool
    detail: str
    """Why it was refused."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How far a request is."""

    is_open: bool
    amount: Decimal
    is_declined: bool


def authorisation_key(order_id: OrderId) -> str:
    """The key under which the provider knows the order's authorisation."""
    return f"authorise:{order_id}"


def start_authorisation(*, order_id: OrderId, amount: Money, token: str, now: datetime) -> tuple[Account | None, bool]:
    """Write a payment and its request down, if the token is known and the order has no payment yet.

    A new one has version 1: the caller appends its first event.

    :returns: the order's payment, and whether it is new; None where the token is not known, or where the payment was
        made by another a moment ago: read it then.
    """
    parameters = {
        "order_id": order_id,
        "amount": amount.amount,
        "currency": amount.currency,
        "token": token,
        "key": authorisation_key(order_id),
        "now": now,
        "due": now + PATIENCE,
    }
    return _account_and_flag(_START_AUTHORISATION, parameters)


def start_capture(*, order_id: OrderId, key: str, now: datetime) -> tuple[Account | None, bool]:
    """Lock the payment and, if it can be captured, write the request down; whether that is new."""
    parameters = {"order_id": order_id, "key": key, "now": now, "due": now + PATIENCE}
    return _account_and_flag(_START_CAPTURE, parameters)


def forbid(*, order_id: OrderId, reason: str, now: datetime) -> bool:
    """Refuse the authorisation of an order without payment, whose event the caller appends; False where it has one."""
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_TOMBSTONE, {"order_id": order_id, "reason": reason, "now": now})
        return bool(cursor.rowcount == 1)


def read(order_ids: Sequence[OrderId]) -> list[Account]:
    """The payments of these orders, those that were refused before they started included."""
    return [_account(row) for row in _rows(_READ, [list(order_ids)])]


def locked(order_id: OrderId) -> bool:
    """Lock an order's payment until the transaction ends; False where there is none."""
    return bool(_rows(_LOCK, [order_id]))


def locked_with_request(key: str) -> tuple[Account, int, Request]:
    """A request and its payment, both locked, and the version of the payment's stream."""
    row = _rows(_LOCK_WITH_REQUEST, [key])[0]
    account, version = _account(row[:_WIDTH]), row[_WIDTH - 1]
    kind, amount, reason, is_open, detail, created_at = row[_WIDTH:]
    request = Request(
        key=key,
        order_id=account.order_id,
        kind=RequestKind(kind),
        amount=amount,
        reason=reason,
        is_open=is_open,
        detail=detail,
        created_at=created_at,
    )
    return account, version, request


def asked(key: str) -> Asked | None:
    """A request by its key; None where it was never made."""
    for is_open, amount, outcome in _rows(_ASKED, [key]):
        return Asked(is_open=is_open, amount=amount, is_declined=outcome == Outcome.DECLINED)
    return None


def ask(*, key: str, account: Account, kind: RequestKind, amount: Decimal, reason: str, now: datetime) -> None:
    """Write a request down, or open it again."""
    parameters: dict[str, Any] = {
        "key": key,
        "order_id": account.order_id,
        "kind": kind.value,
        "amount": amount,
        "reason": reason,
        "now": now,
        "due": now + PATIENCE,
    }
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_ASK, parameters)


def save(saved: Saved, *, now: datetime, key: str = "", outcome: Outcome | None = None, detail: str = "") -> None:
    """Write a locked payment as its events make it, and book what they move; with a key, that request is answered.

    :raises IntegrityError: the entries do not add up to zero.
    """
    account = saved.payment.state
    parameters: dict[str, Any] = columns(saved.entries) | {
        "order_id": account.order_id,
        "state": account.state.value,
        "refunded": account.refunded,
        "refunding": account.refunding,
        "charged_back": account.charged_back,
        "version": saved.payment.version,
        "void_reason": account.void_reason,
        "decline_reason": account.decline_reason,
        "key": key,
        "outcome": outcome.value if outcome else "",
        "detail": detail,
        "now": now,
    }
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_SAVE, parameters)


def claim_overdue(*, now: datetime, limit: int) -> list[Request]:
    """Requests that have waited too long, put off for the next attempt, so that no other process takes them now."""
    return [
        Request(
            key=key,
            order_id=OrderId(order_id),
            kind=RequestKind(kind),
            amount=amount,
            reason=reason,
            is_open=is_open,
            detail=detail,
            created_at=created_at,
        )
        for key, order_id, kind, amount, reason, _, detail, _, _, created_at, is_open in _rows(
            _CLAIM, {"now": now, "limit": limit}
        )
    ]


def _account_and_flag(sql: str, parameters: dict[str, Any]) -> tuple[Account | None, bool]:
    for row in _rows(sql, parameters):
        return _account(row[:_WIDTH]), row[_WIDTH]
    return None, False


def _account(row: Sequence[Any]) -> Account:
    (
        order_id, amount, currency, refunded, refunding, charged_back, state, void_reason, never_started,
        settled_elsewhere, token, brand, last4, card, decline_reason, _,
    ) = row  # fmt: skip
    return Account(
        order_id=OrderId(order_id),
        amount=Money(amount=amount, currency=currency),
        refunded=refunded,
        refunding=refunding,
        charged_back=charged_back,
        state=PaymentState(state),
        void_reason=void_reason,
        never_started=never_started,
        settled_elsewhere=settled_elsewhere,
        method=PaymentMethod(token=token, brand=brand, last4=last4),
        card=card,
        decline_reason=decline_reason,
    )


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection_for("payments").cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
