"""Where operators' programs place modules; mounted at ``/api/v1/operations/placement``."""

from __future__ import annotations

from django.urls import path

from seamline.placement.api import views

urlpatterns = [
    path("", views.Placements.as_view(), name="placements"),
    path("/history", views.PlacementHistory.as_view(), name="placement-history"),
    path("/<slug:module>", views.PlacementOfModule.as_view(), name="placement"),
]
