"""Paths below ``/api/v1/inventory/``."""

from django.urls import path

from modules.inventory.api import views

urlpatterns = [
    path("levels/", views.Levels.as_view(), name="inventory-levels"),
    path("alerts/", views.Alerts.as_view(), name="inventory-alerts"),
    path("adjustments/", views.Adjustments.as_view(), name="inventory-adjustments"),
]
