"""The manifest of analytics: it listens to the orders' events and calls nobody; nobody calls it."""

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced
from seamline.events import Subscription
from seamline.jobs import Job
from seamline.modules import Module

module = Module(
    name="analytics",
    owner="shop",
    subscriptions=(
        Subscription(
            name="analytics.keep_facts",
            events=(OrderPlaced, OrderCancelled, CreditNoteIssued),
            handler="modules.analytics.handlers:keep_facts",
            batch=500,
            timeout=30.0,
        ),
    ),
    jobs=(Job(name="analytics.count_pairs", run="modules.analytics.application.count_pairs:count_pairs", every=30),),
    urls="modules.analytics.api.urls",
)
