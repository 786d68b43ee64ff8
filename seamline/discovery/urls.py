"""The paths of the hub's registry, below ``/internal/registry/``."""

from __future__ import annotations

from django.urls import path

from seamline.discovery import views

urlpatterns = [
    path("register", views.register),
    path("heartbeat", views.heartbeat),
    path("drain", views.drain),
    path("deregister", views.deregister),
    path("suspect", views.suspect),
    path("watch", views.watch),
]
