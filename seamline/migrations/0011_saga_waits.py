"""What a saga rests at, so that a signal wakes the ones that wait and hastens nobody else."""

from __future__ import annotations

from django.db import migrations

WAITS = """
ALTER TABLE saga_instance
    ADD COLUMN awaits text NOT NULL DEFAULT '',
    ADD COLUMN wait_until timestamptz;
COMMENT ON COLUMN saga_instance.awaits IS 'The wait that it rests at; empty elsewhere.';
COMMENT ON COLUMN saga_instance.wait_until IS 'When that wait ends without a signal.';
"""


class Migration(migrations.Migration):
    dependencies = [("seamline", "0010_eventsourcing")]
    operations = [migrations.RunSQL(WAITS, "ALTER TABLE saga_instance DROP awaits, DROP wait_until")]
