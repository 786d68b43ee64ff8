"""Paths below ``/api/v1/storefront/``."""

from django.urls import path

from modules.storefront.api import views

urlpatterns = [
    path("order-history/", views.OrderHistory.as_view(), name="storefront-order-history"),
    path(
        "customer-overview/<uuid:customer_id>/", views.CustomerOverview.as_view(), name="storefront-customer-overview"
    ),
]
