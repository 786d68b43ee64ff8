"""The page of a module's sagas: how far each is, its timeline, and what operators may do with a stuck one.

A module registers ``SagaAdmin`` for its model of the table. Everything that happens is in ``seamline.sagas``, the same
as behind ``manage.py sagas``; this file may not change a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from seamline.sagas import SagaInstance, SagaNotFree, TimelineEntry, UnknownSaga, compensate, instance, retry, skip
from seamline.web.admin import ReadOnlyAdmin, ReasonForm, acting_operator


class SkipForm(ReasonForm):
    """Why, and the place that the operator looked at: a doubled click does not skip the next step as well."""

    place = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            resolved = self.request.resolver_match
            assert resolved is not None
            module = resolved.func.model_admin.opts.app_label  # both Django and unfold put it there
            self.initial["place"] = _place(module, str(self.object_id))


class SagaAdmin(ReadOnlyAdmin):
    """Sagas, the newest first. Each action has a permission of its own (``seamline.sagas.PERMISSIONS``)."""

    list_display = ("id", "name", "status", "step", "attempts", "next_at", "last_error", "created_at")
    list_filter = ("status", "name", "created_at")
    search_fields = ("id__startswith",)
    ordering = ("-created_at",)
    readonly_fields = ("timeline",)
    actions_detail = ("retry_step", "skip_step", "turn_back")

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the operator may have a step tried again."""
        return self._may(request, "retry")

    def has_skip_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the operator may have a saga go on without a step."""
        return self._may(request, "skip")

    def has_compensate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the operator may turn a saga back."""
        return self._may(request, "compensate")

    @action(
        description="Try the step again",
        url_path="retry",
        icon="replay",
        permissions=["retry"],
        dialog={
            "title": "Try the step again",
            "description": "Its attempts are counted anew. A wait is looked at again and not ended.",
            "form_class": BaseDialogForm,
            "form_submit_text": "Try again",
        },
    )
    def retry_step(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Try the step that the saga waits at, now."""
        return self._operate(request, object_id, lambda module: retry(module, id=object_id))

    @action(
        description="Skip the step",
        url_path="skip",
        icon="step_over",
        permissions=["skip"],
        dialog={
            "title": "Go on without the step",
            "description": "You answer for its effect: it may be missing, or there already.",
            "form_class": SkipForm,
            "form_submit_text": "Skip it",
        },
    )
    def skip_step(self, request: HttpRequest, form: SkipForm, object_id: str) -> HttpResponse:
        """Go on without the step, compensation or wait that the saga is at."""
        reason, place = form.cleaned_data["reason"], form.cleaned_data["place"]
        return self._operate(request, object_id, lambda module: skip(module, id=object_id, reason=reason, at=place))

    @action(
        description="Turn back",
        url_path="compensate",
        icon="undo",
        permissions=["compensate"],
        dialog={
            "title": "Turn the saga back",
            "description": "What was done is undone, from the step under way.",
            "form_class": ReasonForm,
            "form_submit_text": "Turn back",
        },
    )
    def turn_back(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Undo what was done."""
        reason = form.cleaned_data["reason"]
        return self._operate(request, object_id, lambda module: compensate(module, id=object_id, reason=reason))

    @admin.display(description="timeline")
    def timeline(self, saga: Model) -> SafeString:
        """What happened when."""
        lines = instance(self.opts.app_label, id=str(saga.pk)).timeline
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (_cells(entry) for entry in lines),
        )
        return format_html(
            "<table><tr><th>When</th><th>What</th><th>Step</th><th>Attempt</th><th>Seconds</th><th>By</th><th>Why</th>"
            "</tr>{}</table>",
            rows,
        )

    def _may(self, request: HttpRequest, name: str) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.{name}_{self.opts.model_name}"))

    def _operate(self, request: HttpRequest, object_id: str, change: Callable[[str], SagaInstance]) -> HttpResponse:
        try:
            with acting_operator(request):
                after = change(self.opts.app_label)
        except (SagaNotFree, UnknownSaga) as error:
            messages.error(request, str(error).strip("\"'"))
        else:
            messages.success(request, f"It is {after.place}. {after.last_error}".rstrip())
        return self.leave_for_row(request, object_id)


def _cells(entry: TimelineEntry) -> tuple[Any, ...]:
    when = entry.at.isoformat(timespec="milliseconds")
    seconds = "" if entry.seconds is None else f"{entry.seconds:.3f}"
    why = entry.error or entry.reason
    return when, entry.what.value, entry.step, entry.attempt or "", seconds, entry.actor, why


def _place(module: str, id: str) -> str:
    try:
        return instance(module, id=id).place
    except UnknownSaga:
        return ""
