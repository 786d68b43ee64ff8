"""The shapes of placements in the API's document; what comes in is checked by them, the rest by use cases."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from seamline.placement.values import Serves


class PlacementSerializer(serializers.Serializer[Any]):
    """Who serves a module."""

    module = serializers.CharField()
    serves = serializers.CharField(help_text="here: the hub; service: a deployable of its own, and the hub stands by.")
    epoch = serializers.IntegerField(help_text="Each change of any module has a higher one; 0 where there was none.")
    changed_at = serializers.DateTimeField(allow_null=True)
    changed_by = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class PlacedModuleSerializer(PlacementSerializer):
    """The same, with the service's instances that take calls."""

    instances = serializers.ListField(child=serializers.CharField())


class FollowerSerializer(serializers.Serializer[Any]):
    """A live process of the hub."""

    process = serializers.CharField()
    epoch = serializers.IntegerField(help_text="Up to which it has all placements in force.")


class PlacementsSerializer(serializers.Serializer[Any]):
    """All modules that the hub hosts."""

    modules = PlacedModuleSerializer(many=True)
    followers = FollowerSerializer(many=True)
    epoch = serializers.IntegerField()
    follows = serializers.BooleanField(help_text="Whether the hub's processes go by placements.")


class PlaceSerializer(serializers.Serializer[Any]):
    """An order to have a module served by somebody."""

    serves = serializers.ChoiceField(choices=[each.value for each in Serves])
    reason = serializers.CharField(max_length=1000)
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Check it and change nothing.")


class PlacementChangeSerializer(serializers.Serializer[Any]):
    """What an operator did."""

    at = serializers.DateTimeField()
    module = serializers.CharField()
    serves = serializers.CharField()
    epoch = serializers.IntegerField()
    actor = serializers.CharField()
    reason = serializers.CharField()


class PlacementHistorySerializer(serializers.Serializer[Any]):
    """The latest first."""

    changes = PlacementChangeSerializer(many=True)
