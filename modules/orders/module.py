"""The manifest of orders: carts, the checkout saga and orders."""

from contracts.catalog import Catalog
from contracts.inventory import Inventory
from contracts.orders import Orders
from contracts.payments import PaymentAuthorised, PaymentRefused, Payments
from seamline.events import Subscription
from seamline.jobs import Job
from seamline.modules import Module

module = Module(
    name="orders",
    owner="shop",
    contract=Orders,
    implementation="modules.orders.service:OrdersService",
    calls=(Catalog, Inventory, Payments),
    subscriptions=(
        Subscription(
            name="orders.hear_of_payments",
            events=(PaymentAuthorised, PaymentRefused),
            handler="modules.orders.handlers:hear_of_payments",
            batch=200,
        ),
    ),
    jobs=(Job(name="orders.sagas", run="modules.orders.application.resume_sagas:resume_sagas", every=1),),
    sagas=(
        "modules.orders.application.checkout_saga:CHECKOUT",
        "modules.orders.application.checkout_saga:CHECKOUT_WITHOUT_WAIT",
        "modules.orders.application.cancel_saga:CANCEL",
    ),
    histories=("modules.orders.infra.histories:ORDER",),
    urls="modules.orders.api.urls",
)
