"""The sandbox provider: a deterministic payment provider for demos and tests, whose cards behave by their number.

It is the other side: it keeps its own books in the ``sandbox_*`` tables, commits on its own and honours idempotency
keys, so that tests can prove from its books that no money moved twice. It may not read the shop's tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils import timezone

from contracts.kernel import Money
from modules.payments.application.ports import Answer, ProviderSilent
from modules.payments.domain.lifecycle import ALREADY_CAPTURED, Outcome, RequestKind
from seamline.data import connection_for


class Behaviour(StrEnum):
    APPROVES = "approves"
    DECLINES = "declines"
    DECLINES_CAPTURE = "declines_capture"
    LOSES_ANSWER = "loses_answer"
    """Processes the authorisation, but the answer does not arrive; asked later, it says so."""
    LOSES_REQUEST = "loses_request"
    """The authorisation never arrives."""
    CONFIRMS_LATER = "confirms_later"
    """The bank asks the card's holder first; the outcome is told by a webhook (``infra/sandbox_bank.py``)."""


CARDS: Mapping[str, Behaviour] = {
    "4242424242424242": Behaviour.APPROVES,
    "4000000000000002": Behaviour.DECLINES,
    "4000000000000341": Behaviour.DECLINES_CAPTURE,
    "4000000000000119": Behaviour.LOSES_ANSWER,
    "4000000000000127": Behaviour.LOSES_REQUEST,
    "4000000000003220": Behaviour.CONFIRMS_LATER,
}
"""What these numbers do. Every other valid number approves."""

_STORE = "INSERT INTO sandbox_card (reference, behaviour) VALUES (%s, %s) ON CONFLICT (reference) DO NOTHING"
_AUTHORISE = """
WITH card AS (SELECT behaviour FROM sandbox_card WHERE reference = %(card)s),
     charge AS (
         INSERT INTO sandbox_charge (key, behaviour, amount, authorised, voided, captured, refunded)
         SELECT %(key)s, behaviour, %(amount)s, behaviour NOT IN ('declines', 'confirms_later'), false, 0, 0
         FROM card WHERE behaviour <> 'loses_request'
         ON CONFLICT (key) DO NOTHING
         RETURNING authorised
     ),
     operation AS (
         INSERT INTO sandbox_operation (key, charge, kind, amount, approved, detail, at)
         SELECT %(key)s, %(key)s, 'authorise', %(amount)s, authorised,
                CASE WHEN authorised THEN '' ELSE 'card_declined' END, %(now)s
         FROM charge CROSS JOIN card WHERE behaviour <> 'confirms_later'
     )
SELECT behaviour, (SELECT authorised FROM charge) FROM card
"""
_OPERATE = """
WITH charge AS (SELECT * FROM sandbox_charge WHERE key = %(charge)s FOR UPDATE),
     decided AS (
         SELECT CASE
             WHEN NOT authorised AND NOT (%(kind)s = 'void' AND behaviour = 'confirms_later') THEN 'not_authorised'
             WHEN %(kind)s = 'capture' AND behaviour = 'declines_capture' THEN 'card_declined'
             WHEN %(kind)s = 'capture' AND voided THEN 'voided'
             WHEN %(kind)s = 'capture' AND captured + %(amount)s > amount THEN 'more_than_authorised'
             WHEN %(kind)s = 'void' AND captured > 0 THEN %(already_captured)s
             WHEN %(kind)s = 'refund' AND refunded + %(amount)s > captured THEN 'more_than_captured'
             ELSE ''
         END AS detail
         FROM charge
     ),
     operation AS (
         INSERT INTO sandbox_operation (key, charge, kind, amount, approved, detail, at)
         SELECT %(key)s, %(charge)s, %(kind)s, %(amount)s, detail = '', detail, %(now)s FROM decided
         ON CONFLICT (key) DO NOTHING
         RETURNING approved, detail
     ),
     undecided AS (
         INSERT INTO sandbox_operation (key, charge, kind, amount, approved, detail, at)
         SELECT %(charge)s, %(charge)s, 'authorise', amount, false, 'voided', %(now)s
         FROM charge CROSS JOIN operation WHERE %(kind)s = 'void' AND NOT authorised AND operation.approved
         ON CONFLICT (key) DO NOTHING
     ),
     moved AS (
         UPDATE sandbox_charge SET
             voided = voided OR %(kind)s = 'void',
             captured = captured + CASE WHEN %(kind)s = 'capture' THEN %(amount)s ELSE 0 END,
             refunded = refunded + CASE WHEN %(kind)s = 'refund' THEN %(amount)s ELSE 0 END
         FROM operation WHERE sandbox_charge.key = %(charge)s AND operation.approved
     )
SELECT approved, detail FROM operation
"""
_OUTCOME = """
SELECT approved, detail FROM sandbox_operation WHERE key = %(key)s
UNION ALL
SELECT NULL, '' FROM sandbox_charge WHERE key = %(key)s
    AND NOT EXISTS (SELECT FROM sandbox_operation WHERE key = %(key)s)
"""


class SandboxProvider:
    """Implements ``PaymentProvider`` on tables of its own."""

    def store_card(self, *, key: str, number: str, expiry_month: int, expiry_year: int, security_code: str) -> str:
        reference = f"card_{hashlib.sha256(key.encode()).hexdigest()[:24]}"
        _rows(_STORE, [reference, CARDS.get(number, Behaviour.APPROVES).value])
        return reference

    def authorise(self, *, key: str, card: str, amount: Money) -> Answer:
        rows = _rows(_AUTHORISE, {"key": key, "card": card, "amount": amount.amount, "now": timezone.now()})
        if not rows:
            return Answer(outcome=Outcome.DECLINED, detail="unknown_card")
        behaviour, authorised = rows[0]
        if behaviour == Behaviour.LOSES_REQUEST or (behaviour == Behaviour.LOSES_ANSWER and authorised is not None):
            raise ProviderSilent(key)
        if authorised is None or behaviour == Behaviour.CONFIRMS_LATER:
            return self.outcome(key=key)
        return _answer(authorised, "" if authorised else "card_declined")

    def capture(self, *, key: str, authorisation: str, amount: Money) -> Answer:
        return self._operate(RequestKind.CAPTURE, key=key, charge=authorisation, amount=amount.amount)

    def void(self, *, key: str, authorisation: str) -> Answer:
        return self._operate(RequestKind.VOID, key=key, charge=authorisation, amount=0)

    def refund(self, *, key: str, authorisation: str, amount: Money) -> Answer:
        return self._operate(RequestKind.REFUND, key=key, charge=authorisation, amount=amount.amount)

    def outcome(self, *, key: str) -> Answer:
        rows = _rows(_OUTCOME, {"key": key})
        return _answer(*rows[0]) if rows else Answer(outcome=Outcome.UNKNOWN)

    def _operate(self, kind: RequestKind, *, key: str, charge: str, amount: Any) -> Answer:
        parameters = {
            "kind": kind.value,
            "key": key,
            "charge": charge,
            "amount": amount,
            "already_captured": ALREADY_CAPTURED,
            "now": timezone.now(),
        }
        rows = _rows(_OPERATE, parameters)
        return _answer(*rows[0]) if rows else self.outcome(key=key)


def _answer(approved: bool | None, detail: str) -> Answer:
    if approved is None:
        return Answer(outcome=Outcome.PENDING)
    return Answer(outcome=Outcome.APPROVED if approved else Outcome.DECLINED, detail=detail)


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection_for("payments").cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []
