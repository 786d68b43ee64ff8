"""Whether this process lives, and whether it can serve: for load balancers and for ``manage.py up``."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse

from seamline.data.read_side import is_read_side


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Every schema of this process can be read; 503 names those that cannot."""
    failing = [alias for alias in settings.DATABASES if not (is_read_side(alias) or _reachable(alias))]
    return JsonResponse({"status": "failing" if failing else "ok", "failing": failing}, status=503 if failing else 200)


def _reachable(alias: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
