"""The control room in the admin: all breakers, what is ordered, what operators did, and a form to force and release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from seamline.control import BoardAway, acts, force_breaker, history, overview, release_breaker
from seamline.control.book import LONGEST_REASON
from seamline.control.overview import Overview
from seamline.platform.models import Control
from seamline.resilience.breaker import BreakerState
from seamline.schemas import declared_contracts
from seamline.web.admin import acting_operator

CONTROL_CALLS = "seamline_platform.control_calls"
RELEASE = "release"
SHOWN = 20
"""Lines of the history."""
BUTTONS = {
    BreakerState.FORCED_OPEN.value: "Force open",
    BreakerState.FORCED_CLOSED.value: "Force closed",
    RELEASE: "Release",
}


class OrderForm(forms.Form):
    """Which breaker, and why; the button that is pressed says what is ordered."""

    callee = forms.ChoiceField(label="Breaker of", widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, callees: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["callee"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(name, name) for name in callees]


@admin.register(Control)
class ControlAdmin(ModelAdmin):
    """One page; every operator sees it, those who may control calls find the buttons on it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page; a POST is an order."""
        if not self.has_view_permission(request):
            return self._refused(request)
        may_steer = request.user.has_perm(CONTROL_CALLS)
        try:
            found = overview()
            form = OrderForm(request.POST or None, callees=_callees(found))
            if request.method == "POST":
                if not may_steer:
                    return self._refused(request)
                if form.is_valid() and self._order(request, form):
                    return HttpResponseRedirect(reverse("admin:seamline_platform_control_changelist"))
            context = {"form": form, "buttons": BUTTONS, "may_steer": may_steer, **_tables(found)}
        except BoardAway as error:
            messages.error(request, str(error))
            context = {"may_steer": False}
        return TemplateResponse(
            request,
            "seamline/control.html",
            {**self.admin_site.each_context(request), "title": "Control of calls", "opts": self.opts, **context},
        )

    @staticmethod
    def _order(request: HttpRequest, form: OrderForm) -> bool:
        callee, reason = form.cleaned_data["callee"], form.cleaned_data["reason"]
        wanted = request.POST.get("order", "")
        try:
            with acting_operator(request):
                if wanted == RELEASE:
                    release_breaker(callee=callee, reason=reason)
                else:
                    force_breaker(callee=callee, state=BreakerState(wanted), reason=reason)
        except (LookupError, ValueError) as error:
            form.add_error(None, str(error).strip("\"'"))
            return False
        said = "released" if wanted == RELEASE else wanted.replace("_", " ")
        messages.success(request, f"The breaker of {callee} is {said} in all processes within a second.")
        return True

    @staticmethod
    def _refused(request: HttpRequest) -> HttpResponse:
        return HttpResponse("Only an operator who may control calls may do this.", status=403)


def _callees(found: Overview) -> list[str]:
    names = {contract.module for contract in declared_contracts()} | {each.callee for each in found.breakers}
    return sorted(names)


def _tables(found: Overview) -> dict[str, Any]:
    breakers = [
        (
            each.callee,
            each.state.value,
            _time(each.since) if each.since else "",
            f"{each.sick} of {each.voters}, needs {each.needed}" if each.voters else "",
            f"{each.calls}",
            f"{each.failure_rate:.0%}",
            f"{each.slow_rate:.0%}",
            f"{each.refused}",
            f"{each.forced.actor}: {each.forced.reason}" if each.forced else "",
        )
        for each in found.breakers
    ]
    done = [
        (
            f"{localtime(each.at):%Y-%m-%d %H:%M:%S}",
            each.actor,
            f"{each.action} {each.value.get('state') or each.value.get('kind') or ''} {each.kind}",
            each.subject,
            each.reason,
        )
        for each in acts(limit=SHOWN)
    ]
    changed = [
        (_time(each.at), each.name, f"{each.before} → {each.after}", each.process, each.reason)
        for each in history(limit=SHOWN)
    ]
    return {
        "breakers": {
            "headers": ("callee", "state", "since", "sick", "calls", "failed", "slow", "refused", "forced"),
            "rows": breakers,
        },
        "faults": {
            "headers": ("fault", "kind", "callee", "seconds left", "by"),
            "rows": [
                (each.fault.id, each.fault.kind.value, each.fault.callee, f"{each.seconds_left:.0f}", each.fault.actor)
                for each in found.orders.faults
            ],
        },
        "acts": {"headers": ("when", "who", "what", "about", "why"), "rows": done},
        "history": {"headers": ("when", "callee", "change", "process", "why"), "rows": changed},
        "processes": found.processes,
    }


def _time(seconds: float) -> str:
    return f"{localtime(datetime.fromtimestamp(seconds, tz=UTC)):%Y-%m-%d %H:%M:%S}"
