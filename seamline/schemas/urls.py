"""Where the events' documentation is; mounted at ``/api/events/``."""

from __future__ import annotations

from django.urls import path

from seamline.schemas.views import AsyncApiView, EventPageView

urlpatterns = [
    path("schema/", AsyncApiView.as_view(), name="event-schema"),
    path("docs/", EventPageView.as_view(), name="event-docs"),
]
