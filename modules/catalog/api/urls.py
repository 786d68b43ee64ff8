"""Paths below ``/api/v1/catalog/``."""

from django.urls import path

from modules.catalog.api import views

urlpatterns = [
    path("products/", views.Products.as_view(), name="catalog-products"),
    path("products/<sku:sku>/", views.OneProduct.as_view(), name="catalog-product"),
    path("products/<sku:sku>/price/", views.Price.as_view(), name="catalog-price"),
    path("products/<sku:sku>/withdrawal/", views.Withdrawal.as_view(), name="catalog-withdrawal"),
    path("categories/", views.Categories.as_view(), name="catalog-categories"),
    path("suggestions/", views.Suggestions.as_view(), name="catalog-suggestions"),
]
