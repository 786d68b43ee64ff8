"""The Django app of the module."""

from seamline.modules import ModuleConfig


class AnalyticsConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.analytics"
    label = "analytics"
    verbose_name = "Analytics"
