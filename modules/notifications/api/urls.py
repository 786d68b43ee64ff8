"""Paths below ``/api/v1/notifications/``."""

from django.urls import path

from modules.notifications.api import views

urlpatterns = [path("messages/", views.Messages.as_view(), name="notifications-messages")]
