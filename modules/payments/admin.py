"""What operators see of money. Rows are read only: money moves by the use case behind the action, never by editing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from contracts.kernel import Money, OrderId
from contracts.payments import Payments, RefundTooLarge, WrongPaymentState
from modules.payments.domain.ledger import LedgerAccount
from modules.payments.domain.lifecycle import LARGEST_AMOUNT
from modules.payments.domain.stored_value import Kind
from modules.payments.infra.stored_value import repository_of
from modules.payments.infra.streams import payments
from modules.payments.models import LedgerEntry, PaymentRow, ProviderRequest, StoredMethod, StoredValueRow
from seamline.calls import use
from seamline.contract import ContractError
from seamline.eventsourcing import Recorded
from seamline.web.admin import ReadOnlyAdmin, ReadOnlyInline, ReasonForm


class AmountForm(ReasonForm):
    """How much, and why."""

    amount = forms.DecimalField(
        min_value=Decimal("0.01"),
        max_value=LARGEST_AMOUNT,
        decimal_places=2,
        help_text="In the payment's own currency.",
        widget=UnfoldAdminDecimalFieldWidget,
    )


class RequestInline(ReadOnlyInline):
    """What the provider was asked to do for a payment."""

    model = ProviderRequest
    fields = ("kind", "amount", "is_open", "outcome", "detail", "attempts", "created_at", "answered_at")
    ordering = ("created_at",)


@admin.register(PaymentRow)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments, the newest first; searched by the whole id of an order, or a card's last four digits."""

    list_display = (
        "order_id",
        "state",
        "amount",
        "currency",
        "refunded",
        "charged_back",
        "card_shown",
        "decline_reason",
        "created_at",
    )
    list_filter = ("state", "settled_elsewhere", "brand", "created_at")
    search_fields = ("order_id__exact", "last4__exact")
    search_help_text = "The whole id of an order, or the last four digits of a card"
    ordering = ("-created_at",)
    exclude = ("token", "card")
    readonly_fields = ("what_happened",)
    inlines = (RequestInline,)
    actions_detail = ("refund_payment", "charge_payment_back")

    @admin.display(description="what happened")
    def what_happened(self, payment: PaymentRow) -> SafeString:
        """Every event of the payment: when, what, by whom, and why."""
        return _told(payments.histories([payment.order_id]).get(str(payment.order_id), []))

    @admin.display(description="card")
    def card_shown(self, payment: PaymentRow) -> str:
        """Brand and last digits."""
        return f"{payment.brand} {payment.last4}".strip() or "-"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PaymentRow], search_term: str
    ) -> tuple[QuerySet[PaymentRow], bool]:
        term = search_term.strip()
        try:
            return queryset.filter(order_id=uuid.UUID(term)), False
        except ValueError:
            return (queryset.filter(last4=term) if term else queryset), False

    @action(
        description="Refund",
        url_path="refund",
        icon="undo",
        permissions=["operate"],
        dialog={
            "title": "Give money back",
            "description": "It goes to the card that paid. Parts of it can be given back one after the other.",
            "form_class": AmountForm,
            "form_submit_text": "Give back",
        },
    )
    def refund_payment(self, request: HttpRequest, form: AmountForm, object_id: str) -> HttpResponse:
        """Give a part or all of a captured payment back."""

        def refund(key: str) -> str:
            payment = use(Payments, idempotency_key=key).refund(**_wanted(form, object_id))
            return f"{payment.refunded} of {payment.amount} is given back now."

        return self.carry_out(request, form, object_id, refund, explain=_explained)

    @action(
        description="Book a chargeback",
        url_path="charge-back",
        icon="account_balance",
        permissions=["operate"],
        dialog={
            "title": "Book a chargeback",
            "description": "The card's bank took money back. What is gone cannot be given back as well.",
            "form_class": AmountForm,
            "form_submit_text": "Book it",
        },
    )
    def charge_payment_back(self, request: HttpRequest, form: AmountForm, object_id: str) -> HttpResponse:
        """Book that the card's bank took money back."""

        def charge_back(key: str) -> str:
            payment = use(Payments, idempotency_key=key).charge_back(**_wanted(form, object_id))
            return f"{payment.charged_back} of {payment.amount} is gone now."

        return self.carry_out(request, form, object_id, charge_back, explain=_explained)


def _wanted(form: AmountForm, object_id: str) -> dict[str, Any]:
    order_id = OrderId(uuid.UUID(object_id))
    currency = use(Payments).payment(order_id=order_id).amount.currency
    return {
        "order_id": order_id,
        "amount": Money(amount=form.cleaned_data["amount"], currency=currency),
        "reason": form.cleaned_data["reason"],
    }


def _told(recorded: Sequence[Recorded]) -> SafeString:
    return format_html_join(
        "\n",
        "<p>{} · {} · {}{}</p>",
        (
            (
                localize(localtime(each.at)),
                each.name.partition(".")[2].replace("_", " "),
                each.actor,
                f" · {each.reason}" if each.reason else "",
            )
            for each in recorded
        ),
    )


def _explained(error: ContractError) -> str:
    if isinstance(error, RefundTooLarge):
        return f"At most {error.refundable} is left."
    if isinstance(error, WrongPaymentState):
        return f"Only a captured payment of the shop's own can be given back; this one is {error.state.value}."
    return error.detail


@admin.register(ProviderRequest)
class ProviderRequestAdmin(ReadOnlyAdmin):
    """What the provider was asked; those that wait are asked for again by a job."""

    list_display = ("key", "kind", "amount", "is_open", "outcome", "detail", "attempts", "created_at", "answered_at")
    list_filter = ("is_open", "kind", "outcome", "created_at")
    search_fields = ("key__exact",)
    search_help_text = "The whole key, such as capture:<order>"
    ordering = ("-created_at",)
    list_select_related = ("payment",)


class AccountFilter(admin.SimpleListFilter):
    """The ledger's accounts; of wallets and gift cards there are too many to list."""

    title = "account"
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each, each.replace("_", " ")) for each in (*LedgerAccount, *Kind)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        account = self.value()
        if not account:
            return queryset
        many = account in tuple(Kind)
        return queryset.filter(account__startswith=f"{account}:") if many else queryset.filter(account=account)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger, the newest first; searched by the whole id of an order, a customer, a card or a transaction."""

    list_display = ("at", "account", "amount", "currency", "key", "stream", "version", "transaction_id")
    list_filter = (AccountFilter, "at")
    search_fields = ("key__exact", "transaction_id__exact")
    search_help_text = "The whole id of an order, a customer, a gift card or a transaction"
    ordering = ("-id",)


@admin.register(StoredMethod)
class StoredMethodAdmin(ReadOnlyAdmin):
    """Cards that customers may pay with now; tokens are not shown."""

    list_display = ("last4", "brand", "created_at", "expires_at")
    list_filter = ("brand", "expires_at")
    search_fields = ("last4__exact",)
    search_help_text = "The last four digits of a card"
    ordering = ("-created_at",)
    exclude = ("token", "card")


@admin.register(StoredValueRow)
class StoredValueAdmin(ReadOnlyAdmin):
    """Wallets and gift cards, those first that changed last; searched by the whole id of a customer or a card."""

    list_display = ("account", "balance", "held", "currency", "is_blocked", "updated_at")
    list_filter = ("is_blocked", "currency", "updated_at")
    search_fields = ("account__exact",)
    search_help_text = "The whole id of a customer or a gift card"
    ordering = ("-updated_at",)
    readonly_fields = ("what_happened",)

    @admin.display(description="what happened")
    def what_happened(self, stored: StoredValueRow) -> SafeString:
        """Every event of the wallet or card: when, what, by whom, and why."""
        repository, id = repository_of(stored.account)
        return _told(repository.histories([id]).get(id, []))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StoredValueRow], search_term: str
    ) -> tuple[QuerySet[StoredValueRow], bool]:
        id = search_term.strip().rpartition(":")[2]
        return (queryset.filter(account__in=[f"{kind}:{id}" for kind in Kind]) if id else queryset), False
