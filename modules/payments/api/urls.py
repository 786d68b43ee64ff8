"""Paths below ``/api/v1/payments/``."""

from django.urls import path

from modules.payments.api import stored_value_views, views, webhooks

urlpatterns = [
    path("cards/", views.Cards.as_view(), name="payments-cards"),
    path("balances/", views.Balances.as_view(), name="payments-balances"),
    path("webhooks/sandbox/", webhooks.SandboxWebhook.as_view(), name="payments-sandbox-webhook"),
    path("wallet/", stored_value_views.OwnWallet.as_view(), name="payments-my-wallet"),
    path("wallet/tokens/", stored_value_views.OwnWalletTokens.as_view(), name="payments-my-wallet-tokens"),
    path("wallets/<uuid:customer_id>/", stored_value_views.WalletOfCustomer.as_view(), name="payments-wallet"),
    path("wallets/<uuid:customer_id>/top-ups/", stored_value_views.TopUps.as_view(), name="payments-top-ups"),
    path("gift-cards/", stored_value_views.GiftCards.as_view(), name="payments-gift-cards"),
    path("gift-cards/balance/", stored_value_views.GiftCardBalances.as_view(), name="payments-gift-card-balance"),
    path("gift-cards/tokens/", stored_value_views.GiftCardTokens.as_view(), name="payments-gift-card-tokens"),
    path(
        "gift-cards/<uuid:card_id>/block/",
        stored_value_views.BlockedGiftCards.as_view(),
        name="payments-gift-card-block",
    ),
    path("<uuid:order_id>/", views.PaymentOfOrder.as_view(), name="payments-payment"),
    path("<uuid:order_id>/refunds/", views.Refunds.as_view(), name="payments-refunds"),
    path("<uuid:order_id>/chargebacks/", views.Chargebacks.as_view(), name="payments-chargebacks"),
]
