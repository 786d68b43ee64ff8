"""The framework as a Django app: its tables, commands and system checks."""

from django.apps import AppConfig


class SeamlineConfig(AppConfig):
    """Has no models: its tables are made by migrations in every module's schema."""

    name = "seamline"
    verbose_name = "Seamline"

    def ready(self) -> None:
        from seamline import checks  # noqa: F401 - importing registers them
