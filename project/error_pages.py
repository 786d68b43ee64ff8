"""What is answered when no view answers: problem+json below ``/api/``, the shop's pages elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from seamline.web.problem import json_error_page


@csrf_exempt  # a 404 changes nothing, and Django would refuse it with a page of HTML
def nothing_served(request: HttpRequest) -> HttpResponseBase:
    """404 for a path below ``/api/`` that no module serves."""
    return json_error_page(request, status=404, code="not_found", detail=f"Nothing is served at {request.path}.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404 for a path that nobody serves."""
    if request.path.startswith("/api/"):
        return nothing_served(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500 for a defect; the log has the traceback under the request id."""
    if request.path.startswith("/api/"):
        return json_error_page(
            request, status=500, code="internal_error", detail="A defect on our side; X-Request-ID names the request."
        )
    return defaults.server_error(request)
