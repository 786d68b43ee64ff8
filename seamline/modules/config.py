"""The Django app of a module: on start it registers the manifest and binds the contract to the implementation."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig

from seamline.calls.binding import Route, route_of
from seamline.calls.local import LocalBinding
from seamline.contract import Operation
from seamline.modules.manifest import Module
from seamline.modules.registry import register


class ModuleConfig(AppConfig):
    """Derive one in the module's ``apps.py``; ``label`` is the module's name. Its manifest is ``module.py:module``."""

    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True  # this class is imported into each apps.py: Django must not hesitate between the two

    def ready(self) -> None:
        module = import_module(f"{self.name}.module").module
        register(module)
        if module.contract is not None:
            route = route_of(module.contract)
            route.binding = _OnFirstCall(module, route)


class _OnFirstCall:
    """Makes the implementation when the first call arrives, so that its imports cannot run before Django is ready."""

    def __init__(self, module: Module, route: Route) -> None:
        self.module = module
        self.route = route

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        service = self.module.service
        assert service is not None
        binding = LocalBinding(service)
        if self.route.binding is self:
            self.route.binding = binding
        return binding.invoke(operation, arguments, deadline, idempotency_key)
