"""The tables of payments, and of the sandbox provider that stands on the other side. Constraints only, no rules.

``ledger_entry`` is append-only and each statement that adds to it must balance: triggers see to both. The tables named
``sandbox_*`` belong to the provider: only ``infra/sandbox.py`` touches them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contracts.payments import PaymentState
from modules.payments.domain.lifecycle import Outcome, RequestKind

LONGEST_REASON = 200


def _money(name: str | None = None, **options: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(name, max_digits=14, decimal_places=2, **options)  # type: ignore[arg-type]


class StoredMethod(models.Model):
    """A card that the provider keeps, as customers may pay with it for a while. Its number is nowhere here."""

    token = models.CharField(primary_key=True, max_length=64)
    card = models.CharField(max_length=64)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "payment_method"
        verbose_name = "payment method"
        indexes = [models.Index(fields=["expires_at"], name="payment_method_expiry")]

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}"


class PaymentRow(models.Model):
    """The payment of one order, as its stream of events makes it up to ``version``."""

    order_id = models.UUIDField("order", primary_key=True)
    amount = _money()
    currency = models.CharField(max_length=3)
    refunded = _money(default=0)
    refunding = _money(default=0)
    charged_back = _money(default=0)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in PaymentState])
    void_reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    never_started = models.BooleanField(default=False)
    settled_elsewhere = models.BooleanField(default=False)
    token = models.CharField(max_length=64, blank=True)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    card = models.CharField(max_length=64, blank=True)
    decline_reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "payment"
        verbose_name = "payment"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PaymentState]), name="payment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(settled_elsewhere=True) | Q(never_started=True),
                name="payment_amount_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0)
                & Q(refunding__gte=0)
                & Q(charged_back__gte=0)
                & (
                    Q(refunded=0, refunding=0, charged_back=0)
                    | Q(amount__gte=F("refunded") + F("refunding") + F("charged_back"))
                ),
                name="payment_refunds_within_amount",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="payment_newest")]

    def __str__(self) -> str:
        return str(self.order_id)


class ProviderRequest(models.Model):
    """What the provider is asked to do, written before it is asked. ``key`` is its idempotency key there."""

    key = models.CharField(primary_key=True, max_length=120)
    payment = models.ForeignKey(PaymentRow, models.PROTECT, db_column="order_id", related_name="requests")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in RequestKind])
    amount = _money()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    is_open = models.BooleanField("waiting", default=True)
    outcome = models.CharField(
        max_length=10,
        blank=True,
        choices=[(outcome.value, outcome.value) for outcome in Outcome if outcome is not Outcome.PENDING],
    )
    detail = models.CharField(max_length=LONGEST_REASON, blank=True)
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "provider_request"
        verbose_name = "request to the provider"
        verbose_name_plural = "requests to the provider"
        indexes = [models.Index(fields=["next_attempt_at"], name="provider_request_due", condition=Q(is_open=True))]

    def __str__(self) -> str:
        return self.key


class LedgerEntry(models.Model):
    """One side of what the event at a version of a stream moves. Rows are only ever added."""

    id = models.BigAutoField(primary_key=True)
    transaction_id = models.UUIDField("transaction")
    stream = models.CharField(max_length=100)
    version = models.IntegerField()
    key = models.CharField("about", max_length=64)
    account = models.CharField(max_length=80)
    amount = _money()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_entry"
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["transaction_id", "account"], name="ledger_entry_booked_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_not_zero"),
        ]
        indexes = [
            models.Index(fields=["key"], name="ledger_entry_about"),
            models.Index(fields=["account", "at"], name="ledger_entry_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:+} {self.currency}"


class StoredValueRow(models.Model):
    """A wallet or a gift card, as its stream of events makes it up to ``version``. What is owed is never below zero."""

    account = models.CharField(primary_key=True, max_length=64)
    currency = models.CharField(max_length=3)
    balance = _money(default=0)
    held = _money("set aside", default=0)
    is_blocked = models.BooleanField("blocked", default=False)
    version = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "stored_value"
        verbose_name = "wallet or gift card"
        verbose_name_plural = "wallets and gift cards"
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0) & Q(balance__gte=F("held")), name="stored_value_never_below_zero"
            ),
        ]
        indexes = [models.Index(fields=["-updated_at"], name="stored_value_newest")]

    def __str__(self) -> str:
        return self.account


class SandboxCard(models.Model):
    """A card in the sandbox provider's vault: how it will behave, not its number."""

    reference = models.CharField(primary_key=True, max_length=64)
    behaviour = models.CharField(max_length=20)

    class Meta:
        db_table = "sandbox_card"


class SandboxCharge(models.Model):
    """Money in the sandbox provider's hands."""

    key = models.CharField(primary_key=True, max_length=120)
    behaviour = models.CharField(max_length=20)
    amount = _money()
    authorised = models.BooleanField()
    voided = models.BooleanField(default=False)
    captured = _money(default=0)
    refunded = _money(default=0)

    class Meta:
        db_table = "sandbox_charge"


class SandboxOperation(models.Model):
    """What the sandbox provider did for each idempotency key, once."""

    key = models.CharField(primary_key=True, max_length=120)
    charge = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    amount = _money()
    approved = models.BooleanField()
    detail = models.CharField(max_length=LONGEST_REASON)
    at = models.DateTimeField()

    class Meta:
        db_table = "sandbox_operation"
        indexes = [models.Index(fields=["charge"], name="sandbox_operation_of_charge")]
