"""The table of mail: what is to be sent, keyed by the event that caused it. Constraints only, no rules."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from contracts.notifications import MessageState

LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200


class MessageRow(models.Model):
    """One mail. The event's id is its key: an event that arrives twice causes one."""

    event_id = models.UUIDField("event", primary_key=True)
    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=LONGEST_ADDRESS)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    text = models.TextField()
    html = models.TextField()
    about = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in MessageState])
    attempts = models.IntegerField(default=0)
    resends = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        verbose_name = "message"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in MessageState]), name="message_state_known"
            )
        ]
        indexes = [
            models.Index(fields=["about", "-created_at"], name="message_about"),
            models.Index(
                fields=["next_attempt_at"], name="message_waiting", condition=Q(state=MessageState.WAITING.value)
            ),
            models.Index(fields=["-created_at"], name="message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.recipient}"
