"""Additions to the generated OpenAPI document that hold for every operation: the problem responses."""

from __future__ import annotations

from typing import Any

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; branch on this."},
        "detail": {"type": "string"},
        "data": {"type": "object", "additionalProperties": True, "description": "The fields of the contract's error."},
        "errors": {"type": "object", "additionalProperties": True, "description": "What is wrong, by field."},
    },
}
_RESPONSES = {
    "400": "The input is not acceptable; `errors` names the fields.",
    "401": "Log in, or send a token.",
    "403": "Not allowed.",
    "404": "There is no such thing.",
    "405": "The path exists, the method does not.",
    "406": "None of the media types asked for can be had.",
    "409": "The state of things does not allow it.",
    "415": "The body is of a media type that is not understood.",
    "429": "Too many requests; see `Retry-After`.",
    "503": "A part of the shop cannot be reached.",
    "504": "A part of the shop did not answer in time.",
}
_METHODS = {"get", "post", "put", "patch", "delete"}


def add_problem_responses(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's post-processing hook: every operation may answer each of the problem responses."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in result.get("paths", {}).values():
        for method, operation in item.items():
            if method in _METHODS:
                for status, description in _RESPONSES.items():
                    operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
