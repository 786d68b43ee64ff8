"""The views where the tests look for them. The deployable's own wiring is proven in ``tests/api``."""

from __future__ import annotations

from django.urls import path

from seamline.metrics.views import EventStateView, metrics

urlpatterns = [path("metrics", metrics), path("api/v1/operations/events", EventStateView.as_view())]
