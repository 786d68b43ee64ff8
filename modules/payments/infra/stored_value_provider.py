"""Paying with a wallet or a gift card: the shop is its own payment provider, and acts once for each key.

Each request commits on its own, like one to a provider far away; what became of it is in the account's events, so that
a crash after it changes nothing. It may not know a payment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils import timezone

from contracts.kernel import Money
from modules.payments.application.ports import Answer
from modules.payments.domain import stored_value as rules
from modules.payments.domain.lifecycle import Outcome
from modules.payments.domain.stored_value import Refusal, StoredValue
from modules.payments.infra import stored_value
from seamline.contract import Event


class StoredValueProvider:
    """Implements ``Acquirer`` for one wallet or gift card."""

    def __init__(self, account: str) -> None:
        self.account = account

    def authorise(self, *, key: str, card: str, amount: Money) -> Answer:
        answer = self._ask(key, lambda state, at: rules.hold(state, request=key, amount=amount, at=at))
        return answer or Answer(outcome=Outcome.DECLINED, detail=Refusal.INSUFFICIENT_FUNDS.value)

    def capture(self, *, key: str, authorisation: str, amount: Money) -> Answer:
        return self._operate(
            key,
            lambda state, at: rules.capture(state, request=key, authorisation=authorisation, amount=amount, at=at),
        )

    def void(self, *, key: str, authorisation: str) -> Answer:
        return self._operate(
            key, lambda state, at: rules.release(state, request=key, authorisation=authorisation, at=at)
        )

    def refund(self, *, key: str, authorisation: str, amount: Money) -> Answer:
        return self._operate(
            key,
            lambda state, at: rules.give_back(state, request=key, authorisation=authorisation, amount=amount, at=at),
        )

    def outcome(self, *, key: str) -> Answer:
        repository, id = stored_value.repository_of(self.account)
        return _answer(repository.find(id).state, key)

    def _operate(self, key: str, decide: Callable[[StoredValue, datetime], Sequence[Event]]) -> Answer:
        return self._ask(key, decide) or Answer(outcome=Outcome.UNKNOWN)

    def _ask(self, key: str, decide: Callable[[StoredValue, datetime], Sequence[Event]]) -> Answer | None:
        now = timezone.now()
        state = stored_value.change(self.account, lambda state: decide(state, now))
        return None if state is None else _answer(state, key)


def _answer(state: StoredValue, key: str) -> Answer:
    refusal = state.outcomes.get(key)
    if refusal is None:
        return Answer(outcome=Outcome.UNKNOWN)
    return Answer(outcome=Outcome.DECLINED if refusal else Outcome.APPROVED, detail=refusal)
