"""What every module's admin shares: read-only lists, and actions on behalf of the operator who clicks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from seamline.calls import acting_as, current_call


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows; they change by the use cases behind actions, never by editing."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def operator_of(request: HttpRequest) -> str:
    """How calls and events name the operator."""
    user = request.user
    return f"operator:{user.get_username()}" if isinstance(user, AbstractBaseUser) else "operator:"


@contextmanager
def acting_operator(request: HttpRequest) -> Iterator[None]:
    """Calls in the block are made on behalf of the operator, under the request's correlation id."""
    with acting_as(operator_of(request), correlation_id=current_call().origin.correlation_id):
        yield


def leave_dialog(request: HttpRequest, target: str) -> HttpResponse:
    """Go on to the page: htmx is told by its own header, because a browser follows a redirect before it sees it."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
