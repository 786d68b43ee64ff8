"""Paths below ``/api/v1/customers/``."""

from django.urls import path

from modules.customers.api import account_views, profile_views

urlpatterns = [
    path("sign-up/", account_views.SignUp.as_view(), name="customers-sign-up"),
    path("login/", account_views.Login.as_view(), name="customers-login"),
    path("logout/", account_views.Logout.as_view(), name="customers-logout"),
    path("tokens/", account_views.Tokens.as_view(), name="customers-tokens"),
    path("tokens/current/", account_views.CurrentToken.as_view(), name="customers-current-token"),
    path("me/", profile_views.Me.as_view(), name="customers-me"),
    path("me/password/", profile_views.Password.as_view(), name="customers-password"),
    path("me/addresses/", profile_views.Addresses.as_view(), name="customers-addresses"),
    path("me/addresses/<uuid:address_id>/", profile_views.OneAddress.as_view(), name="customers-address"),
]
