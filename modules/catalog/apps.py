"""The Django app of the module."""

from seamline.modules import ModuleConfig


class CatalogConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.catalog"
    label = "catalog"
    verbose_name = "Catalog"
