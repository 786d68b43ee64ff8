"""The manifest of storefront: the HTML shop and its read models. It offers no contract: nobody calls a shop window."""

from contracts.catalog import Catalog, PriceChanged, ProductAdded
from contracts.customers import Customers
from contracts.inventory import Inventory
from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced, OrderRejected, Orders
from contracts.payments import Payments
from contracts.recommendations import Recommendations
from seamline.modules import Module
from seamline.projections import Projection

module = Module(
    name="storefront",
    owner="shop",
    calls=(Catalog, Customers, Inventory, Orders, Payments, Recommendations),
    urls="modules.storefront.api.urls",
    subscriptions=(
        Projection(
            name="storefront.order_history",
            version=1,
            events=(OrderPlaced, OrderRejected, OrderCancelled, CreditNoteIssued),
            models=("storefront.OrderSummary",),
            handler="modules.storefront.handlers:keep_order_history",
            batch=200,
            rebuild_batch=5_000,
        ),
        Projection(
            name="storefront.product_facts",
            version=1,
            events=(ProductAdded, PriceChanged, OrderPlaced, OrderCancelled, CreditNoteIssued),
            models=("storefront.ProductFacts",),
            handler="modules.storefront.projections.product_facts:keep_product_facts",
            batch=500,
        ),
    ),
)
