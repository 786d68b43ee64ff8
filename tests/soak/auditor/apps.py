"""The Django app of the auditor."""

from seamline.modules import ModuleConfig


class AuditorConfig(ModuleConfig):
    """Its manifest is ``module.py``."""

    name = "tests.soak.auditor"
    label = "auditor"
