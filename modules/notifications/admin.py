"""What operators see of mail: read only, but any message can be sent again."""

from __future__ import annotations

import uuid

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from modules.notifications.application.send_again import send_again
from modules.notifications.models import MessageRow
from seamline.web.admin import ReadOnlyAdmin


@admin.register(MessageRow)
class MessageAdmin(ReadOnlyAdmin):
    """Mail, the newest first; searched by a recipient's address, or the whole id of an order or a customer."""

    list_display = ("created_at", "recipient", "subject", "state", "attempts", "sent_at")
    list_filter = ("state", "kind", "created_at")
    search_fields = ("recipient__istartswith", "about__exact")
    search_help_text = "The beginning of an address, or the whole id of an order or a customer"
    ordering = ("-created_at",)
    exclude = ("html",)
    actions = ("send_selected_again",)
    actions_detail = ("send_this_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageRow]:
        messages_kept: QuerySet[MessageRow] = super().get_queryset(request)
        return messages_kept.defer("html")

    @action(description="Send again", permissions=["operate"])
    def send_selected_again(self, request: HttpRequest, queryset: QuerySet[MessageRow]) -> None:
        """Send the selected messages again."""
        self._send(request, list(queryset.values_list("pk", flat=True)))

    @action(
        description="Send again",
        url_path="send-again",
        icon="forward_to_inbox",
        permissions=["operate"],
        dialog={
            "title": "Send this message again?",
            "description": "The recipient gets it a second time, unless the first one was lost.",
            "form_class": None,
            "form_submit_text": "Send again",
        },
    )
    def send_this_again(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Send one message again."""
        self._send(request, [uuid.UUID(object_id)])
        return self.leave_for_row(request, object_id)

    @staticmethod
    def _send(request: HttpRequest, event_ids: list[uuid.UUID]) -> None:
        count = send_again(event_ids=event_ids)
        if count:
            messages.success(request, f"{count} will be sent again within seconds.")
        if waiting := len(event_ids) - count:
            messages.info(request, f"{waiting} still wait for their first sending.")
