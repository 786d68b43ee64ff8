"""Pages by offset and limit over queries that take both and answer a total; no query set needed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers
from rest_framework.request import Request

LARGEST_OFFSET = 100_000


class PageParameters(serializers.Serializer[Any]):
    """``offset`` and ``limit`` of a list; list endpoints derive their query parameters from it."""

    offset = serializers.IntegerField(min_value=0, max_value=LARGEST_OFFSET, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=24)


def page(request: Request, *, results: Any, total: int, offset: int, limit: int) -> dict[str, Any]:
    """The body of a page: ``count``, ``next``, ``previous`` (absolute URLs or null), ``results``."""

    def link(to: int) -> str:
        parameters = {**request.query_params.dict(), "offset": to, "limit": limit}
        return request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")

    return {
        "count": total,
        "next": link(offset + limit) if offset + limit < total and offset + limit <= LARGEST_OFFSET else None,
        "previous": link(max(offset - limit, 0)) if offset > 0 else None,
        "results": results,
    }


def page_serializer(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The schema of a page of these items."""
    name = item.__name__.removesuffix("Serializer")
    fields = {
        "count": serializers.IntegerField(help_text="Items in all."),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": item(many=True),
    }
    return type(f"{name}PageSerializer", (serializers.Serializer,), fields)
