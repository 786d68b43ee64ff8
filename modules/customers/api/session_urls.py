"""Paths below ``/api/v1/customers/`` that change the browser's session: the hub serves them wherever the module lives.

What they lead to may import contracts and the framework, but no table of the module.
"""

from django.urls import path

from modules.customers.api import account_views, profile_views

urlpatterns = [
    path("login/", account_views.Login.as_view(), name="customers-login"),
    path("logout/", account_views.Logout.as_view(), name="customers-logout"),
    path("me/password/", profile_views.Password.as_view(), name="customers-password"),
]
