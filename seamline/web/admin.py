"""What every module's admin shares: read-only lists, and actions on behalf of the operator who clicks."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from seamline.calls import acting_as, current_call
from seamline.contract import ContractError

LONGEST_REASON = 200


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_ReadOnly, ModelAdmin):
    """Shows rows; they change by the use cases behind actions, never by editing."""

    show_full_result_count = False
    list_per_page = 50

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the operator may use the actions: Django's change permission of the rows."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def leave_for_row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leave a dialog for the page of its row."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return leave_dialog(request, reverse(page, args=[object_id]))

    def carry_out(
        self,
        request: HttpRequest,
        form: ReasonForm,
        object_id: str,
        command: Callable[[str], str],
        *,
        explain: Callable[[ContractError], str] = lambda error: error.detail,
    ) -> HttpResponse:
        """Carry out a dialog's command on behalf of the operator, say how it went, and leave for the row's page.

        :param command: gets the idempotency key for its call; its answer is shown as the success.
        :param explain: what is shown instead when the contract refuses.
        """
        try:
            with acting_operator(request):
                success = command(f"{operator_of(request)}:{form.cleaned_data['key']}")
        except ContractError as error:
            messages.error(request, explain(error))
        else:
            messages.success(request, success)
        return self.leave_for_row(request, object_id)


class ReadOnlyInline(_ReadOnly, TabularInline):
    """Shows the rows that belong to one."""

    extra = 0


class ReasonForm(BaseDialogForm):
    """Why. The hidden key makes a doubled click one change; fields of subclasses stand before the reason."""

    reason = forms.CharField(max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget)
    key = forms.CharField(max_length=64, initial=lambda: uuid.uuid4().hex, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])


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
