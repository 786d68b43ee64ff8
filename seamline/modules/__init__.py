"""The module system: the manifest that each module declares, and what this process hosts."""

from seamline.modules.config import ModuleConfig
from seamline.modules.manifest import Module
from seamline.modules.registry import hosted_modules, module_named

__all__ = ["Module", "ModuleConfig", "hosted_modules", "module_named"]
