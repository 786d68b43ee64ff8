"""The manifest of recommendations: what customers who bought this product also bought."""

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced
from contracts.recommendations import Recommendations
from seamline.events import Subscription
from seamline.jobs import Job
from seamline.modules import Module

module = Module(
    name="recommendations",
    owner="shop",
    contract=Recommendations,
    implementation="modules.recommendations.service:RecommendationsService",
    subscriptions=(
        Subscription(
            name="recommendations.learn_of_orders",
            events=(OrderPlaced, OrderCancelled, CreditNoteIssued),
            handler="modules.recommendations.handlers:learn_of_orders",
            batch=500,
        ),
    ),
    jobs=(
        Job(
            name="recommendations.refresh_neighbours",
            run="modules.recommendations.application.refresh_neighbours:refresh_neighbours",
            every=20,
        ),
    ),
    urls="modules.recommendations.api.urls",
)
