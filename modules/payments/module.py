"""The manifest of payments: cards, authorisations, captures and refunds."""

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
    urls="modules.payments.api.urls",
)
