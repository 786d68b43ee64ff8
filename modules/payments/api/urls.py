"""Paths below ``/api/v1/payments/``."""

from django.urls import path

from modules.payments.api import views, webhooks

urlpatterns = [
    path("cards/", views.Cards.as_view(), name="payments-cards"),
    path("balances/", views.Balances.as_view(), name="payments-balances"),
    path("webhooks/sandbox/", webhooks.SandboxWebhook.as_view(), name="payments-sandbox-webhook"),
    path("<uuid:order_id>/", views.PaymentOfOrder.as_view(), name="payments-payment"),
    path("<uuid:order_id>/refunds/", views.Refunds.as_view(), name="payments-refunds"),
    path("<uuid:order_id>/chargebacks/", views.Chargebacks.as_view(), name="payments-chargebacks"),
]
