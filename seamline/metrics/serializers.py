"""The shape of the state of events in the API's document. Only describes; ``state`` is what is answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class LagSerializer(serializers.Serializer[Any]):
    """One subscription and publisher; ``partition`` is null where all are summed up."""

    subscription = serializers.CharField()
    publisher = serializers.CharField()
    partition = serializers.IntegerField(allow_null=True)
    partitions = serializers.IntegerField()
    position = serializers.IntegerField(allow_null=True, help_text="The checkpoint; null before the first start.")
    events = serializers.IntegerField(help_text="Wanted events behind the checkpoint.")
    seconds = serializers.FloatField(help_text="Age of the oldest of them.")
    estimated = serializers.BooleanField(help_text="`events` is an estimate, because there are too many to count.")
    rate = serializers.FloatField(help_text="Events a second, averaged over a minute.")
    handled = serializers.IntegerField(help_text="Events dealt with since the subscription began.")
    failures = serializers.IntegerField(help_text="Failed attempts since the subscription began.")
    retrying = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Events that wait behind a failed one of their key.")
    parked = serializers.IntegerField(help_text="Events that wait for an operator.")
    failing_since = serializers.DateTimeField(allow_null=True)
    next_retry_at = serializers.DateTimeField(allow_null=True)
    moved_at = serializers.DateTimeField(allow_null=True, help_text="When the checkpoint moved last.")
    lease_owner = serializers.CharField(allow_null=True, help_text="Who is in the middle of a backlog.")
    paused = serializers.BooleanField(help_text="An operator has stopped the delivery.")
    pause_reason = serializers.CharField(allow_blank=True)
    reachable = serializers.BooleanField(help_text="Whether the publisher's log can be read from here.")


class LogSerializer(serializers.Serializer[Any]):
    """A publisher's log."""

    publisher = serializers.CharField()
    head = serializers.IntegerField(help_text="Position of its last event.")


class OpenWriterSerializer(serializers.Serializer[Any]):
    """An open transaction that has written events; readers wait for it."""

    publisher = serializers.CharField()
    process = serializers.IntegerField(allow_null=True, help_text="Its server process; null for a prepared one.")
    transaction = serializers.CharField()
    application = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField(help_text="How long it is open; 0 where the server does not tell.")
    role = serializers.CharField(allow_blank=True, help_text="The role that it is logged in as.")
    client = serializers.CharField(allow_blank=True, help_text="Address and port that it comes from, if known.")
    state = serializers.CharField(allow_blank=True, help_text="`active`, or `idle in transaction`; empty if unknown.")
    query_started_at = serializers.DateTimeField(allow_null=True, help_text="When its last statement began.")
    prepared = serializers.CharField(allow_blank=True, help_text="The name of a prepared transaction.")


class EventStateSerializer(serializers.Serializer[Any]):
    """The state of all events of the deployable."""

    subscriptions = LagSerializer(many=True)
    partitions = LagSerializer(many=True)
    logs = LogSerializer(many=True)
    open_writers = OpenWriterSerializer(many=True)
