"""What the API takes and answers, for checking and for its schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from contracts.notifications import MessageState
from modules.notifications.application.messages import LARGEST_LIMIT


class MessagesParameters(serializers.Serializer[Any]):
    """Which messages are wanted."""

    about = serializers.UUIDField(help_text="The id of an order or a customer.")
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, default=50)


class MessageSerializer(serializers.Serializer[Any]):
    """One mail."""

    recipient = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in MessageState])
    about = serializers.CharField(help_text="The id of the order or customer that it is about.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
