"""The Django app whose migrations make the platform's tables."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Its one model has no rows, only permissions: rooms of the framework read and write these tables by SQL."""

    name = "seamline.platform"
    label = "seamline_platform"
    verbose_name = "Platform"
