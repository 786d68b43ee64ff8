"""The hub's side of the registry: signed questions of other deployables, answered from the table.

An instance may register modules only in the name of one of them, and only at an address of the installation's networks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from seamline.data import release_connections
from seamline.discovery.addresses import check_address, networks
from seamline.discovery.over_http import AUDIENCE, Known, Registration, Seen, Sign, Watch
from seamline.discovery.registry import RegistryAway
from seamline.discovery.table import TableRegistry
from seamline.signing import SignatureRefused, Signed, installed_keys, sign_answer, signed_by
from seamline.signing.places import WrongPlace
from seamline.web.problem import json_error_page

LONGEST_WAIT = 20.0
LONGEST_TTL = 60.0
MOST_BODY = 64 * 1024
MOST_WAITING = 2
"""Watchers that hold a thread of this process at a time; everybody else asks again after a while."""
_registry = TableRegistry()
_places = threading.BoundedSemaphore(MOST_WAITING)


def _view(kind: type[Any]) -> Callable[[Callable[[Signed, Any], Any]], Callable[[HttpRequest], HttpResponse]]:
    """A view for signed POSTs of such a body; what the function returns becomes JSON, signed in turn."""

    def decorate(function: Callable[[Signed, Any], Any]) -> Callable[[HttpRequest], HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
                return json_error_page(request, status=413, code="too_large", detail=f"{MOST_BODY} bytes are allowed.")
            try:
                signed = signed_by(request, audience=AUDIENCE)
            except SignatureRefused as refused:
                return json_error_page(request, status=401, code=refused.reason, detail=str(refused))
            try:
                answer = function(signed, msgspec.json.decode(request.body, type=kind))
            except (msgspec.MsgspecError, WrongPlace) as error:
                return json_error_page(request, status=400, code="invalid_input", detail=str(error))
            except RegistryAway as error:
                return json_error_page(request, status=503, code="registry_away", detail=str(error))
            body = msgspec.json.encode(answer)
            response = HttpResponse(body, content_type="application/json")
            response["Seamline-Signature"] = sign_answer(body, status=200, request=signed, keys=installed_keys())
            return response

        return csrf_exempt(require_POST(view))

    return decorate


@_view(Registration)
def register(signed: Signed, asked: Registration) -> Known:
    """Make an instance known."""
    if signed.caller not in asked.instance.modules:
        raise WrongPlace(f"{signed.caller!r} may register none but instances that serve {signed.caller!r}.")
    check_address(asked.instance.url, networks(settings.SEAMLINE_INTERNAL_NETWORKS))
    _registry.register(asked.instance, ttl=_bounded(asked.ttl))
    return Known()


@_view(Sign)
def heartbeat(signed: Signed, asked: Sign) -> Known:
    """Believe in an instance for a while more."""
    return Known(known=_registry.heartbeat(asked.id, ttl=_bounded(asked.ttl)))


@_view(Sign)
def drain(signed: Signed, asked: Sign) -> Known:
    """An instance takes nothing new."""
    _registry.drain(asked.id)
    return Known()


@_view(Sign)
def deregister(signed: Signed, asked: Sign) -> Known:
    """An instance is gone."""
    _registry.deregister(asked.id)
    return Known()


@_view(Sign)
def suspect(signed: Signed, asked: Sign) -> Known:
    """An instance was found dead."""
    _registry.suspect(asked.id)
    return Known()


@_view(Watch)
def watch(signed: Signed, asked: Watch) -> Seen:
    """All instances, now or when something changes."""
    seconds = min(max(asked.seconds, 0.0), LONGEST_WAIT)
    found = _registry.read()
    if not seconds or found.revision != asked.after:
        return Seen(snapshot=found)
    with _place() as free:
        if not free:
            return Seen(snapshot=found, turned_away=True)
        release_connections()
        return Seen(snapshot=_registry.watch(after=asked.after, seconds=seconds))


@contextmanager
def _place() -> Iterator[bool]:
    free = _places.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _places.release()


def _bounded(ttl: float) -> float:
    return min(max(ttl, 0.5), LONGEST_TTL)
