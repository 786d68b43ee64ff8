"""Where operators' programs control calls; mounted at ``/api/v1/operations/``."""

from __future__ import annotations

from django.urls import path

from seamline.control.api import views

urlpatterns = [
    path("breakers", views.Breakers.as_view(), name="breakers"),
    path("breakers/force", views.ForceBreaker.as_view(), name="force-breaker"),
    path("breakers/release", views.ReleaseBreaker.as_view(), name="release-breaker"),
    path("breakers/history", views.BreakerHistory.as_view(), name="breaker-history"),
    path("faults", views.Faults.as_view(), name="faults"),
    path("faults/<slug:fault_id>/remove", views.RemoveFault.as_view(), name="remove-fault"),
    path("policies/<slug:module>", views.PolicyOfModule.as_view(), name="policy"),
    path("policies/<slug:module>/restore", views.RestorePolicy.as_view(), name="restore-policy"),
]
