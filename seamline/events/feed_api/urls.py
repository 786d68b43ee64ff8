"""The paths of the feed; the deployable mounts them at ``/internal/feeds/``."""

from django.urls import path

from seamline.events.feed_api import views

urlpatterns = [
    path("<str:publisher>", views.read),
    path("<str:publisher>/events", views.fetch),
    path("<str:publisher>/end", views.end),
    path("<str:publisher>/behind", views.behind),
    path("<str:publisher>/readers", views.readers),
]
