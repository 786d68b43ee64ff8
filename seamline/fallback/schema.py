"""One API document for one API: what modules elsewhere say of theirs is put into the hub's.

A module that cannot be asked is named as missing; the rest is served all the same. This file may not know a module.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from django.conf import settings
from urllib3.exceptions import HTTPError

from seamline.discovery import Balancer, balancer_for
from seamline.fallback.forwarding import Body, Outgoing, forward
from seamline.gateway.problems import Problem

logger = logging.getLogger(__name__)
SECONDS = 2.0
"""For each module's document."""
FRESH_SECONDS = 60.0
MOST_BYTES = 8 * 1024 * 1024
_PATH = "/api/schema/?format=json"
_REFERENCE = "#/components/{kind}/{name}"
Document = dict[str, Any]


def add_modules_elsewhere(result: Document, generator: Any, request: Any, public: bool) -> Document:
    """drf-spectacular's post-processing hook: on a door, the document covers what it passes on."""
    if not settings.SEAMLINE_DOOR or not getattr(generator, "with_modules_elsewhere", True):
        return result
    elsewhere = [name for name in settings.MODULES if name not in settings.HOSTED]
    return merged(result, modules=elsewhere, host=request.get_host() if request is not None else "")


def merged(
    document: Document, *, modules: Iterable[str], host: str, balancer: Callable[[str], Balancer] = balancer_for
) -> Document:
    """The document with the paths of these modules.

    :param host: what the modules are asked as; one of their allowed hosts.
    """
    missing = []
    for module in modules:
        try:
            add(document, _document_of(module, host=host, balancer=balancer), module=module)
        except (Problem, HTTPError, msgspec.MsgspecError, ValueError) as error:
            logger.warning("The API document of %s cannot be had: %s", module, error)
            missing.append(module)
    if missing:
        info = document.setdefault("info", {})
        info["x-seamline-missing"] = missing
        text = f"The documents of {', '.join(missing)} cannot be had at the moment; their paths are left out."
        info["description"] = f"{info.get('description', '')}\n\n{text}".strip()
    return document


def add(document: Document, other: Document, *, module: str) -> None:
    """Put the module's paths into the document, with the components that they refer to.

    A component whose name means something else already gets the module's name in front.
    """
    components: dict[str, dict[str, Any]] = document.setdefault("components", {})
    renamed: dict[str, str] = {}
    for kind, named in other.get("components", {}).items():
        known = components.setdefault(kind, {})
        for name, value in named.items():
            if known.get(name, value) != value:
                old = _REFERENCE.format(kind=kind, name=name)
                renamed[old] = _REFERENCE.format(kind=kind, name=f"{module.title()}{name}")
    for kind, named in other.get("components", {}).items():
        for name, value in named.items():
            reference = renamed.get(_REFERENCE.format(kind=kind, name=name))
            components[kind].setdefault(reference.rpartition("/")[2] if reference else name, _with(value, renamed))
    paths = document.setdefault("paths", {})
    for path, item in other.get("paths", {}).items():
        if path.startswith(f"/api/v1/{module}/"):
            paths.setdefault(path, _with(item, renamed))


def _with(value: Any, renamed: dict[str, str]) -> Any:
    if not renamed:
        return value
    if isinstance(value, dict):
        return {
            name: renamed.get(each, each) if name == "$ref" and isinstance(each, str) else _with(each, renamed)
            for name, each in value.items()
        }
    return [_with(each, renamed) for each in value] if isinstance(value, list) else value


_known: dict[str, tuple[float, Document]] = {}


def _document_of(module: str, *, host: str, balancer: Callable[[str], Balancer]) -> Document:
    fresh_until, document = _known.get(module, (0.0, {}))
    now = time.monotonic()
    if now < fresh_until:
        return document
    headers = {"Accept": "application/json", **({"Host": host} if host else {})}
    outgoing = Outgoing(method="GET", target=_PATH, headers=headers, body=b"", deadline=now + SECONDS)
    response = forward(outgoing, module=module, balancer=balancer(module))
    body = bytearray()
    for chunk in Body(response, deadline=outgoing.deadline):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES} bytes")
    if response.status != 200:
        raise ValueError(f"it was answered {response.status}")
    document = msgspec.json.decode(bytes(body), type=dict[str, Any])
    _known[module] = (now + FRESH_SECONDS, document)
    return document
