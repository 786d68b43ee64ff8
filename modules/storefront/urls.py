"""The addresses of the shop, mounted at the root of the site."""

from __future__ import annotations

from django.urls import path

from modules.storefront.views import about, art, cart, catalog, checkout, login, orders, profile

app_name = "storefront"

urlpatterns = [
    path("", catalog.home, name="home"),
    path("categories/<slug:slug>/", catalog.category, name="category"),
    path("search/", catalog.search, name="search"),
    path("search/suggest", catalog.suggest, name="suggest"),
    path("products/<str:sku>/", catalog.product, name="product"),
    path("art/1/<slug:name>.svg", art.art, name="art"),
    path("basket/", cart.cart, name="cart"),
    path("basket/add/<str:sku>/", cart.add, name="cart-add"),
    path("basket/change/<str:sku>/", cart.change, name="cart-change"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", orders.history, name="orders"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/thanks/", orders.confirmation, name="confirmation"),
    path("orders/<uuid:order_id>/cancel/", orders.cancel, name="order-cancel"),
    path("sign-up/", login.sign_up, name="sign-up"),
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("profile/", profile.profile, name="profile"),
    path("profile/details/", profile.change_profile, name="profile-details"),
    path("profile/password/", profile.change_password, name="profile-password"),
    path("profile/addresses/new/", profile.address, name="address-new"),
    path("profile/addresses/<uuid:address_id>/", profile.address, name="address"),
    path("profile/addresses/<uuid:address_id>/remove/", profile.remove_address, name="address-remove"),
    path("about/", about.about, name="about"),
]
