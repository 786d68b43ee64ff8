"""The shapes of the control of calls in the API's document; what comes in is checked by them, the rest by use cases."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from seamline.resilience.breaker_state import FORCED
from seamline.resilience.faults import LONGEST, FaultKind


class ForcedSerializer(serializers.Serializer[Any]):
    """A breaker that is held in a state."""

    callee = serializers.CharField()
    state = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class ForceSerializer(serializers.Serializer[Any]):
    """An order to hold a breaker in a state."""

    callee = serializers.CharField(max_length=300, help_text="A module's name, or module@instance by id or address.")
    state = serializers.ChoiceField(choices=sorted(FORCED))
    reason = serializers.CharField(max_length=1000)


class ReleaseSerializer(serializers.Serializer[Any]):
    """An order to let a breaker go."""

    callee = serializers.CharField(max_length=300)
    reason = serializers.CharField(max_length=1000)


class ProcessSerializer(serializers.Serializer[Any]):
    """One breaker of one process."""

    process = serializers.CharField()
    deployable = serializers.CharField()
    state = serializers.CharField(source="standing.state")
    sick = serializers.BooleanField(source="standing.sick", help_text="It found that out by itself, not long ago.")
    calls = serializers.IntegerField(source="standing.calls")
    failures = serializers.IntegerField(source="standing.failures")
    refused = serializers.IntegerField(source="standing.refused")


class BreakerSerializer(serializers.Serializer[Any]):
    """The breaker of a callee in all processes."""

    callee = serializers.CharField()
    state = serializers.CharField()
    since = serializers.FloatField(help_text="Seconds since 1970; 0 where no process reports it.")
    calls = serializers.IntegerField()
    failures = serializers.IntegerField()
    slow = serializers.IntegerField()
    failure_rate = serializers.FloatField()
    slow_rate = serializers.FloatField()
    refused = serializers.IntegerField(help_text="Calls that were turned away since the processes began.")
    voters = serializers.IntegerField(help_text="Live processes that judge the callee.")
    sick = serializers.IntegerField(help_text="Those of them that find it sick.")
    needed = serializers.IntegerField(help_text="How many must, until all open.")
    forced = ForcedSerializer(allow_null=True)
    processes = ProcessSerializer(many=True)


class BreakersSerializer(serializers.Serializer[Any]):
    """All breakers."""

    breakers = BreakerSerializer(many=True)
    processes = serializers.IntegerField(help_text="Processes that report.")


class TransitionSerializer(serializers.Serializer[Any]):
    """That a breaker of a process changed its state."""

    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    at = serializers.FloatField(help_text="Seconds since 1970.")
    reason = serializers.CharField(allow_blank=True)
    actor = serializers.CharField(allow_blank=True)
    process = serializers.CharField()
    calls = serializers.IntegerField()
    failures = serializers.IntegerField()
    slow = serializers.IntegerField()


class ActSerializer(serializers.Serializer[Any]):
    """What an operator did."""

    at = serializers.DateTimeField()
    action = serializers.CharField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    value = serializers.DictField()
    actor = serializers.CharField()
    reason = serializers.CharField()


class HistorySerializer(serializers.Serializer[Any]):
    """The latest of both, the youngest first."""

    transitions = TransitionSerializer(many=True)
    acts = ActSerializer(many=True)


class AddFaultSerializer(serializers.Serializer[Any]):
    """An order to inject a fault."""

    kind = serializers.ChoiceField(choices=[each.value for each in FaultKind])
    callee = serializers.CharField(max_length=100)
    operation = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    instance = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    percent = serializers.FloatField(required=False, default=100.0, max_value=100)
    seconds = serializers.FloatField(required=False, default=0.0, min_value=0, max_value=LONGEST)
    lasts = serializers.FloatField(required=False, default=60.0, max_value=LONGEST, help_text="Seconds.")
    reason = serializers.CharField(max_length=1000)


class FaultSerializer(serializers.Serializer[Any]):
    """A fault that is injected."""

    id = serializers.CharField(source="fault.id")
    kind = serializers.CharField(source="fault.kind")
    callee = serializers.CharField(source="fault.callee")
    operation = serializers.CharField(source="fault.operation", allow_blank=True)
    instance = serializers.CharField(source="fault.instance", allow_blank=True)
    percent = serializers.FloatField(source="fault.percent")
    seconds = serializers.FloatField(source="fault.seconds")
    actor = serializers.CharField(source="fault.actor")
    reason = serializers.CharField(source="fault.reason")
    seconds_left = serializers.FloatField()
    at = serializers.DateTimeField()


class FaultsSerializer(serializers.Serializer[Any]):
    """All faults."""

    faults = FaultSerializer(many=True)
    allowed = serializers.BooleanField()


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=1000)


class PolicySerializer(serializers.Serializer[Any]):
    """What guards the calls of a module."""

    module = serializers.CharField()
    policy = serializers.DictField(help_text="Parts breaker, bulkhead, retry, hedge and rate, with all their numbers.")
    override = serializers.DictField(allow_null=True, help_text="What operators put in place of declared numbers.")


class OverrideSerializer(serializers.Serializer[Any]):
    """An order to guard by other numbers."""

    override = serializers.DictField(child=serializers.DictField(), allow_empty=False)
    reason = serializers.CharField(max_length=1000)
