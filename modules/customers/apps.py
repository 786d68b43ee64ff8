"""The Django app of the module."""

from seamline.modules import ModuleConfig


class CustomersConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.customers"
    label = "customers"
    verbose_name = "Customers"
