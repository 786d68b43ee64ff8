"""What payments needs of a payment provider. Adapters are in ``infra/``; which one serves is a setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from contracts.kernel import Money
from modules.payments.domain.lifecycle import Outcome


class ProviderSilent(Exception):
    """The provider did not answer in time, or could not be reached. Nobody knows what it did: ask for the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider said; ``detail`` is its reason for a refusal."""

    outcome: Outcome
    detail: str = ""


class Acquirer(Protocol):
    """Whoever moves the money of a payment.

    Every request carries an idempotency key: asked twice with one key, the provider acts once. Every method answers
    ``UNKNOWN`` for what the provider never saw, and raises ``ProviderSilent``. An adapter waits no longer than
    ``seamline.calls.remaining_seconds()``.
    """

    def authorise(self, *, key: str, card: str, amount: Money) -> Answer:
        """Set an amount aside on a card."""

    def capture(self, *, key: str, authorisation: str, amount: Money) -> Answer:
        """Take what was set aside.

        :param authorisation: the key of the authorisation.
        """

    def void(self, *, key: str, authorisation: str) -> Answer:
        """Let go of what was set aside; declined with ``ALREADY_CAPTURED`` where it was taken."""

    def refund(self, *, key: str, authorisation: str, amount: Money) -> Answer:
        """Give back a part or all of what was taken."""

    def outcome(self, *, key: str) -> Answer:
        """What became of an earlier request; never acts."""


class PaymentProvider(Acquirer, Protocol):
    """An acquirer that keeps cards as well."""

    def store_card(self, *, key: str, number: str, expiry_month: int, expiry_year: int, security_code: str) -> str:
        """Keep a card; answers the provider's reference of it. The caller forgets the number."""
