"""The Django app of the module."""

from seamline.modules import ModuleConfig


class InventoryConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.inventory"
    label = "inventory"
    verbose_name = "Inventory"
