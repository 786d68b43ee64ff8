"""The Django app of the module."""

from seamline.modules import ModuleConfig


class StorefrontConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.storefront"
    label = "storefront"
    verbose_name = "Storefront"
