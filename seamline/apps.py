"""The framework as a Django app: its tables, commands and system checks."""

from django.apps import AppConfig


class SeamlineConfig(AppConfig):
    """Has no models: its tables are made by migrations in every module's schema."""

    name = "seamline"
    verbose_name = "Seamline"

    def ready(self) -> None:
        from django.urls import register_converter

        from seamline.web.converters import SkuConverter

        register_converter(SkuConverter, "sku")
        from seamline import checks  # noqa: F401 - importing registers them
        from seamline.calls import statement_limit
        from seamline.data import opened

        opened.install()
        from seamline.calls.binding import bind_outside
        from seamline.calls.remote.elsewhere import outside

        bind_outside(outside)

        statement_limit.install()
        from seamline.bus.sender import install

        install()
        from seamline.history import archived_log

        archived_log.register()
        from seamline.externalise import install as install_outlets

        install_outlets()
