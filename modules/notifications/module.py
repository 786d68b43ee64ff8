"""The manifest of notifications: the mail that events cause."""

from contracts.customers import CustomerSignedUp
from contracts.notifications import Notifications
from contracts.orders import OrderCancelled, OrderPlaced, OrderRejected
from seamline.events import Subscription
from seamline.jobs import Job
from seamline.modules import Module

module = Module(
    name="notifications",
    owner="shop",
    contract=Notifications,
    implementation="modules.notifications.service:NotificationsService",
    subscriptions=(
        Subscription(
            name="notifications.tell_buyers",
            events=(OrderPlaced, OrderRejected, OrderCancelled),
            handler="modules.notifications.handlers:tell_buyers",
            batch=100,
        ),
        Subscription(
            name="notifications.welcome_customer",
            events=(CustomerSignedUp,),
            handler="modules.notifications.handlers:welcome_customer",
        ),
    ),
    jobs=(
        Job(
            name="notifications.send_waiting",
            run="modules.notifications.application.send_waiting:send_waiting",
            every=2,
        ),
    ),
    urls="modules.notifications.api.urls",
)
