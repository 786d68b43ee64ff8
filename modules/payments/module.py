"""The manifest of payments: cards, wallets and gift cards, and what is paid with them, as a ledger of events."""

from contracts.payments import Payments
from seamline.jobs import Job
from seamline.modules import Module

module = Module(
    name="payments",
    owner="shop",
    contract=Payments,
    implementation="modules.payments.service:PaymentsService",
    jobs=(
        Job(
            name="payments.settle_pending",
            run="modules.payments.application.settle_pending:settle_pending",
            every=5,
        ),
    ),
    aggregates=(
        "modules.payments.infra.streams:PAYMENT",
        "modules.payments.infra.stored_value:WALLET",
        "modules.payments.infra.stored_value:GIFT_CARD",
    ),
    audits=("modules.payments.application.audit_ledger:findings",),
    urls="modules.payments.api.urls",
)
