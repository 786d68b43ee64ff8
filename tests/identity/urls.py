"""The shop's paths, and a module that is hosted elsewhere."""

from __future__ import annotations

from typing import Any

from django.urls import re_path

from project.urls import handler404, handler500
from project.urls import urlpatterns as shop
from seamline.discovery import Balancer
from seamline.fallback.tests.upstream import MODULE, balancer_of
from seamline.fallback.views import Elsewhere

instances: list[str] = []


def _balancer(module: str) -> Balancer:
    return balancer_of(*instances)


view: Any = Elsewhere.as_view(module=MODULE, balancer=_balancer)
urlpatterns = [re_path(rf"^api/v1/{MODULE}/", view), *shop]
__all__ = ["handler404", "handler500", "urlpatterns"]
