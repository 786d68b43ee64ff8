"""The Django app of the module."""

from seamline.modules import ModuleConfig


class RecommendationsConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.recommendations"
    label = "recommendations"
    verbose_name = "Recommendations"
