"""Paths below ``/api/v1/analytics/``."""

from django.urls import path

from modules.analytics.api import views

urlpatterns = [
    path("revenue/", views.RevenueView.as_view(), name="analytics-revenue"),
    path("revenue/by/", views.RevenueByView.as_view(), name="analytics-revenue-by"),
    path("retention/", views.RetentionView.as_view(), name="analytics-retention"),
    path("pairs/", views.PairsView.as_view(), name="analytics-pairs"),
]
