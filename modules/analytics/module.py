"""The manifest of analytics: it listens to the orders' events and calls nobody; nobody calls it."""

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced
from seamline.jobs import Job
from seamline.modules import Module
from seamline.projections import Projection

module = Module(
    name="analytics",
    owner="shop",
    subscriptions=(
        Projection(
            name="analytics.keep_facts",
            version=1,
            events=(OrderPlaced, OrderCancelled, CreditNoteIssued),
            models=("analytics.OrderFact", "analytics.ProductName"),
            code=("modules.analytics.domain.goods", "modules.analytics.infra.facts"),
            handler="modules.analytics.handlers:keep_facts",
            batch=500,
            timeout=30.0,
        ),
        Projection(
            name="analytics.revenue",
            version=1,
            events=(OrderPlaced, OrderCancelled, CreditNoteIssued),
            models=("analytics.DayRevenue", "analytics.ProductRevenue", "analytics.RevenuePlace"),
            handler="modules.analytics.projections.revenue:keep_revenue",
            batch=500,
            timeout=30.0,
        ),
    ),
    jobs=(Job(name="analytics.count_pairs", run="modules.analytics.application.count_pairs:count_pairs", every=30),),
    urls="modules.analytics.api.urls",
)
