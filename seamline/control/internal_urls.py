"""The paths of the hub's board, below ``/internal/control/``."""

from __future__ import annotations

from django.urls import path

from seamline.control import internal_views

urlpatterns = [path("exchange", internal_views.exchange), path("leave", internal_views.leave)]
