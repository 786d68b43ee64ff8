"""Where operators' programs place modules; mounted below ``/api/v1/operations/``."""

from __future__ import annotations

from django.urls import path

from seamline.placement.api import views

urlpatterns = [
    path("placement", views.Placements.as_view(), name="placements"),
    path("placement/history", views.PlacementHistory.as_view(), name="placement-history"),
    path("placement/<slug:module>", views.PlacementOfModule.as_view(), name="placement"),
]
