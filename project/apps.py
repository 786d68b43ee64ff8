"""The deployable as a Django app, so that its commands (data import, server) are found."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Has no models: what is stored belongs to modules."""

    name = "project"
