"""Paths below ``/api/v1/orders/``."""

from django.urls import path

from modules.orders.api import cart_views, order_views

urlpatterns = [
    path("carts/<uuid:cart_id>/", cart_views.CartView.as_view(), name="orders-cart"),
    path("carts/<uuid:cart_id>/lines/", cart_views.CartLines.as_view(), name="orders-cart-lines"),
    path("carts/<uuid:cart_id>/lines/<sku:sku>/", cart_views.CartLineView.as_view(), name="orders-cart-line"),
    path("orders/", order_views.OrdersView.as_view(), name="orders-orders"),
    path("orders/<uuid:order_id>/", order_views.OrderView.as_view(), name="orders-order"),
    path("orders/<uuid:order_id>/cancel/", order_views.OrderCancellation.as_view(), name="orders-order-cancel"),
]
