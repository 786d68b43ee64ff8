"""The Django app of the module."""

from seamline.modules import ModuleConfig


class NotificationsConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "modules.notifications"
    label = "notifications"
    verbose_name = "Notifications"
