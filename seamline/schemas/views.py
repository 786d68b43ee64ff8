"""The AsyncAPI document and the page about events, for whoever may read the OpenAPI documents.

Nothing here asks a database, and nothing on the page comes from another host.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from drf_spectacular.settings import spectacular_settings
from rest_framework.renderers import BaseRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from seamline.modules import hosted_modules
from seamline.schemas.asyncapi import as_json, as_yaml, asyncapi_document
from seamline.schemas.corpus import read_corpus
from seamline.schemas.declared import declared_contracts, released_folder
from seamline.schemas.pages import ModuleEntry, entries


class _Json(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return as_json(data).encode()


class _Yaml(BaseRenderer):
    media_type = "application/yaml"
    format = "yaml"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        return as_yaml(data)


class _Documentation(APIView):
    schema = None
    authentication_classes = spectacular_settings.SERVE_AUTHENTICATION or APIView.authentication_classes
    permission_classes = spectacular_settings.SERVE_PERMISSIONS


class AsyncApiView(_Documentation):
    """``/api/events/schema/``: JSON, or YAML with ``?format=yaml`` or the header ``Accept: application/yaml``."""

    renderer_classes = [_Json, _Yaml]

    def get(self, request: Request) -> Response:
        """The document, which does not change while the process runs."""
        return Response(_document())


class EventPageView(_Documentation):
    """``/api/events/docs/``: every event with an anchor of its name."""

    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request: Request) -> Response:
        """The page."""
        about: Mapping[str, Any] = settings.SEAMLINE_ASYNCAPI
        return Response({"about": about, "modules": _modules()}, template_name="seamline/events.html")


@functools.cache
def _document() -> dict[str, Any]:
    return asyncapi_document()


@functools.cache
def _modules() -> tuple[ModuleEntry, ...]:
    return entries(contracts=declared_contracts(), modules=hosted_modules(), corpus=read_corpus(released_folder()))
