"""Paths below ``/api/v1/customers/``."""

from django.urls import path

from modules.customers.api import account_views, profile_views, session_urls

urlpatterns = [
    *session_urls.urlpatterns,
    path("sign-up/", account_views.SignUp.as_view(), name="customers-sign-up"),
    path("tokens/", account_views.Tokens.as_view(), name="customers-tokens"),
    path("tokens/jwt/", account_views.JsonWebTokens.as_view(), name="customers-json-web-tokens"),
    path("tokens/current/", account_views.CurrentToken.as_view(), name="customers-current-token"),
    path("me/", profile_views.Me.as_view(), name="customers-me"),
    path("me/addresses/", profile_views.Addresses.as_view(), name="customers-addresses"),
    path("me/addresses/<uuid:address_id>/", profile_views.OneAddress.as_view(), name="customers-address"),
]
