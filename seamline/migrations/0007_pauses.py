"""Why a subscription is paused, by whom, and since when."""

from __future__ import annotations

from django.db import migrations

PAUSES = """
ALTER TABLE checkpoint
    ADD COLUMN pause_reason text NOT NULL DEFAULT '',
    ADD COLUMN paused_by text NOT NULL DEFAULT '',
    ADD COLUMN paused_at timestamptz;
COMMENT ON COLUMN checkpoint.paused IS 'Nobody delivers until an operator resumes it.';
"""

UNDO = "ALTER TABLE checkpoint DROP pause_reason, DROP paused_by, DROP paused_at"


class Migration(migrations.Migration):
    dependencies = [("seamline", "0006_parked_actor")]
    operations = [migrations.RunSQL(PAUSES, UNDO)]
