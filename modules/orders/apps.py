"""The Django app of the module."""

from seamline.modules import ModuleConfig


class OrdersConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.orders"
    label = "orders"
    verbose_name = "Orders"
