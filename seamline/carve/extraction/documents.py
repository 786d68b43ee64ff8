"""The module's own OpenAPI and AsyncAPI documents, as its service serves them. This file asks no database."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator

from seamline.modules import Module
from seamline.schemas.asyncapi import as_json, document
from seamline.schemas.corpus import read_corpus
from seamline.schemas.declared import declared_contracts, released_folder


class _OfOneModule(SchemaGenerator):
    with_modules_elsewhere = False


def openapi_of(module: Module) -> str:
    """The OpenAPI document of the module's paths, as JSON; one without paths where it has none."""
    patterns = [path(f"api/v1/{module.name}/", include(module.urls))] if module.urls else []
    generator: Any = _OfOneModule  # its stubs are not typed
    made: dict[str, Any] = generator(patterns=patterns).get_schema(request=None, public=True)
    made["info"]["title"] = f"{module.name.capitalize()} API"
    return msgspec.json.format(msgspec.json.encode(_plain(made))).decode() + "\n"


def asyncapi_of(module: Module) -> str:
    """The AsyncAPI document of the events that the module publishes and receives, as JSON."""
    about = {**settings.SEAMLINE_ASYNCAPI, "title": f"{module.name.capitalize()} events"}
    wanted = {module.contract} if module.contract is not None else set()
    heard = {event for subscription in module.subscriptions for event in subscription.events}
    contracts = [each for each in declared_contracts() if each in wanted or heard & set(each.events)]
    return as_json(document(about=about, contracts=contracts, modules=(module,), corpus=read_corpus(released_folder())))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
