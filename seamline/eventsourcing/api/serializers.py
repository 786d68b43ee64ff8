"""What the views answer, for their schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class KnownSerializer(serializers.Serializer[Any]):
    """One thing at one time."""

    id = serializers.CharField()
    version = serializers.IntegerField(help_text="Events by then.")
    at = serializers.DateTimeField(help_text="When the last of them happened.")
    state = serializers.DictField(child=serializers.JSONField(allow_null=True))


class DifferenceSerializer(serializers.Serializer[Any]):
    """One value that changed."""

    field = serializers.CharField(help_text="Its path, such as amount.currency.")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class DifferencesSerializer(serializers.Serializer[Any]):
    """What changed of one thing."""

    id = serializers.CharField()
    from_version = serializers.IntegerField()
    to_version = serializers.IntegerField()
    differences = DifferenceSerializer(many=True)


class HappenedSerializer(serializers.Serializer[Any]):
    """One event."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    name = serializers.CharField()
    event_id = serializers.UUIDField()
    actor = serializers.CharField(help_text="On whose behalf.")
    reason = serializers.CharField(allow_blank=True, help_text="Where the event says why.")
    causation = serializers.CharField(allow_blank=True, help_text="The event or operation that caused it.")
    data = serializers.DictField(child=serializers.JSONField(allow_null=True))  # type: ignore[assignment]


class LedgerHistorySerializer(serializers.Serializer[Any]):
    """All that happened to one thing."""

    id = serializers.CharField()
    total = serializers.IntegerField()
    events = HappenedSerializer(many=True)
