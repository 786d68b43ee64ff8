"""The Django app of the module."""

from seamline.modules import ModuleConfig


class PaymentsConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.payments"
    label = "payments"
    verbose_name = "Payments"
